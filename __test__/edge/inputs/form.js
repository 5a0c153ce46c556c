'use strict';
// How rows of the table are made.

/**
 * One row for each text. `form` makes the bytes of it (latin1). `more`:
 * - `differs`: why ours answers otherwise than Node's http, on purpose;
 * - `differsBefore`: the major version of Node whose http has come to answer as ours;
 * - `missing`: the major version of Node from which on its http does what ours does not do yet;
 * - `since`: the first major version of Node whose http answers as the newest does;
 * - `options`: those of the servers;
 * - `listens`: events that the servers listen to beside 'request'.
 */
function cases(topic, form, more, texts) {
  return texts.map((text) => ({ title: `${topic}: ${shown(text)}`, bytes: form(text), ...more }));
}

function shown(text) {
  const whole = JSON.stringify(text) ?? String(text);
  return whole.length > 90 ? `${whole.slice(0, 60)}… (${whole.length})` : whole;
}

module.exports = { cases };
