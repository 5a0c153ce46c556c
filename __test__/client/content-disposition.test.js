'use strict';
// File names in a request's Content-Disposition: whatever the content, the bytes that were given
// leave, and no line ends but those of the head.
const assert = require('node:assert');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { completeResponse } = require('./observe');
const { onEveryWay, onOneWay } = require('./ways');

/** UTF-8, as the string in which each byte is a character. */
const asLatin1 = (text) => Buffer.from(text).toString('latin1');
const disposition = (name) => `attachment; filename="${name}"`;
const VALUES = [
  asLatin1('ünï'),
  asLatin1('Łódź €😀'),
  asLatin1('\u010d\u010aX-Injected: yes\u010d\u010a\u010d\u010a'),
  'n\xe4me',
].map(disposition);

const BODIES = {
  'a string': (req) => req.end('bödy'),
  'a Buffer': (req) => req.end(Buffer.from('bödy')),
  'a latin1 string': (req) => req.end('b\xc3\xb6dy', 'latin1'),
  'chunked strings': (req) => {
    req.write('b');
    req.end('ödy');
  },
  'a string behind a flushed head': (req) => {
    req.flushHeaders();
    req.end('bödy');
  },
};

/** A request with these options, as the server gets it; then the connection is used once more. */
async function sent(world, options, write, value) {
  const { accept, pools, request } = world;
  const req = request({ method: 'POST', ...options });
  write(req);
  const peer = (pools && world.peer) || (await accept());
  world.peer = peer;
  const received = await peer.request();
  let done = completeResponse(req);
  peer.answer();
  await done;
  assert.strictEqual(received.headers['content-disposition'], value);
  assert.ok(!('x-injected' in received.headers));
  assert.strictEqual(received.text, 'bödy');
  if (!pools) return;
  const next = request({ path: '/next' }).end();
  assert.strictEqual((await peer.request()).target, '/next');
  done = completeResponse(next);
  peer.answer();
  await done;
}

const cuts = onNodeHttp && "Node's own cuts decoded characters to a byte, or decodes twice";

for (const [body, write] of Object.entries(BODIES)) {
  const isCut = body !== 'chunked strings' && cuts;

  onEveryWay(`a header beside ${body}`, { skip: isCut }, async (world) => {
    for (const value of VALUES) {
      const headers = { 'Content-Disposition': value };
      await sent(world, { headers }, write, value);
    }
  });

  onEveryWay(`a header that is set, beside ${body}`, { skip: isCut }, async (world) => {
    for (const value of VALUES) {
      const set = (req) => write(req.setHeader('Content-Disposition', value));
      await sent(world, {}, set, value);
    }
  });
}

onEveryWay('a header behind a length', { skip: cuts }, async (world) => {
  for (const value of VALUES) {
    const headers = { 'Content-Length': 5, 'Content-Disposition': value };
    for (const body of Object.values(BODIES)) await sent(world, { headers }, body, value);
  }
});

onOneWay('an array of headers', { skip: cuts }, async (world) => {
  for (const value of VALUES) {
    const headers = ['Content-Disposition', value, 'Content-Length', '5', 'Host', 'a'];
    for (const body of Object.values(BODIES)) await sent(world, { headers }, body, value);
  }
});

onOneWay('an array of headers is checked when it was decoded', async (world) => {
  for (const [i, value] of VALUES.entries()) {
    const headers = ['Content-Length', '5', 'Content-Disposition', value, 'Host', 'a'];
    if (i === 0) await sent(world, { headers }, BODIES['a string'], value);
    else
      assert.throws(() => http.request({ method: 'POST', headers }), { code: 'ERR_INVALID_CHAR' });
  }
});

onOneWay(
  'a request that waits to be told to go on',
  { skip: cuts },
  async ({ accept, request }) => {
    for (const value of VALUES) {
      const headers = { 'Content-Length': 5, 'Content-Disposition': value, Expect: '100-continue' };
      const req = request({ method: 'POST', agent: false, headers });
      const peer = await accept();
      const head = await peer.head();
      assert.strictEqual(head.headers['content-disposition'], value);
      req.on('continue', () => req.end('bödy'));
      peer.send('HTTP/1.1 100 Continue\r\n\r\n');
      await peer.untilText('b\xc3\xb6dy');
      const done = completeResponse(req);
      peer.answer();
      await done;
    }
  },
);
