'use strict';
// Header fields as users give them.
const { ArrayIsArray, ObjectKeys } = require('../base/primordials');
const { ERR_INVALID_ARG_VALUE } = require('../base/errors');

/** Whether `headers` is an array of `[name, value]`. */
const isPairs = (headers) =>
  ArrayIsArray(headers) && headers.length > 0 && ArrayIsArray(headers[0]);

/** Calls `each(name, value)` for fields in an object, a flat array of names and values, or an array of pairs. */
function forEachField(headers, each) {
  if (!ArrayIsArray(headers)) {
    for (const name of ObjectKeys(headers)) each(name, headers[name]);
  } else if (isPairs(headers)) {
    for (const [name, value] of headers) each(name, value);
  } else {
    if (headers.length % 2 !== 0) throw new ERR_INVALID_ARG_VALUE('headers', headers);
    for (let i = 0; i < headers.length; i += 2) each(headers[i], headers[i + 1]);
  }
}

module.exports = { forEachField, isPairs };
