'use strict';
// The trailer section of outgoing messages.
const { codes } = require('../base/errors');
const { isInvalidValue, validateHeaderName } = require('../base/validate');
const { kUniqueHeaders } = require('../node/http').serverKeys();

const { ERR_INVALID_CHAR } = codes;

/** Sets the trailer section: `headers` as an object or an array of pairs. */
function storeTrailers(message, headers) {
  message._trailer = '';
  const isArray = Array.isArray(headers);
  const relaxed = message._isLenientHeaderValidation();
  const unique = message[kUniqueHeaders];
  for (const key of Object.keys(headers)) {
    const name = isArray ? headers[key][0] : key;
    let value = isArray ? headers[key][1] : headers[key];
    validateHeaderName(name, 'Trailer name');
    if (Array.isArray(value) && value.length > 1 && !unique?.has(name.toLowerCase())) {
      for (const item of value) message._trailer += trailerLine(name, item, relaxed);
    } else {
      if (Array.isArray(value)) value = value.join('; ');
      message._trailer += trailerLine(name, value, relaxed);
    }
  }
}

function trailerLine(name, value, relaxed) {
  if (isInvalidValue(value, relaxed)) throw new ERR_INVALID_CHAR('trailer content', name);
  return `${name}: ${value}\r\n`;
}

module.exports = { storeTrailers };
