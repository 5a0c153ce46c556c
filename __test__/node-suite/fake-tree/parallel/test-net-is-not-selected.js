'use strict';
throw new Error('nothing names this test');
