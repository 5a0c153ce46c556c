'use strict';
// The channel `rust-http.stats`: while it has subscribers, what servers and agents that have had a request
// since tell of themselves, once a second.
const { SafeWeakSet, WeakRefPrototypeDeref } = require('../base/primordials');
const { Weak, channel } = require('../node/builtins');
const { neutral } = require('../node/async-contexts');
const { clearInterval, setInterval } = require('../node/timers');

const INTERVAL = 1000;
const statsChannel = channel('rust-http.stats');
const published = new SafeWeakSet();

/** `owner` is a 'server' or an 'agent', as `kind` says. */
function publishStats(kind, owner) {
  if (published.has(owner)) return;
  published.add(owner);
  const reference = new Weak(owner);
  neutral.runInAsyncScope(() => setInterval(publish, INTERVAL, kind, reference).unref());
}

function publish(kind, reference) {
  const owner = WeakRefPrototypeDeref(reference);
  if (owner !== undefined && statsChannel.hasSubscribers) {
    const stats = owner.stats();
    statsChannel.publish({ [kind]: owner, stats });
    const { connections, freeSockets, requestsWaiting, sockets } = stats;
    const open = kind === 'server' ? connections : sockets + freeSockets + requestsWaiting;
    if (owner.listening || open > 0) return;
  }
  // The next request begins anew.
  clearInterval(this);
  if (owner !== undefined) published.delete(owner);
}

module.exports = { publishStats, statsChannel };
