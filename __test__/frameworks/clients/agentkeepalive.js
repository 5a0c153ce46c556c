/** agentkeepalive: an agent that overrides most of http.Agent and counts what its sockets do. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const Agent = require('agentkeepalive');
const { contentOf, turn } = require('../../support/events');

module.exports = async function ask({ base, failureOf }) {
  const agent = new Agent({ maxSockets: 2, maxFreeSockets: 2, timeout: 5000 });
  assert.ok(agent instanceof http.Agent);
  const send = async (path, options) => {
    const req = http.request(base + path, { agent, ...options });
    req.end();
    const [res] = await once(req, 'response');
    const text = `${await contentOf(res)}`;
    return text;
  };
  const ids = [];
  for (let i = 0; i < 5; i++) {
    ids.push(await send('/connection'));
    await turn();
  }
  assert.strictEqual(new Set(ids).size, 1);
  const many = await Promise.all(Array.from({ length: 20 }, () => send('/connection')));
  assert.ok(new Set(many).size <= 2);
  await turn();
  const { createSocketCount, requestCount, timeoutSocketCount } = agent.getCurrentStatus();
  const slow = new Agent({ timeout: 100 });
  const result = {
    counts: [createSocketCount, requestCount, timeoutSocketCount],
    reset: await failureOf(send('/reset')),
    slow: await failureOf(send('/silent', { agent: slow })),
  };
  const short = new Agent({ freeSocketTimeout: 50 });
  const req = http.get(`${base}/connection`, { agent: short });
  const [res] = await once(req, 'response');
  await contentOf(res);
  if (!req.socket.closed) await once(req.socket, 'close');
  result.freeSocketTimeout = short.getCurrentStatus().freeSockets;
  for (const each of [agent, slow, short]) each.destroy();
  return result;
};
