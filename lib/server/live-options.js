'use strict';
// The options of a server that may change while it listens.
const {
  MathCeil,
  MathMin,
  NumberIsFinite,
  ObjectDefineProperty,
  ObjectHasOwn,
} = require('../base/primordials');
const { kConnections, kListener, kOptions } = require('../base/symbols');
const { MAX_TIMER } = require('../base/validate');

/** The options that the native side has to know. */
const OPTIONS = [
  'maxHeaderSize',
  'maxHeadersCount',
  'insecureHTTPParser',
  'httpValidation',
  'requireHostHeader',
  'strictHost',
  'timeout',
  'headersTimeout',
  'requestTimeout',
  'keepAliveTimeout',
  'keepAliveTimeoutBuffer',
  'connectionsCheckingInterval',
  'maxConnections',
];

/** A number of milliseconds; anything else switches the timeout off. */
const milliseconds = (value) =>
  NumberIsFinite(value) && value > 0 ? MathMin(MathCeil(value), MAX_TIMER) : 0;

/** Milliseconds that a connection may wait for its next request, the buffer included; 0 for any time. */
function keepAliveLimit({ keepAliveTimeout, keepAliveTimeoutBuffer: buffer }) {
  const timeout = milliseconds(keepAliveTimeout);
  if (timeout === 0) return 0;
  return milliseconds(timeout + (NumberIsFinite(buffer) && buffer >= 0 ? buffer : 1000));
}

/** Tells the native side and open connections when an option is assigned, which makes it the server's own property. */
function defineOptions(prototype) {
  for (const name of OPTIONS) {
    const accessor = {
      __proto__: null,
      configurable: true,
      enumerable: true,
      get() {
        return this[kOptions]?.[name];
      },
      set(value) {
        if (!ObjectHasOwn(this, kOptions))
          ObjectDefineProperty(this, kOptions, { __proto__: null, value: { __proto__: null } });
        if (!ObjectHasOwn(this, name)) ObjectDefineProperty(this, name, accessor);
        const options = this[kOptions];
        options[name] = value;
        options.keepAliveLimit = keepAliveLimit(options);
        this[kListener]?.update();
        if (name === 'requireHostHeader')
          for (const connection of this[kConnections] ?? [])
            connection.transport.requireHost(Boolean(value));
      },
    };
    ObjectDefineProperty(prototype, name, accessor);
  }
}

module.exports = { OPTIONS, defineOptions, keepAliveLimit, milliseconds };
