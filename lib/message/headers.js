'use strict';
// The header store of outgoing messages: the documented methods that read and change it.
const {
  ArrayIsArray,
  ArrayPrototypeMap,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectKeys,
  ObjectValues,
} = require('../base/primordials');
const { deprecate } = require('node:util');
const { ERR_HTTP_HEADERS_SENT, ERR_INVALID_ARG_TYPE } = require('../base/errors');
const {
  isInvalidValue,
  validateHeaderName,
  validateHeaderValue,
  validateString,
} = require('../base/validate');
const { Fields, lowerCase } = require('../wire/field-names');
const { kOutHeaders } = require('../node/http').keys;

/** Most values need no look at how lenient the check is. */
function checkValue(message, name, value) {
  if (value === undefined || isInvalidValue(value, false))
    validateHeaderValue(name, value, message._isLenientHeaderValidation());
}

const methods = {
  setHeader(name, value) {
    if (this._header) throw new ERR_HTTP_HEADERS_SENT('set');
    validateHeaderName(name);
    checkValue(this, name, value);
    let headers = this[kOutHeaders];
    if (headers === null) this[kOutHeaders] = headers = new Fields();
    headers[lowerCase(name)] = [name, value];
    return this;
  },

  setHeaders(headers) {
    if (this._header) throw new ERR_HTTP_HEADERS_SENT('set');
    if (
      !headers ||
      ArrayIsArray(headers) ||
      typeof headers.keys !== 'function' ||
      typeof headers.get !== 'function'
    )
      throw new ERR_INVALID_ARG_TYPE('headers', 'an instance of Headers or Map', headers);
    // A Headers object gives each cookie by itself: they are set together.
    const cookies = [];
    for (const [name, value] of headers) {
      if (name === 'set-cookie') cookies.push(...(ArrayIsArray(value) ? value : [value]));
      else this.setHeader(name, value);
    }
    if (cookies.length > 0) this.setHeader('set-cookie', cookies);
    return this;
  },

  appendHeader(name, value) {
    if (this._header) throw new ERR_HTTP_HEADERS_SENT('append');
    validateHeaderName(name);
    checkValue(this, name, value);
    const entry = this[kOutHeaders]?.[lowerCase(name)];
    if (!entry) return this.setHeader(name, value);
    if (!ArrayIsArray(entry[1])) entry[1] = [entry[1]];
    if (ArrayIsArray(value)) entry[1].push(...value);
    else entry[1].push(value);
    return this;
  },

  getHeader(name) {
    validateString(name, 'name');
    const headers = this[kOutHeaders];
    return headers === null ? undefined : headers[lowerCase(name)]?.[1];
  },

  getHeaderNames() {
    return this[kOutHeaders] !== null ? ObjectKeys(this[kOutHeaders]) : [];
  },

  getRawHeaderNames() {
    const headers = this[kOutHeaders];
    return headers === null ? [] : ArrayPrototypeMap(ObjectValues(headers), (entry) => entry[0]);
  },

  getHeaders() {
    const headers = this[kOutHeaders];
    const copy = { __proto__: null };
    for (const name in headers) copy[name] = headers[name][1];
    return copy;
  },

  hasHeader(name) {
    validateString(name, 'name');
    return this[kOutHeaders] !== null && !!this[kOutHeaders][lowerCase(name)];
  },

  removeHeader(name) {
    validateString(name, 'name');
    if (this._header) throw new ERR_HTTP_HEADERS_SENT('remove');
    const key = lowerCase(name);
    if (key === 'connection') this._removedConnection = true;
    else if (key === 'content-length') this._removedContLen = true;
    else if (key === 'transfer-encoding') this._removedTE = true;
    else if (key === 'date') this.sendDate = false;
    if (this[kOutHeaders] !== null) delete this[kOutHeaders][key];
  },
};

const deprecated = {
  get _headers() {
    return this.getHeaders();
  },
  set _headers(value) {
    if (value == null) {
      this[kOutHeaders] = null;
    } else if (typeof value === 'object') {
      const headers = (this[kOutHeaders] = new Fields());
      for (const name of ObjectKeys(value)) headers[lowerCase(name)] = [name, value[name]];
    }
  },

  get _headerNames() {
    const headers = this[kOutHeaders];
    if (headers === null) return null;
    const names = { __proto__: null };
    for (const key in headers) names[key] = headers[key][0];
    return names;
  },
  set _headerNames(value) {
    const headers = this[kOutHeaders];
    if (typeof value !== 'object' || value === null || !headers) return;
    for (const key of ObjectKeys(value)) if (headers[key]) headers[key][0] = value[key];
  },
};
for (const name of ObjectKeys(deprecated)) {
  const { get, set } = ObjectGetOwnPropertyDescriptor(deprecated, name);
  const warning = [`OutgoingMessage.prototype.${name} is deprecated`, 'DEP0066'];
  ObjectDefineProperty(deprecated, name, {
    __proto__: null,
    get: deprecate(get, ...warning),
    set: deprecate(set, ...warning),
  });
}

module.exports = { deprecated, methods };
