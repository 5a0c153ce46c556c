'use strict';
throw new Error('no pattern names this folder');
