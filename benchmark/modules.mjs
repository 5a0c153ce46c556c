/** The module that stands for `http` in a measured process. */
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { sendWithHttp, sendWithUndici } from './clients.mjs';

const require = createRequire(import.meta.url);

const modules = {
  node: () => require('node:http'),
  'rust-http': () => require('../index.js'),
  // These are runtimes of their own, and bring it along.
  bun: () => require('node:http'),
  deno: () => require('node:http'),
};

export const moduleNames = Object.keys(modules);

export function loadModule(name) {
  return modules[name]();
}

/** The same for https. */
export function loadSecureModule(name) {
  return name === 'rust-http' ? require('../https.js') : require('node:https');
}

/** The same for a framework, which takes `http` itself: ours is registered, as its users do it. */
export function registerModule(name) {
  if (name !== 'rust-http') return loadModule(name);
  require('../lib/register.js');
  const http = require('node:http');
  assert.strictEqual(http.Server, loadModule(name).Server, 'register did not take effect');
  return http;
}

/** The contestant's way to send requests; see clients.mjs. */
export async function loadClient(name, { client, https }, url) {
  if (name !== 'undici') {
    const secure = https ? loadSecureModule(name) : undefined;
    return sendWithHttp(secure ?? loadModule(name), client, url, secure);
  }
  return sendWithUndici(await import('undici'), client, url);
}
