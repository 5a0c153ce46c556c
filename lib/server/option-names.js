'use strict';

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

module.exports = { OPTIONS };
