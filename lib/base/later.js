'use strict';
// What is loaded or found out when it is first wanted, so that loading the module costs little.

const all = [];

/** A function that gives what `load` returns; that is called once, when it is first wanted. */
function later(load) {
  let value;
  const get = () => (value ??= load());
  all.push(get);
  return get;
}

/** Loads everything now. More may turn up on the way. */
function loadAll() {
  for (const get of all) get();
}

module.exports = { later, loadAll };
