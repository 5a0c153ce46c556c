/** The process of one application: `serve.js <app> <module>`, its port sent to the parent. */
'use strict';

const assert = require('node:assert');

const [app, module_] = process.argv.slice(2);
// This folder has a package.json of its own, so the package's name does not lead to the root here.
const ours = () => require('../..');
const modules = {
  node: () => require('node:http'),
  direct: ours,
  registered() {
    const http = require('node:http');
    assert.strictEqual(http.Server, ours().Server, 'register did not take effect');
    return http;
  },
};

Promise.resolve(require(`./apps/${app}`)(modules[module_]())).then((server) => {
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
});
process.on('disconnect', () => process.exit());
