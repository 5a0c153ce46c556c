// Generated from src/ring/layout.rs: do not edit. See that file for what each means.
'use strict';

const OPEN = 1;
const HEAD = 2;
const CONTENT = 3;
const COMPLETE = 4;
const MALFORMED = 5;
const END = 6;
const CLOSE = 7;
const DRAIN = 8;
const TIMEOUT = 9;
const EXPIRED = 10;
const RAW = 11;
const DROP = 12;
const SHUTDOWN = 13;
const KEEP_ALIVE = 1;
const UPGRADE = 2;
const NO_CONTENT = 4;
const GROUP_END = 8;
const HAS_HOST = 16;
const BAD_HOST = 32;
const HAS_EXPECT = 64;
const HEAD_WORDS = 8;
const COMPLETE_WORDS = 5;
const CONTENT_WORDS = 4;
const MALFORMED_WORDS = 6;
const WRITE_LATIN1 = 1;
const WRITE_MORE = 2;
const WRITE_LAST = 4;
const WRITE_IDLE = 8;

const COMMON_NAMES = [
  'TE',
  'Age',
  'DNT',
  'Via',
  'Date',
  'ETag',
  'From',
  'Host',
  'Link',
  'Vary',
  'Allow',
  'Range',
  'Accept',
  'Cookie',
  'Expect',
  'Origin',
  'Pragma',
  'Server',
  'Alt-Svc',
  'Expires',
  'Referer',
  'Trailer',
  'Upgrade',
  'If-Match',
  'If-Range',
  'Location',
  'Priority',
  'Sec-GPC',
  'Connection',
  'Keep-Alive',
  'Set-Cookie',
  'User-Agent',
  'X-Real-IP',
  'traceparent',
  'Retry-After',
  'Content-Type',
  'Max-Forwards',
  'Accept-Ranges',
  'Authorization',
  'Cache-Control',
  'Content-Range',
  'If-None-Match',
  'Last-Modified',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-Fetch-User',
  'Accept-Charset',
  'Content-Length',
  'X-Powered-By',
  'Accept-Encoding',
  'Accept-Language',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Request-Id',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Proxy-Connection',
  'Sec-CH-UA',
  'Sec-CH-UA-Mobile',
  'WWW-Authenticate',
  'X-Forwarded-Proto',
  'X-Requested-With',
  'Transfer-Encoding',
  'If-Modified-Since',
  'Sec-WebSocket-Key',
  'Sec-CH-UA-Platform',
  'Content-Disposition',
  'If-Unmodified-Since',
  'Proxy-Authorization',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions',
  'Upgrade-Insecure-Requests',
  'Access-Control-Request-Method',
  'Access-Control-Request-Headers',
  'Strict-Transport-Security',
];

const METHODS = [
  'DELETE',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'COPY',
  'LOCK',
  'MKCOL',
  'MOVE',
  'PROPFIND',
  'PROPPATCH',
  'SEARCH',
  'UNLOCK',
  'BIND',
  'REBIND',
  'UNBIND',
  'ACL',
  'REPORT',
  'MKACTIVITY',
  'CHECKOUT',
  'MERGE',
  'M-SEARCH',
  'NOTIFY',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'PATCH',
  'PURGE',
  'MKCALENDAR',
  'LINK',
  'UNLINK',
  'SOURCE',
  'QUERY',
];

const ERRORS = [
  ['HPE_INVALID_METHOD', 'Invalid method encountered'],
  ['HPE_INVALID_HEADER_TOKEN', 'Invalid header token'],
  ['HPE_INVALID_EOF_STATE', 'Invalid EOF state'],
];

module.exports = {
  OPEN,
  HEAD,
  CONTENT,
  COMPLETE,
  MALFORMED,
  END,
  CLOSE,
  DRAIN,
  TIMEOUT,
  EXPIRED,
  RAW,
  DROP,
  SHUTDOWN,
  KEEP_ALIVE,
  UPGRADE,
  NO_CONTENT,
  GROUP_END,
  HAS_HOST,
  BAD_HOST,
  HAS_EXPECT,
  HEAD_WORDS,
  COMPLETE_WORDS,
  CONTENT_WORDS,
  MALFORMED_WORDS,
  WRITE_LATIN1,
  WRITE_MORE,
  WRITE_LAST,
  WRITE_IDLE,
  COMMON_NAMES,
  METHODS,
  ERRORS,
};
