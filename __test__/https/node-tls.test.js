'use strict';
// The same with TLS that is left to Node.
process.env.RUST_HTTP_TLS = 'node';
require('./server.test');
require('./requests.test');
require('./agent.test');
require('./native-client.test');
require('./native-client-failures.test');
require('./native-client-options.test');
require('./native-client-certificates.test');
