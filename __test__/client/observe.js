'use strict';
// What users see of a request: the events of both messages in order, and the response.
const { once } = require('node:events');
const { turn } = require('../support/events');

const OF_REQUEST = ['socket', 'response', 'abort', 'timeout', 'continue', 'upgrade', 'connect'];
const OF_RESPONSE = ['data', 'end', 'aborted', 'close'];

/**
 * A list of the documented events of `req` and its response in the order in which they come.
 * Errors are noted with code and message, data once in a row. Listening for data is reading; without
 * `reads` nobody does.
 */
function watchExchange(req, reads = true) {
  const log = [];
  const note = (text) => {
    if (text !== 'res data' || log.at(-1) !== text) log.push(text);
  };
  for (const name of OF_REQUEST) {
    req.on(name, (message) => {
      note(name);
      if (name === 'response') watchResponse(message, note, reads);
    });
  }
  req.on('error', (error) => note(`error ${error.code}: ${error.message}`));
  req.on('close', () => note('close'));
  return log;
}

function watchResponse(res, note, reads) {
  for (const name of OF_RESPONSE)
    if (reads || name !== 'data') res.on(name, () => note(`res ${name}`));
  res.on('error', (error) => note(`res error ${error.code}: ${error.message}`));
}

/** Waits for the response; rejects with the request's error. */
async function responseOf(req) {
  const [res] = await once(req, 'response');
  return res;
}

/** The response with its content as text in `res.text`. */
function completeResponse(req) {
  return new Promise((resolve, reject) => {
    req.once('error', reject);
    req.once('response', (res) => {
      const done = (text) => resolve(Object.assign(res, { text }));
      textOf(res).then(done, reject);
    });
  });
}

/** The content as text; rejects when the response does not come to its end. */
function textOf(res) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    res.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    res.on('end', () => resolve(Buffer.concat(chunks).toString()));
    res.on('error', reject);
    res.on('close', () => reject(new Error('the response was closed before its end')));
  });
}

/** Waits for `name`, whatever errors come before. */
const untilEvent = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));

/** Waits for the error of a request. */
const errorOf = (req) => untilEvent(req, 'error');

/** Waits for content of the response, which someone has to read. */
const untilData = (req) =>
  new Promise((resolve) => req.once('response', (res) => res.once('data', resolve)));

/** Lets `peer` answer `req` with these arguments, and waits until the socket is in its pool, if it is kept. */
async function exchangeEnds(req, peer, ...answer) {
  const done = completeResponse(req);
  const closed = untilEvent(req, 'close');
  peer.answer(...answer);
  await done;
  await closed;
  await turn();
}

module.exports = {
  completeResponse,
  errorOf,
  exchangeEnds,
  responseOf,
  textOf,
  untilData,
  untilEvent,
  watchExchange,
};
