'use strict';
// What is too large, counted as Node counts, and what the lenient parsers let through.
const { cases } = require('./form');

const NEXT = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const value = (length) => `GET / HTTP/1.1\r\nHost: a\r\nX: ${'v'.repeat(length)}\r\n\r\n${NEXT}`;
const target = (length) => `GET /${'t'.repeat(length)} HTTP/1.1\r\nHost: a\r\n\r\n${NEXT}`;
const names = (count) =>
  `GET / HTTP/1.1\r\nHost: a\r\n${'Some-Name: value\r\n'.repeat(count)}\r\n${NEXT}`;
const whole = (text) => text;
const small = { maxHeaderSize: 100 };
const insecure = { insecureHTTPParser: true };

module.exports = [
  ...cases('value', value, {}, [16_000, 16_376, 16_377, 16_378, 16_379, 16_380, 20_000]),
  ...cases('target', target, {}, [16_000, 16_382, 16_383, 16_384, 20_000]),
  ...cases('fields', names, {}, [900]),
  ...cases('many fields', names, { since: 22 }, [998, 999, 1000, 1200]),
  ...cases('small maximum', value, { options: small }, [80, 91, 92, 93, 94, 95, 200]),
  ...cases('small maximum', target, { options: small }, [80, 93, 94, 95, 99, 100, 200]),
  ...cases('white space is not counted', whole, { options: small }, [
    `GET${' '.repeat(200)}/ HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nX:${' '.repeat(200)}y\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nX: y${' '.repeat(200)}\r\n\r\n`,
  ]),
  ...cases('insecureHTTPParser', whole, { options: insecure }, [
    `GET / HTTP/1.1\r\nHost: a\r\nX: a\x01b\x7f\r\n\r\n${NEXT}`,
    `GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n${NEXT}`,
    `GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n${NEXT}`,
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${NEXT}`,
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
    `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${NEXT}`,
    `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello${NEXT}`,
    `${POST}Content-Length: +5\r\n\r\nhello${NEXT}`,
    `${POST}Content-Length: 5 \r\n\r\nhello${NEXT}`,
    `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${NEXT}`,
    `get / HTTP/1.1\r\nHost: a\r\n\r\n${NEXT}`,
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${NEXT}`,
    `GET / HTTP/1.0\r\n\r\n${NEXT}`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${NEXT}`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n${NEXT}`,
  ]),
  ...cases('insecureHTTPParser', whole, { options: insecure, listens: ['connect'] }, [
    'CONNECT a HTTP/1.1\r\nHost: a\r\n\r\nmore',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nmore',
  ]),
  ...cases('insecureHTTPParser, line ends', whole, { options: insecure }, [
    'GET / HTTP/1.1\nHost: a\n\n',
    'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n',
    `${POST}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n`,
  ]),
];
