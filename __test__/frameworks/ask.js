/**
 * The process of one client: `ask.js <client> <node | registered> <URLs as JSON>`. Prints what the
 * client saw as JSON.
 */
'use strict';

const assert = require('node:assert');
const http = require('node:http');

const [client, mode, urls] = process.argv.slice(2);
assert.strictEqual(http.request === require('../..').request, mode === 'registered');

/** Of an error what does not differ between two runs. */
function comparable(error) {
  const { name, code, message, response } = error;
  const status = response?.status ?? response?.statusCode;
  return { name, code, message: message.replace(/\d{4,5}/g, '(port)'), status };
}

/** Waits for a failure. */
async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    return comparable(error);
  }
  throw new Error('it did not fail');
}

// Idle sockets keep no process alive, and some clients wait for them.
setInterval(() => {}, 1000);

require(`./clients/${client}`)({ ...JSON.parse(urls), failureOf }).then((seen) => {
  process.stdout.write(JSON.stringify(seen), () => process.exit());
});
