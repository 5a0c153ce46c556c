'use strict';
// Whether the connection persists or is upgraded (RFC 9112, section 9; RFC 9110, section 7.8), and
// expectations (RFC 9110, section 10.1.1).
const { cases } = require('./form');

const NEXT = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const field = (text) => `GET / HTTP/1.1\r\nHost: a\r\n${text}\r\n\r\n`;
const followed = (text) => field(text) + NEXT;
const old = (text) => `GET / HTTP/1.0\r\nHost: a\r\n${text}\r\n\r\n`;
const oldFollowed = (text) => `${old(text)}GET /next HTTP/1.0\r\n\r\n`;
const posted = (text) => `POST / HTTP/1.1\r\nHost: a\r\n${text}\r\n\r\nhello${NEXT}`;
const options = [
  'Connection: close',
  'Connection: CLOSE',
  'Connection:close ',
  'Connection: x, close',
  'Connection: close, x',
  'Connection: close,keep-alive',
  'Connection: keep-alive, close',
  'Connection: keep-alive\r\nConnection: close',
  'Connection: close\r\nConnection: keep-alive',
  'Connection: keep-alive',
  'Connection: Keep-Alive, x',
  'Connection: closed',
  'Connection: clos',
  'Connection: x close',
  'Connection: "close"',
  'Connection: close;q=1',
  'Connection:',
  'Connection: ,',
  'Connection: ,close',
  'Connections: close',
  'X-Connection: close',
  'Proxy-Connection: close',
  'Proxy-Connection: keep-alive',
  'Keep-Alive: timeout=1',
];
const TAB = 'a connection option may be followed by a tab (RFC 9110, section 5.6.3)';
const NO_PORT = 'CONNECT names a port (RFC 9110, section 9.3.6)';
const BAD_HOST = 'there is one Host (RFC 9112, section 3.2)';

module.exports = [
  ...cases('HTTP/1.1', field, {}, options),
  ...cases('HTTP/1.1, more behind', followed, {}, options),
  ...cases('HTTP/1.0', old, {}, options),
  ...cases('HTTP/1.0, more behind', oldFollowed, {}, options),
  ...cases('tab', followed, { differs: TAB, differsBefore: 22 }, [
    'Connection: close\t',
    'Connection: x,close\t,y',
  ]),
  ...cases('tab in HTTP/1.0', oldFollowed, { differs: TAB, differsBefore: 22 }, [
    'Connection: keep-alive\t',
  ]),
  ...cases('tab in front', followed, {}, ['Connection: \tclose', 'Connection: x,\tclose']),
  ...cases('upgrade that nobody wants', field, {}, [
    'Connection: upgrade\r\nUpgrade: websocket',
    'Upgrade: websocket\r\nConnection: keep-alive, Upgrade',
    'Upgrade: websocket',
    'Connection: upgrade',
    'Connection: upgrade\r\nUpgrade:',
  ]),
  ...cases('upgrade', (text) => `${field(text)}more`, { listens: ['upgrade'] }, [
    'Connection: upgrade\r\nUpgrade: websocket',
    'Upgrade: h2c, x\r\nConnection: keep-alive, Upgrade',
    'Upgrade: websocket',
    'Connection: upgrade',
    'Connection: upgrade\r\nUpgrade:',
    'Connection: upgraded\r\nUpgrade: x',
  ]),
  ...cases(
    'upgrade in HTTP/1.0',
    old,
    { differs: 'HTTP/1.0 knows no upgrade', listens: ['upgrade'] },
    ['Connection: upgrade\r\nUpgrade: websocket'],
  ),
  ...cases('upgrade with content', posted, { listens: ['upgrade'], since: 24 }, [
    'Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 5',
  ]),
  ...cases(
    'bytes behind an upgrade that nobody wants',
    followed,
    { differs: 'they are the next request' },
    ['Connection: upgrade\r\nUpgrade: websocket'],
  ),
  ...cases(
    'content behind an upgrade that nobody wants',
    posted,
    { differs: 'it is read, and the next request behind it' },
    ['Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5'],
  ),
  ...cases('CONNECT', (text) => `CONNECT ${text} HTTP/1.1\r\nHost: a\r\n\r\nmore`, {}, ['a:443']),
  ...cases(
    'CONNECT',
    (text) => `CONNECT ${text} HTTP/1.1\r\nHost: a\r\n\r\nmore`,
    { listens: ['connect'] },
    ['a:443', '[::1]:443', 'u@a:1', 'a b', '"a"', 'a:80:90', ':80', 'a:65535', 'a:0443', '/', '/a'],
  ),
  ...cases(
    'CONNECT to no port',
    (text) => `CONNECT ${text} HTTP/1.1\r\nHost: a\r\n\r\nmore`,
    { listens: ['connect'], differs: NO_PORT },
    ['a', '*', 'http://a', 'a:443/b', 'a:', 'a:0', 'a:65536', 'a:x', '[::1]', 'a:+1'],
  ),
  ...cases(
    'hosts and upgrades',
    (text) => `${field(text)}more`,
    { listens: ['upgrade'], differs: BAD_HOST },
    [
      'Host: b\r\nConnection: upgrade\r\nUpgrade: x',
      'Connection: upgrade\r\nUpgrade: x\r\nHost: a',
    ],
  ),
  ...cases(
    'hosts and CONNECT',
    (text) => `CONNECT a:1 HTTP/1.1\r\n${text}\r\n\r\nmore`,
    { listens: ['connect'], differs: BAD_HOST },
    ['Host: a\r\nHost: a'],
  ),
  ...cases(
    'odd hosts and CONNECT',
    (text) => `CONNECT a:1 HTTP/1.1\r\n${text}\r\n\r\nmore`,
    { listens: ['connect'] },
    ['Host: a, b', 'Host: u@a'],
  ),
  ...cases('Expect', posted, {}, [
    'Expect: 100-continue\r\nContent-Length: 5',
    'expect: 100-CONTINUE\r\nContent-Length: 5',
    'Expect: other\r\nContent-Length: 5',
    'Expect:\r\nContent-Length: 5',
    'Expect: 100-continue, other\r\nContent-Length: 5',
  ]),
  ...cases('Expect in HTTP/1.0', old, {}, ['Expect: 100-continue', 'Expect: other']),
];
