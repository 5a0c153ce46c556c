/**
 * Agents for https: agentkeepalive's (an http.Agent with the methods of https.Agent), hpagent's (a
 * subclass of https.Agent), proxy-agent's (which tells https by the stack), checks like those of SDKs,
 * and got piped into the response of an https server.
 */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const { HttpsAgent } = require('agentkeepalive');
const got = require('got');
const { HttpsProxyAgent: HpAgent } = require('hpagent');
const { ProxyAgent } = require('proxy-agent');
const { cert, key } = require('../../agent/tls-fixture');
const { contentOf, turn } = require('../../support/events');

const textOf = async (res) => `${await contentOf(res)}`;

async function send(url, options, content) {
  const its = { ca: cert, ...options };
  const req = url ? https.request(url, its) : https.request(its);
  const closed = new Promise((resolve) => req.once('close', resolve));
  req.end(content);
  const [res] = await once(req, 'response');
  const text = await textOf(res);
  await closed;
  await turn();
  return text;
}

/** Whether the second and third request went over the connection of the first. */
async function isKept(url, options) {
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push(await send(`${url}/connection`, options));
  return new Set(ids).size === 1;
}

/** Fields and status of what got pipes into an https response. */
async function passedOnByGot(secure) {
  const server = https.createServer({ cert, key }, (_req, res) => {
    got.stream(`${secure}/cookies`, { https: { certificateAuthority: cert } }).pipe(res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const req = https.get({ port, host: '127.0.0.1', ca: cert, agent: false });
  const [res] = await once(req, 'response');
  const seen = [res.statusCode, res.headers['set-cookie'], await textOf(res)];
  server.close();
  return seen;
}

module.exports = async function ask({ base, failureOf, proxy, secure }) {
  const keeping = new HttpsAgent({ maxSockets: 1, timeout: 5000 });
  const hp = new HpAgent({ keepAlive: true, proxy, ca: cert });
  const byProxy = new ProxyAgent({ keepAlive: true, getProxyForUrl: () => proxy, ca: cert });
  const direct = new ProxyAgent({ keepAlive: true, getProxyForUrl: () => '', ca: cert });
  const [, host, port] = /\/\/(.*):(\d+)/.exec(secure);
  const result = {
    kinds: [keeping, hp, byProxy, https.globalAgent].map((agent) => [
      agent instanceof http.Agent,
      agent instanceof https.Agent,
    ]),
    kept: [
      await isKept(secure, { agent: keeping }),
      await isKept(secure, { agent: hp }),
      await isKept(secure, { agent: byProxy }),
      await isKept(secure, { agent: direct }),
    ],
    // Without a URL there is no protocol in the options.
    byOptions: await send(undefined, { host, port, path: '/text', agent: direct }),
    posted: await send(`${secure}/echo`, { agent: byProxy, method: 'POST' }, 'content'),
    large: (await send(`${secure}/large`, { agent: hp })).length,
    counts: keeping.getCurrentStatus().createSocketCount,
    refused: await failureOf(
      send(`${secure}/text`, { agent: new HpAgent({ proxy: 'http://127.0.0.1:1' }) }),
    ),
    plain: await textOf((await once(http.get(`${base}/text`, { agent: direct }), 'response'))[0]),
    got: await passedOnByGot(secure),
    gotOverAgent: (
      await got(`${secure}/text`, {
        agent: { https: byProxy },
        https: { certificateAuthority: cert },
      })
    ).body,
  };
  for (const agent of [keeping, hp, byProxy, direct]) agent.destroy();
  return result;
};
