'use strict';
const { check } = require('../common');
const assert = require('node:assert');

check(require('node:http'));
assert.strictEqual(process.env.TEST_PARALLEL, undefined);
assert.ok(Number(process.env.NODE_COMMON_PORT) > 1024);
