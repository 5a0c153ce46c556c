'use strict';
process.stdout.write('1..0 # Skipped: no reason\n');
