/** http-proxy-agent, https-proxy-agent and agent-base: agents that inherit from http.Agent. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { Agent } = require('agent-base');
const { HttpProxyAgent } = require('http-proxy-agent');
const { HttpsProxyAgent } = require('https-proxy-agent');
const { cert } = require('../../agent/tls-fixture');
const { contentOf } = require('../../support/events');

module.exports = async function ask({ base, failureOf, proxy, secure }) {
  const send = async (module, url, options, content) => {
    const req = module.request(url, { ca: cert, ...options });
    req.end(content);
    const [res] = await once(req, 'response');
    const text = `${await contentOf(res)}`;
    return { text, status: res.statusCode, proxied: res.headers['x-proxy'] };
  };
  const plain = new HttpProxyAgent(proxy);
  assert.ok(plain instanceof http.Agent);
  const tunnel = new HttpsProxyAgent(proxy, { keepAlive: true });
  const first = await send(http, `${base}/text`, { agent: plain });
  assert.strictEqual(first.proxied, 'passed');
  const tunnelled = await send(https, `${secure}/text`, { agent: tunnel });
  assert.strictEqual(tunnelled.text, 'text');
  const ids = [];
  for (let i = 0; i < 2; i++) {
    ids.push((await send(https, `${secure}/connection`, { agent: tunnel })).text);
  }
  class Own extends Agent {
    async connect(_req, options) {
      await null;
      return net.connect(options);
    }
  }
  const own = new Own({ keepAlive: true, maxSockets: 1 });
  const through = [];
  for (const path of ['/connection', '/connection']) {
    through.push((await send(http, base + path, { agent: own })).text);
  }
  assert.strictEqual(through[0], through[1]);
  class Delegating extends Agent {
    connect() {
      return http.globalAgent;
    }
  }
  class Failing extends Agent {
    async connect() {
      throw new Error('mine');
    }
  }
  const nowhere = new HttpsProxyAgent('http://127.0.0.1:1');
  const result = {
    first,
    tunnelled,
    posted: await send(http, `${base}/echo`, { agent: plain, method: 'POST' }, 'content'),
    large: (await send(https, `${secure}/large`, { agent: tunnel })).text.length,
    sameTunnel: ids[0] === ids[1],
    tunnelToPlain: await send(http, `${base}/text`, { agent: tunnel }),
    delegated: await send(http, `${base}/text`, { agent: new Delegating() }),
    failing: await failureOf(send(http, `${base}/text`, { agent: new Failing() })),
    refused: await failureOf(send(https, `${secure}/text`, { agent: nowhere })),
  };
  for (const agent of [plain, tunnel, own]) agent.destroy();
  return result;
};
