'use strict';
// A handler that throws: 'uncaughtException', and the others go on.
const assert = require('node:assert');
const { test } = require('node:test');
const { runProgram } = require('../support/child');
const { onNodeHttp } = require('../support/mode');

const limit = { timeout: 60_000 };

/** A program with a server on `handler`, and a client program that gets its port and `done`. */
const program = (handler, client) => `
  const net = require('net');
  process.on('uncaughtException', (error, origin) => console.log('caught', error.message, origin));
  const server = http.createServer(${handler});
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const done = () => { server.closeAllConnections(); server.close(); };
    const get = (path) => 'GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
    ${client}
  });`;

const lines = (text) => text.trim().split('\n');

test('without a listener the process ends with the error', limit, async (t) => {
  const result = await runProgram(
    t,
    `const server = http.createServer(() => { throw new Error('out of the handler'); });
     server.listen(0, '127.0.0.1', () => {
       require('net').connect(server.address().port, '127.0.0.1')
         .on('error', () => {}).write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
     });`,
  );
  assert.strictEqual(result.code, 1);
  assert.strictEqual(result.signal, null);
  assert.match(result.stderr, /Error: out of the handler\n/);
});

test('other connections are served, before and behind', limit, async (t) => {
  const handler = `(req, res) => {
    if (req.url === '/throw') throw new Error('on purpose');
    res.end('ok ' + req.url);
  }`;
  const client = `
    let open = 20;
    let caught = 0;
    const broken = [];
    process.on('uncaughtException', () => {
      if (++caught === 5) for (const end of broken) end();
    });
    for (let i = 0; i < 20; i++) {
      const path = i % 4 === 1 ? '/throw' : '/' + i;
      const socket = net.connect(port, '127.0.0.1', () => socket.write(get(path)));
      const end = () => { socket.destroy(); if (--open === 0) done(); };
      if (path === '/throw') broken.push(end);
      else socket.once('data', (data) => { console.log(String(data).split('\\r\\n\\r\\n')[1]); end(); });
    }`;
  const result = await runProgram(t, program(handler, client));
  assert.strictEqual(result.code, 0, result.stderr);
  const printed = lines(result.stdout);
  const caught = printed.filter((line) => line === 'caught on purpose uncaughtException');
  assert.strictEqual(caught.length, 5, result.stdout);
  assert.strictEqual(printed.filter((line) => line.startsWith('ok ')).length, 15, result.stdout);
});

const stuck = onNodeHttp && "Node's own parser is stuck after a handler threw";

test('a connection goes on after its handler threw', { ...limit, skip: stuck }, async (t) => {
  const handler = `(req, res) => {
    if (req.url === '/throw') { res.end('answered'); throw new Error('afterwards'); }
    res.end('next');
  }`;
  const client = `
    const socket = net.connect(port, '127.0.0.1', () => socket.write(get('/throw')));
    let text = '';
    let asked = false;
    socket.on('data', (data) => {
      text += data;
      if (text.includes('answered') && !asked) { asked = true; socket.write(get('/next')); }
      if (text.includes('next')) { console.log('both'); socket.destroy(); done(); }
    });`;
  const result = await runProgram(t, program(handler, client));
  assert.deepStrictEqual(lines(result.stdout), ['caught afterwards uncaughtException', 'both']);
});

for (const event of ['data', 'end', 'close', 'finish']) {
  test(`a listener of '${event}' that throws harms no other connection`, limit, async (t) => {
    const target = event === 'finish' ? 'res' : 'req';
    const handler = `(req, res) => {
      if (req.url === '/throw')
        ${target}.on('${event}', () => { throw new Error('in ${event}'); });
      req.resume();
      res.end('ok');
    }`;
    const client = `
      const post = (path) => 'POST ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 2\\r\\n\\r\\nab';
      const bad = net.connect(port, '127.0.0.1', () => bad.write(post('/throw')));
      process.on('uncaughtException', () => setImmediate(() => {
        bad.destroy();
        const good = net.connect(port, '127.0.0.1', () => good.write(post('/good')));
        good.once('data', () => { console.log('served'); good.destroy(); done(); });
      }));`;
    const result = await runProgram(t, program(handler, client));
    assert.deepStrictEqual(lines(result.stdout), [
      `caught in ${event} uncaughtException`,
      'served',
    ]);
    assert.strictEqual(result.code, 0);
  });
}

