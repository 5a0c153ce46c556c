/** Every form of import from a CommonJS module. */
import http = require('rust-http');

import * as namespace from 'rust-http';
import defaulted, { createServer } from 'rust-http';

export const servers: http.Server[] = [
  http.createServer(),
  namespace.createServer(),
  defaulted.createServer(),
  createServer(),
];
