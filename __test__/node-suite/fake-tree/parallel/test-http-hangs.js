'use strict';
// Does not end by itself; nor does its child.
const { spawn } = require('node:child_process');

if (process.argv[2] !== 'child')
  spawn(process.execPath, [__filename, 'child'], { stdio: 'ignore' });
setInterval(() => {}, 1000);
