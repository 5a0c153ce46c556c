'use strict';
// Flags: --expose-gc
const common = require('../common');
const assert = require('node:assert');
const { createRequire } = require('node:module');

// biome-ignore lint/style/useNodejsImportProtocol: both names are replaced
common.check(require('http'));
common.check(require('node:http'));
common.check(createRequire(__filename)('http'));
assert.strictEqual(typeof globalThis.gc, 'function');
assert.strictEqual(process.env.TEST_PARALLEL, '1');
assert.ok(require('node:fs').statSync(process.env.NODE_TEST_DIR).isDirectory());
assert.strictEqual(process.env.RUST_HTTP_TEST_RECORD, undefined);
