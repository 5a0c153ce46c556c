/** dockerode over a Unix socket: streams of events, and attach and exec by `hijack`, which upgrades. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const Docker = require('dockerode');
const { scratchFolder } = require('../tools');

/** A daemon with one container that echoes; what it sends is in frames, or bare for a terminal. */
function createDaemon() {
  const server = http.createServer((req, res) => {
    if (req.url === '/_ping') return void res.end('OK');
    if (req.url.endsWith('/exec')) return void res.writeHead(201).end('{"Id":"e1"}');
    if (req.url.startsWith('/events')) {
      res.write('{"status":"start"}\n');
      return void setImmediate(() => res.end('{"status":"die"}\n'));
    }
    res
      .writeHead(404, { 'Content-Type': 'application/json' })
      .end('{"message":"no such container"}');
  });
  server.on('upgrade', (req, socket, head) => {
    socket.write(
      'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n' +
        'Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
    );
    const echo = (chunk) => socket.write(req.url.includes('/exec/') ? frame(chunk) : chunk);
    if (head.length > 0) echo(head);
    socket
      .on('data', echo)
      .on('end', () => socket.end())
      .on('error', () => {});
  });
  return server;
}

function frame(chunk) {
  const head = Buffer.alloc(8);
  head[0] = 1; // the standard output
  head.writeUInt32BE(chunk.length, 4);
  return Buffer.concat([head, chunk]);
}

/** What comes until there are `length` characters. */
async function read(stream, length) {
  let text = '';
  while (text.length < length) text += (await once(stream, 'data'))[0];
  return text;
}

module.exports = async function run({ failureOf }) {
  const socketPath = path.join(scratchFolder(), 'docker.sock');
  const server = createDaemon().listen(socketPath);
  await once(server, 'listening');
  const docker = new Docker({ socketPath });
  const seen = { ping: String(await docker.ping()) };

  const events = await docker.getEvents();
  let lines = '';
  for await (const chunk of events.setEncoding('utf8')) lines += chunk;
  seen.events = lines;

  const container = docker.getContainer('c1');
  seen.missing = await failureOf(container.inspect());
  const options = { stream: true, stdin: true, stdout: true, hijack: true };
  const attached = await container.attach(options);
  attached.write('hello');
  seen.attached = await read(attached, 5);
  const large = 'x'.repeat(300_000);
  attached.write(large);
  seen.large = (await read(attached, large.length)).length;
  attached.end();
  await once(attached.resume(), 'end');

  const execution = await container.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
  const stream = await execution.start({ hijack: true, stdin: true });
  const output = new PassThrough();
  docker.modem.demuxStream(stream, output, output);
  stream.write('framed');
  seen.framed = await read(output, 6);
  stream.end();
  await once(stream, 'end');
  server.closeAllConnections();
  server.close();
  return seen;
};
