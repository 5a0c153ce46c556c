'use strict';
// A worker that runs out of descriptors, to which the primary gives connections.
const cluster = require('node:cluster');
const fs = require('node:fs');
const http = require('../../support/subject');
const { answer, fill, tell } = require('./asked');

function work() {
  let release = () => {};
  process.on('message', (message) => {
    if (message.fill !== undefined) {
      release = fill(message.fill);
      process.send('filled');
    } else if (message === 'release') {
      release();
      process.send('released');
    }
  });
  const server = http.createServer((_req, res) => res.end(`worker ${process.pid}`));
  server.listen(0, '127.0.0.1');
}

function manage() {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const worker = cluster.fork();
  let exit = null;
  worker.on('exit', (code, signal) => {
    exit = signal ?? code;
  });
  worker.on('listening', ({ port }) => tell('ready', { port, pid: worker.process.pid }));
  const order = (message) => (reply, left) => {
    worker.once('message', reply);
    worker.send(message ?? { fill: left });
  };
  answer({
    fill: order(),
    release: order('release'),
    exit: (reply) => reply(exit),
    descriptors: (reply) => reply(fs.readdirSync(`/proc/${worker.process.pid}/fd`).length),
  });
}

if (cluster.isPrimary) manage();
else work();
