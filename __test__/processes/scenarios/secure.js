'use strict';
// Servers of https among several processes and threads, with TLS that the native side speaks and TLS that only
// Node can (client certificates), and with contexts that change amid traffic.
const { once } = require('node:events');
const tls = require('node:tls');
const { parentPort } = require('node:worker_threads');
const { cert, key } = require('../../agent/tls-fixture');
const { CA, Maker, SERVER } = require('../../https/certificates');
const https = require('../../support/secure-subject');
const world = require('../world');
const { Client, closing, get, listen, log, message, thread } = world;

const dial = (port, text, options) =>
  new Client(
    tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost', ...options }),
    text,
  );
const ask = async (port, options) => (await dial(port, closing(), options).closed).content;
/** The name in the certificate that a client is shown, with its answer. */
async function shown(port, options) {
  const client = dial(port, get(), { checkServerIdentity: () => {}, ...options });
  await client.until('ok').catch(() => {});
  const name = client.error ?? client.socket.getPeerCertificate().subject.CN;
  client.socket.destroy();
  return name;
}

const kinds = {
  'TLS of the native side': {},
  "Node's TLS": { requestCert: true, rejectUnauthorized: false, ca: cert },
};

function serve(kind, tell) {
  const server = https.createServer({ cert, key, ...kinds[kind] }, (req, res) => {
    if (req.url === '/held') res.write('held');
    else res.end('ok');
    if (req.url === '/exit') process.exit(3);
    if (req.url === '/kill') process.kill(process.pid, 'SIGKILL');
  });
  server.listen(0, '127.0.0.1', () => tell(server.address().port));
}

/** A worker of a cluster, or a thread, ends behind an answer. */
const inWorker = (kind) => ({
  async main() {
    for (const deed of ['exit', 'kill']) {
      const worker = world.worker('SCHED_RR');
      const [{ port }] = await once(worker, 'listening');
      const held = await dial(port, get('/held'), { cert, key }).until('held');
      const { content } = await dial(port, get(`/${deed}`), { cert, key }).closed;
      await held.closed;
      log(content, await worker.ended);
    }
  },
  worker: () => serve(kind, () => {}),
});
const inThread = (kind) => ({
  async main() {
    const server = thread();
    const port = await message(server);
    const held = await dial(port, get('/held')).until('held');
    const { content } = await dial(port, get('/exit')).closed;
    await held.closed;
    log(content, await server.ended);
  },
  thread: () => serve(kind, (port) => parentPort.postMessage(port)),
});

/** Who is let in, by what both sides are told. */
const asked = (options, ...clients) =>
  async function main() {
    const server = https.createServer({ cert, key, ...options }, ({ socket }, res) => {
      const { authorized, authorizationError = null } = socket;
      res.end(`${authorized} ${authorizationError} ${socket.getPeerCertificate()?.subject?.CN}`);
    });
    server.on('tlsClientError', ({ code }) => log('tlsClientError', code));
    const port = await listen(server);
    for (const client of clients) log(await ask(port, client));
    const agent = new https.Agent({ ca: cert, keepAlive: true, ...clients[0] });
    const request = () =>
      new Promise((resolve) => {
        const req = https.get({ port, host: '127.0.0.1', agent }, async (res) => {
          let text = '';
          for await (const chunk of res) text += chunk;
          resolve(text);
        });
        req.on('error', ({ code }) => resolve(code));
      });
    const many = await Promise.all(Array.from({ length: 6 }, request));
    log([...new Set(many)], await request());
    agent.destroy();
    server.close(() => log('closed'));
  };

/** A server's certificates are exchanged and added to, while connections stay and come. */
async function changing() {
  const maker = new Maker({ after: (clean) => process.on('exit', clean) });
  const authority = maker.make({ subject: 'authority', extensions: CA });
  const issue = (subject) =>
    maker.make({ subject, issuer: authority, extensions: SERVER.slice(0, 3) });
  const [first, second, named] = ['first', 'second', 'named'].map(issue);
  const options = { ca: authority.cert };
  const server = https.createServer(first, (_req, res) => res.end('ok'));
  const port = await listen(server);
  const kept = await dial(port, get(), {
    ...options,
    checkServerIdentity: () => {},
  }).until('ok');
  const tell = async () => {
    const names = ['a.test', 'x.b.test', 'c.test'];
    const all = names.map((servername) => shown(port, { ...options, servername }));
    log(await Promise.all(all));
  };
  await tell();
  server.addContext('a.test', named);
  server.addContext('*.b.test', named);
  await tell();
  server.setSecureContext(second);
  await tell();
  server.addContext('a.test', first);
  server.addContext('c.test', tls.createSecureContext(named));
  await tell();
  server.setSecureContext({ ...second, requestCert: true });
  await tell();
  kept.text = '';
  await kept.send(closing()).closed;
  log(kept.content, kept.socket.destroyed);
  server.close(() => log('closed'));
}

const own = { cert, key };
module.exports = {
  'client certificates, asked for': asked(kinds["Node's TLS"], own, {}),
  'client certificates, wanted': asked({ requestCert: true, ca: cert }, own, {}),
  'client certificates of nobody known': asked({ requestCert: true }, {}, own),
  'contexts that change amid traffic': changing,
};
for (const kind of Object.keys(kinds)) {
  module.exports[`a thread exits behind an answer, ${kind}`] = inThread(kind);
  module.exports[`a worker ends behind an answer, ${kind}`] = inWorker(kind);
}