test('a tick that throws before a head of many fields loses no request', limit, async (t) => {
  const handler = `(req, res) => {
    if (req.url === '/0') process.nextTick(() => { throw new Error('in a tick'); });
    req.resume();
    res.end('answer ' + req.url + ';');
  }`;
  const client = `
    const many = Array.from({ length: 40 }, (_, i) => 'X-' + i + ': v\\r\\n').join('');
    const head = 'GET /1 HTTP/1.1\\r\\nHost: a\\r\\n' + many + '\\r\\n';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(get('/0') + head + get('/2')));
    let text = '';
    socket.on('data', (data) => {
      text += data;
      if (!text.includes('answer /2;')) return;
      console.log(text.match(/answer [^;]+;/g).join(' '));
      socket.destroy();
      done();
    });`;
  const result = await runProgram(t, program(handler, client));
  assert.deepStrictEqual(lines(result.stdout), [
    'caught in a tick uncaughtException',
    'answer /0; answer /1; answer /2;',
  ]);
});

test('a rejected handler is an unhandled rejection', limit, async (t) => {
  const handler = `async (req, res) => {
    if (req.url === '/throw') { res.end('x'); throw new Error('rejected'); }
    res.end('ok');
  }`;
  const client = `
    const socket = net.connect(port, '127.0.0.1', () => socket.write(get('/throw')));
    process.on('uncaughtException', () => setImmediate(() => { socket.destroy(); done(); }));`;
  const result = await runProgram(t, program(handler, client));
  assert.deepStrictEqual(lines(result.stdout), ['caught rejected unhandledRejection']);
});

test('clientError listeners that throw', limit, async (t) => {
  const client = `
    server.on('clientError', (error, socket) => { socket.destroy(); throw new Error('in clientError'); });
    const bad = net.connect(port, '127.0.0.1', () => bad.write('nonsense\\r\\n\\r\\n'));
    bad.on('error', () => {}).on('close', () => {
      const good = net.connect(port, '127.0.0.1', () => good.write(get('/')));
      good.once('data', () => { console.log('served'); good.destroy(); done(); });
    });
    bad.resume();`;
  const result = await runProgram(t, program(`(req, res) => res.end('ok')`, client));
  assert.deepStrictEqual(lines(result.stdout), [
    'caught in clientError uncaughtException',
    'served',
  ]);
});

test('a throw behind a full turn does not keep what follows waiting', limit, async (t) => {
  const handler = `(req, res) => {
    const end = Date.now() + (req.url === '/slow' ? 100 : 0);
    while (Date.now() < end);
    res.end('ok');
    if (req.url === '/throw') throw new Error('last of its batch');
  }`;
  // From a thread, so that each comes while the one before is handled: a batch of its own.
  const text = `
    const net = require('net');
    const { setTimeout: sleep } = require('timers/promises');
    const { workerData: port } = require('worker_threads');
    const send = (path) => new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
      socket.once('data', resolve).unref();
    });
    (async () => {
      for (const path of ['/slow', '/slow', '/throw']) { send(path); await sleep(60); }
      await sleep(300);
      const keep = setInterval(() => {}, 1000);
      await send('/last');
      clearInterval(keep);
    })();`;
  const client = `
    const { Worker } = require('worker_threads');
    const worker = new Worker(${JSON.stringify(text)}, { eval: true, workerData: port });
    worker.on('exit', () => { console.log('served'); done(); });`;
  const result = await runProgram(t, program(handler, client));
  assert.deepStrictEqual(lines(result.stdout), [
    'caught last of its batch uncaughtException',
    'served',
  ]);
});

test('ticks that an exception cut off run before the connection closes', limit, async (t) => {
  const handler = `(req, res) => {
    for (const name of ['end', 'aborted', 'close']) req.on(name, () => console.log('req', name));
    for (const name of ['finish', 'close']) res.on(name, () => console.log('res', name));
    process.nextTick(() => { throw new Error('in a tick'); });
    res.end('answered');
  }`;
  const client = `
    process.on('uncaughtException', () => done());
    net.connect(port, '127.0.0.1').on('error', () => {}).write(get('/'));`;
  const result = await runProgram(t, program(handler, client));
  const [caught, first, ...others] = lines(result.stdout);
  assert.deepStrictEqual([caught, first], ['caught in a tick uncaughtException', 'res finish']);
  // Whose 'close' is first depends on the version of Node.
  assert.deepStrictEqual(others.sort(), ['req close', 'req end', 'res close']);
});
