'use strict';
// The places of listeners among those of an event, which emitters have no public form for. A change is told by no
// 'newListener' or 'removeListener': the listener's owner does not change.
const {
  ArrayIsArray,
  ArrayPrototypeIndexOf,
  ArrayPrototypeUnshift,
} = require('../base/primordials');

/** Puts a listener in the place of another one; false if that does not listen. */
function replaceListener(emitter, event, before, after) {
  const { _events: events } = emitter;
  const all = events?.[event];
  if (all === before && before !== undefined) {
    events[event] = after;
    return true;
  }
  const at = ArrayIsArray(all) ? ArrayPrototypeIndexOf(all, before) : -1;
  if (at === -1) return false;
  all[at] = after;
  return true;
}

/** Adds a listener that stands in front of all others; one for 'data' lets a stream flow, as `on()` does. */
function listenFirst(emitter, event, listener) {
  emitter.on(event, listener);
  const all = emitter._events?.[event];
  if (!ArrayIsArray(all) || all[all.length - 1] !== listener) return;
  all.pop();
  ArrayPrototypeUnshift(all, listener);
}

module.exports = { listenFirst, replaceListener };
