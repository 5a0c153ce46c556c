'use strict';
// When the kernel sends small pieces, and when it probes an idle peer (TCP keep-alive). As Node's sockets, those of
// native connections ask the system only for what changes: an agent asks for the same each time a
// connection comes to rest.
const { Socket } = require('../node/builtins');
const { kTransport } = require('../base/symbols');
const native = require('../wire/loop');

/** On sockets: what the system was asked for last; undefined if it never was. */
const kNoDelay = Symbol('rust-http.noDelay');
const kKeepAlive = Symbol('rust-http.keepAlive');
/** Whether the host's `setKeepAlive` takes the interval of probes and their number. */
const takesIntervals = Socket.prototype.setKeepAlive.length > 2;

const toSeconds = (milliseconds) => ~~(milliseconds / 1000);

function setNoDelay(enable) {
  const wanted = enable === undefined ? true : Boolean(enable);
  const { isDestroyed, id } = this[kTransport];
  if (isDestroyed || this[kNoDelay] === wanted) return this;
  this[kNoDelay] = wanted;
  native.io.setNoDelay(id, wanted);
  return this;
}

/** Times are milliseconds; `enable` may be an object of all four. */
function setKeepAlive(enable, initialDelay, interval, count) {
  const { isDestroyed, id } = this[kTransport];
  if (isDestroyed) return this;
  if (enable !== null && typeof enable === 'object')
    ({ enable, initialDelay, interval, count } = enable);
  const last = this[kKeepAlive];
  const delay = toSeconds(initialDelay);
  // The native side has a default for what is not given.
  const pause = takesIntervals && interval !== undefined ? toSeconds(interval) : undefined;
  const times = takesIntervals && count !== undefined ? ~~count : undefined;
  const isSame = enable
    ? last?.delay === delay && last.pause === pause && last.times === times
    : last === null;
  if (isSame) return this;
  this[kKeepAlive] = enable ? { __proto__: null, delay, pause, times } : null;
  native.io.setKeepAlive(id, Boolean(enable), delay, pause, times);
  return this;
}

module.exports = { setKeepAlive, setNoDelay };
