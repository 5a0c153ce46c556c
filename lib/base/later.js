'use strict';
// What is loaded or found out when it is first wanted, so that loading the module costs little.

const all = [];

/** A function that gives what `load` returns; that is called once, when it is first wanted. */
function later(load) {
  const get = entry(load);
  all.push(get);
  return get;
}

/** As `later`, for the parts of an entry that few programs load: they are not loaded with the rest. */
function entry(load) {
  let value;
  return () => (value ??= load());
}

/** Loads everything now. More may turn up on the way. */
function loadAll() {
  for (const get of all) get();
}

module.exports = { entry, later, loadAll };
