'use strict';
// What Node's http and ours made of the same bytes, and how a difference is shown.
const assert = require('node:assert');
const { hostHas, onNodeHttp } = require('../support/mode');

/** Whether the row says nothing about this runtime, or compares Node with itself. */
function isBeside(row) {
  return (onNodeHttp && isToDiffer(row)) || (row.since && !hostHas(row.since));
}

/** Whether ours is to differ from Node's on this runtime. */
function isToDiffer({ differs, differsBefore }) {
  const isOver = differsBefore && hostHas(differsBefore);
  return !!differs && !isOver;
}

function isSame(wanted, got) {
  try {
    assert.deepStrictEqual(got, wanted);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a row: the parts that differ, or that none does. */
function difference(row, wanted, got) {
  if (isToDiffer(row)) return `${row.title}\n  is to differ: ${row.differs}`;
  const parts = Object.keys(wanted).filter((part) => !isSame(wanted[part], got[part]));
  const lines = parts.map(
    (part) => `  ${part}, Node: ${inspect(wanted[part])}\n  ${part}, ours: ${inspect(got[part])}`,
  );
  return [row.title, ...lines].join('\n');
}

function inspect(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

module.exports = { difference, inspect, isBeside, isSame, isToDiffer };
