/** newrelic's agent: the segments of a transaction with a request in it. */
'use strict';

Object.assign(process.env, {
  NEW_RELIC_APP_NAME: 'programs',
  NEW_RELIC_ENABLED: 'true',
  NEW_RELIC_HOST: '127.0.0.1',
  NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
  NEW_RELIC_LOG_ENABLED: 'false',
  NEW_RELIC_NO_CONFIG_FILE: 'true',
  // Nobody is there: what it would report stays here.
  NEW_RELIC_PORT: '9',
});
const { agent } = require('newrelic');
const http = require('node:http');

module.exports = async function run({ listen, send }) {
  agent.setState('started');
  const transactions = [];
  agent.on('transactionFinished', ({ trace }) => transactions.push(tell(trace.root, trace)));
  const behind = http.createServer((_req, res) => setImmediate(() => res.end('behind')));
  const target = await listen(behind);
  const server = http.createServer((_req, res) => {
    http.get(target, (from) => from.on('end', () => res.end('x')).resume());
  });
  const base = await listen(server);
  const answers = [(await send(base)).status, (await send(base)).status];
  while (transactions.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  server.close();
  behind.close();
  return { answers, transactions: transactions.sort((a, b) => a.length - b.length) };
};

/** A segment and what is in it, without what differs between two runs. */
function tell(segment, trace) {
  const inner = trace.getChildren(segment.id).map((child) => tell(child, trace));
  return `${segment.name.replace(/:\d{4,5}/, ':(port)')}(${inner.join(', ')})`;
}
