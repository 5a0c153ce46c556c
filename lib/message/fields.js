'use strict';
// Field lines of a received message as the objects Node's documentation describes: `headers`,
// `headersDistinct` and their trailer twins, and the rules by which duplicates are joined.
const { SafeSet } = require('../base/primordials');
const { lowerCase } = require('../wire/field-names');

/** Fields of which there is one line: of others with their names, the first counts. */
const SINGLE = new SafeSet(
  (
    'age authorization content-length content-type etag expires from host if-modified-since ' +
    'if-unmodified-since last-modified location max-forwards proxy-authorization referer ' +
    'retry-after server user-agent'
  ).split(' '),
);

/** Adds a field line to `headers`, joining it with what is there as Node does. */
function addLine(headers, name, value, joinDuplicates) {
  const key = lowerCase(name);
  const present = headers[key];
  if (present === undefined) {
    headers[key] = key === 'set-cookie' ? [value] : value;
  } else if (key === 'set-cookie') {
    present.push(value);
  } else if (SINGLE.has(key)) {
    if (joinDuplicates) headers[key] = `${present}, ${value}`;
  } else if (typeof present === 'string') {
    headers[key] = `${present}${key === 'cookie' ? ';' : ','} ${value}`;
  } else {
    headers[key] = value; // one of the names that every object inherits
  }
}

/** Adds a field line to the form in which each name has an array. */
function addLineDistinct(headers, name, value) {
  const key = lowerCase(name);
  if (headers[key]) headers[key].push(value);
  else headers[key] = [value];
}

module.exports = { addLine, addLineDistinct };
