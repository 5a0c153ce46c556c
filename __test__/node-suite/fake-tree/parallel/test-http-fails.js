'use strict';
const { check } = require('../common');

check(require('node:http'));
throw new Error('this test fails');
