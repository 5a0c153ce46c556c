'use strict';
// Parsers of what JavaScript feeds, and the options that those of the native side have, too. They are
// read from a server, or from a client's request.
const { MathMax, MathMin, SafeSet } = require('../base/primordials');
const { accessors, insecureByDefault, refusesManyFields } = require('../node/http');
const { WRITE_EXPECT, WRITE_EXPECT_CONNECT, WRITE_EXPECT_HEAD } = require('../wire/layout');
const { renew } = require('../wire/feed');
const { ParserSettings, StreamParser } = require('../wire/loop');

/** Fields of a message that are let through when `maxHeadersCount` does not say otherwise. */
const MAX_FIELDS = 1000;
/** Parsers that are kept for the next response. */
const MAX_SPARE = 64;
const defaultMaxHeaderSize = accessors.maxHeaderSize;
let warned = false;

/** The most bytes of a head that the native side can count to. */
const MAX_HEADER_SIZE = 2 ** 32 - 1;
const VALIDATIONS = new SafeSet(['strict', 'relaxed', 'insecure']);

/** `size` may be anything: it is checked when it is an option, and may be changed afterwards. */
const headerSize = (size, fallback) => MathMin(size || fallback, MAX_HEADER_SIZE) || fallback;

/** How strictly the input of a server, or the answer to a request, is read. */
function validation(owner) {
  if (VALIDATIONS.has(owner.httpValidation)) return owner.httpValidation;
  if (owner.insecureHTTPParser !== undefined)
    return owner.insecureHTTPParser ? 'insecure' : 'strict';
  if (insecureByDefault && !warned) {
    warned = true;
    process.emitWarning('Using insecure HTTP parsing');
  }
  return insecureByDefault ? 'insecure' : 'strict';
}

/** How many fields of a message or of its trailer section users get to see; 0 for any number. */
function shownFields({ maxHeadersCount }) {
  if (typeof maxHeadersCount !== 'number') return MAX_FIELDS;
  // As 32 bits, because Node counts names and values in such a number.
  return MathMax(0, maxHeadersCount << 1) >> 1;
}

/** What a parser of the server's requests has to know. */
function parserOptions(server) {
  return {
    maxHeaderSize: headerSize(server.maxHeaderSize, accessors.maxHeaderSize),
    // 431 beyond, 0 for any number. Older runtimes cut instead.
    maxFields: refusesManyFields ? shownFields(server) : 0,
    shownFields: shownFields(server),
    validation: validation(server),
    requireHostHeader: Boolean(server.requireHostHeader),
    strictHost: Boolean(server.strictHost),
  };
}

/** Whether messages are read in the same way. */
const readsAlike = (one, other) =>
  one.maxHeaderSize === other.maxHeaderSize &&
  one.maxFields === other.maxFields &&
  one.shownFields === other.shownFields &&
  one.validation === other.validation &&
  one.requireHostHeader === other.requireHostHeader &&
  one.strictHost === other.strictHost;

/** What `read` gives, with its native form, `settings`. Most connections have those of the one before. */
function settled(read) {
  let last;
  return (owner) => {
    const options = read(owner);
    if (last === undefined || !readsAlike(last, options))
      last = { ...options, settings: new ParserSettings(options) };
    return last;
  };
}

/** What a parser of the answer to a request has to know. */
const responseOptions = settled((req) => ({
  maxHeaderSize: headerSize(req.maxHeaderSize, defaultMaxHeaderSize),
  shownFields: shownFields(req),
  validation: validation(req),
}));

const requestOptions = settled(parserOptions);

function requestParser(server) {
  return new StreamParser(false, requestOptions(server).settings);
}

/** What is told to the native side with the first piece of a request of this method. */
function announcementOf(method) {
  if (method === 'HEAD') return WRITE_EXPECT | WRITE_EXPECT_HEAD;
  if (method === 'CONNECT') return WRITE_EXPECT | WRITE_EXPECT_CONNECT;
  return WRITE_EXPECT;
}

/** Parsers of responses that wait for another one: to make one costs more than to parse a response. */
const spare = [];

/** A parser of the answer to a request of this method: the last that came in, if it has these options. */
function responseParser(options, method) {
  const last = spare[spare.length - 1];
  const isUsable = last !== undefined && readsAlike(last.options, options);
  const parser = isUsable ? spare.pop() : newResponseParser(options);
  renew(parser.slot, announcementOf(method));
  return parser;
}

function newResponseParser(options) {
  const parser = new StreamParser(true, options.settings);
  return { parser, slot: parser.slot, options };
}

/** The parser has come to the end of a response, and is not used any more. */
function spareParser(parser) {
  if (spare.length < MAX_SPARE) spare.push(parser);
}

module.exports = {
  announcementOf,
  parserOptions,
  readsAlike,
  requestParser,
  responseOptions,
  responseParser,
  spareParser,
};
