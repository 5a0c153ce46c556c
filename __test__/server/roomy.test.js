'use strict';
// Messages that are made to be re-parented: nobody can tell them from others, and the engine keeps
// one hidden class for all of them.
const assert = require('node:assert');
const { test } = require('node:test');
const util = require('node:util');
const http = require('../support/subject');
const { runProgram } = require('../support/child');
const { hostHas, onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** All that can be asked of a message without knowing what it is for. */
function describe(message, parent) {
  return {
    isParent: Object.getPrototypeOf(message) === parent,
    tag: Object.prototype.toString.call(message),
    inspected: util.inspect(message, { depth: 0 }).split('\n')[0],
    types: Object.keys(util.types).filter((name) => {
      try {
        return util.types[name](message);
      } catch {
        return false;
      }
    }),
    // Those of a socket come when it is looked at.
    keys: Reflect.ownKeys(message).map(String).sort(),
    isExtensible: Object.isExtensible(message),
    cloneError: errorOf(() => structuredClone(message))?.name,
    isCallable: typeof message,
  };
}

function errorOf(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

onBoth('messages are the same after one was re-parented', async ({ connect }) => {
  const seen = [];
  const parents = {
    req: Object.create(http.IncomingMessage.prototype),
    res: Object.create(http.ServerResponse.prototype),
  };
  const server = http.createServer((req, res) => {
    seen.push([
      describe(req, http.IncomingMessage.prototype),
      describe(res, http.ServerResponse.prototype),
    ]);
    Object.setPrototypeOf(req, parents.req);
    Object.setPrototypeOf(res, parents.res);
    res.end(`${req instanceof http.IncomingMessage} ${res instanceof http.ServerResponse}`);
  });
  const client = await connect(server);
  for (let i = 0; i < 4; i++) assert.strictEqual((await client.exchange(get)).text, 'true true');
  assert.deepStrictEqual(seen[3], seen[1]);
  // The first request of this process was made before any was re-parented.
  assert.deepStrictEqual({ ...seen[1][0], keys: [] }, { ...seen[0][0], keys: [] });
  assert.deepStrictEqual({ ...seen[1][1], keys: [] }, { ...seen[0][1], keys: [] });
  assert.deepStrictEqual(new Set(seen[1][0].keys), new Set(seen[0][0].keys));
  assert.deepStrictEqual(new Set(seen[1][1].keys), new Set(seen[0][1].keys));
});

const slow = onNodeHttp && !hostHas(24) && "this engine's weakness, in Node's own";

test('re-parented messages share a hidden class', { timeout: 60_000, skip: slow }, async (t) => {
  const result = await runProgram(
    t,
    `
    const parent = Object.create(http.IncomingMessage.prototype);
    const kept = [];
    const server = http.createServer((req, res) => {
      Object.setPrototypeOf(req, parent);
      Object.setPrototypeOf(res, Object.create(http.ServerResponse.prototype));
      req.next = req.params = req.baseUrl = '';
      kept.push(req);
      res.end();
    }).listen(0, async () => {
      const agent = new http.Agent({ keepAlive: true });
      for (let i = 0; i < 30; i++) {
        await new Promise((resolve) => {
          http.get({ port: server.address().port, agent }, (res) => res.resume().on('close', resolve));
        });
      }
      console.log(%HaveSameMap(kept[28], kept[29]), %HasFastProperties(kept[29]));
      agent.destroy();
      server.close();
    });`,
    { execArgv: ['--allow-natives-syntax'] },
  );
  assert.strictEqual(result.stdout, 'true true\n', result.stderr);
});
