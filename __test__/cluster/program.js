'use strict';
// Programs that run as primary and, forked, as worker of a cluster.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { startNode, subject } = require('../support/child');

/** A program that runs as primary and, forked with an environment variable, as worker. */
const program = (policy, worker, primary) => `
  const cluster = require('cluster');
  const net = require('net');
  cluster.schedulingPolicy = cluster.${policy};
  const ask = (port) => new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let got = '';
    socket.on('data', (data) => { got += data; }).on('error', reject)
      .on('end', () => resolve(got.split('\\r\\n\\r\\n')[1]));
    socket.end('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');
  });
  const listening = (worker) => new Promise((resolve) => worker.once('listening', resolve));
  if (cluster.isPrimary) (async () => { ${primary} })();
  else { ${worker} }`;

/**
 * Runs a cluster under `policy` until it exits. The texts know `http` (the module under test),
 * `cluster`, `net`, `ask(port)` for the content of an answer, and `listening(worker)` for its address.
 */
async function runCluster(t, policy, workerText, primaryText) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  // cluster forks the file it is in.
  const file = path.join(folder, 'cluster.js');
  const text = `const http = require(${JSON.stringify(subject)});\n${program(policy, workerText, primaryText)}`;
  fs.writeFileSync(file, text);
  return await startNode(t, [file]).finished;
}

module.exports = { runCluster };
