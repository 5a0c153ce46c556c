'use strict';
// The async context in which the native side calls: that of whoever loaded us, not of whoever came
// first to need it.
const { AsyncResource } = require('node:async_hooks');

const neutral = new AsyncResource('RUSTHTTP');
/** Every resource has ids of its own. */
const IDS = /^(trigger_)?async_id_symbol$/;

/** Whether `resource` carries something that the neutral context does not, such as a store. */
function carriesContext(resource) {
  const symbols = [
    ...Object.getOwnPropertySymbols(resource),
    ...Object.getOwnPropertySymbols(neutral),
  ];
  return symbols.some((key) => resource[key] !== neutral[key] && !IDS.test(key.description));
}

module.exports = { carriesContext, neutral };
