'use strict';
// `http.globalAgent`: the agent of requests that name none. It is made when it is first wanted.
const { later } = require('../base/later');
const host = require('../node/http');
const { Agent } = require('./agent');

/** Whether requests go through the environment's proxies by default, and what they are then. */
function defaultProxyEnv() {
  const { proxyEnv } = host.accessors.globalAgent.options; // a host that knows proxies has decided
  const decided = proxyEnv !== undefined || host.setGlobalProxyFromEnv !== undefined;
  return !decided && process.env.NODE_USE_ENV_PROXY === '1' ? process.env : proxyEnv;
}

/** Options of the `globalAgent` of http and of https. */
const GLOBAL_AGENT = {
  keepAlive: true,
  scheduling: 'lifo',
  timeout: 5000,
  proxyEnv: defaultProxyEnv(),
};

let current = later(() => new Agent(GLOBAL_AGENT));
if (GLOBAL_AGENT.proxyEnv) current(); // the environment may be another one later

/** What has the agent of requests that name none, as the exports of the module have it. */
const shared = {
  get globalAgent() {
    return current();
  },
  set globalAgent(agent) {
    current = () => agent;
  },
};

module.exports = { GLOBAL_AGENT, shared };
