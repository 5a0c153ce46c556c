'use strict';
// Node's own https, taken before `register` puts ours in its place.
const { ReflectConstruct } = require('../base/primordials');
const vm = require('node:vm');
const { Agent, Server } = require('node:https');

/**
 * `construct(Class, args)` from a frame that stack traces name as Node's https. Agents that serve both
 * modules (agent-base up to 7, and with it proxy-agent, https-proxy-agent and others) tell a request of
 * https by such a frame, in `addRequest` and wherever they are asked for their `protocol`.
 */
const construct = vm.compileFunction(
  'return function construct(Class, args) { return make(Class, args); };',
  ['make'],
  { filename: 'node:https' },
)(ReflectConstruct);

module.exports = { Agent, Server, construct };
