/** The certificate of the servers that speak TLS: that of the tests, which nobody trusts. */
import { createRequire } from 'node:module';

export const { cert, key } = createRequire(import.meta.url)('../__test__/agent/tls-fixture.js');
