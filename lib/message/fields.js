'use strict';
// Field lines of a received message as the objects Node's documentation describes: `headers`,
// `headersDistinct` and their trailer twins, and the rules by which duplicates are joined.
const { SafeMap } = require('../base/primordials');
const { lowerCase } = require('../wire/field-names');

// How a second line of the same name is treated.
const FIRST_WINS = 0;
const JOIN_COOKIE = 2;
const ARRAY = 3;

const rules = new SafeMap();
for (const name of [
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
])
  rules.set(name, FIRST_WINS);
rules.set('cookie', JOIN_COOKIE);
rules.set('set-cookie', ARRAY);

/** Adds a field line to `headers`, joining it with what is there as Node does. */
function addLine(headers, name, value, joinDuplicates) {
  const key = lowerCase(name);
  const present = headers[key];
  switch (rules.get(key)) {
    case undefined:
      headers[key] = typeof present === 'string' ? `${present}, ${value}` : value;
      break;
    case JOIN_COOKIE:
      headers[key] = typeof present === 'string' ? `${present}; ${value}` : value;
      break;
    case ARRAY:
      if (present !== undefined) present.push(value);
      else headers[key] = [value];
      break;
    default:
      if (present === undefined) headers[key] = value;
      else if (joinDuplicates) headers[key] = `${present}, ${value}`;
  }
}

/** Adds a field line to the form in which each name has an array. */
function addLineDistinct(headers, name, value) {
  const key = lowerCase(name);
  if (headers[key]) headers[key].push(value);
  else headers[key] = [value];
}

module.exports = { addLine, addLineDistinct };
