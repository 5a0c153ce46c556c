/** sinon: everything faked that it can fake, while requests go on; what is stubbed of the module is called. */
'use strict';

const http = require('node:http');
const sinon = require('sinon');
const exchange = require('../projects/exchange');

module.exports = async function run() {
  const seen = {};
  const clock = sinon.useFakeTimers({ now: 0, toNotFake: ['nextTick', 'queueMicrotask'] });
  seen.faked = await exchange(http);
  clock.restore();
  seen.restored = await exchange(http);
  const request = sinon.spy(http, 'request');
  const setHeader = sinon.spy(http.OutgoingMessage.prototype, 'setHeader');
  seen.spied = await exchange(http);
  seen.calls = [request.callCount, setHeader.called];
  sinon.restore();
  const create = sinon.stub(http.Agent.prototype, 'createConnection').callThrough();
  seen.stubbed = await exchange(http);
  seen.connections = create.callCount;
  sinon.restore();
  return seen;
};
