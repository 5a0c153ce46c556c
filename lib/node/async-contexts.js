'use strict';
// The async contexts in which the native side calls. What async hooks are told of them is over at once:
// they are nothing that a program opens or could close.
const {
  ArrayPrototypeSome,
  ObjectGetOwnPropertySymbols,
  SymbolPrototypeGetDescription,
} = require('../base/primordials');
const { AsyncResource } = require('node:async_hooks');
const { symbolOf } = require('./runtime');

/** The context in which the module was loaded, not that of its first use. */
const neutral = new AsyncResource('RUSTHTTP').emitDestroy();

/** Each resource has ids of its own. */
const isId = (symbol) => /^(trigger_)?async_id_symbol$/.test(SymbolPrototypeGetDescription(symbol));
const kAsyncId = symbolOf(neutral, 'async_id_symbol');

/**
 * The context in which it is made, kept for what comes later. What a listener enters there (`enterWith`) stays there:
 * without one, all that the native side tells in the same call would see it.
 */
class Context extends AsyncResource {
  /** `id`: under which it is left and entered. */
  constructor(id) {
    super('RUSTHTTPSERVER');
    super.emitDestroy();
    if (kAsyncId && id !== undefined) this[kAsyncId] = id;
  }

  emitDestroy() {
    return this;
  }
}

/** The present context, under the id of `handle`; null if it carries nothing that the neutral one does not. */
function contextOf(handle) {
  const context = new Context(handle?.getAsyncId?.());
  return carriesContext(context) ? context : null;
}

/** What async hooks are told of a connection: what Node says of its own. It ends with the connection. */
class ConnectionResource extends AsyncResource {
  transport = null;

  constructor() {
    super('TCPWRAP', { requireManualDestroy: true });
  }

  /** Asked by tools that look for what keeps the process alive. */
  hasRef() {
    const { transport } = this;
    return transport?.referenced === true && !transport.isDestroyed;
  }
}

function carriesContext(resource) {
  const symbols = [
    ...ObjectGetOwnPropertySymbols(resource),
    ...ObjectGetOwnPropertySymbols(neutral),
  ];
  return ArrayPrototypeSome(symbols, (key) => resource[key] !== neutral[key] && !isId(key));
}

module.exports = { ConnectionResource, Context, contextOf, neutral };
