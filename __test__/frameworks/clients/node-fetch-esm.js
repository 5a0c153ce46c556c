/** node-fetch 3, an ES module. */
'use strict';

const ask = require('../common/node-fetch');

module.exports = async function askAll(world) {
  const { default: fetch } = await import('node-fetch-esm');
  const cut = async () => (await fetch(`${world.base}/cut`)).text();
  return { ...(await ask(fetch, world)), cut: await world.failureOf(cut()) };
};
