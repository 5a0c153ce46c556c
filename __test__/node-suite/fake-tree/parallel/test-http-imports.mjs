// Imports see the module, too.
import http, { Server } from 'node:http';
import common from '../common/index.js';

common.check(http);
common.check({ Server });
