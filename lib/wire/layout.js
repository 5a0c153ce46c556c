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
const STARVED = 14;
const SECURED = 15;
const FOREIGN = 16;
const FAILED = 17;
const KEEP_ALIVE = 1;
const UPGRADE = 2;
const NO_CONTENT = 4;
const GROUP_END = 8;
const UNTRUSTED = 16;
const LACKS_HOST = 32;
const EXPECT_CONTINUE = 64;
const ATTACHED = 128;
const READ_DEFERRED = 256;
const EXPECT_OTHER = 512;
const CONTENT_FIRST = 1024;
const DIRECT = 2048;
const NEW_BATCH = 1;
const RECORD_HEAD = 0;
const RECORD_SIZE = 1;
const RECORD_ID = 2;
const RECORD_WORDS = 3;
const OPEN_LISTENER = 3;
const OPEN_WORDS = 4;
const HEAD_CODE = 3;
const HEAD_VERSION = 4;
const HEAD_FIELDS = 5;
const HEAD_LINE_LENGTH = 6;
const HEAD_TEXT_LENGTH = 7;
const HEAD_KEEP_ALIVE = 8;
const HEAD_WORDS = 9;
const CONTENT_LENGTH = 3;
const CONTENT_WORDS = 4;
const ATTACHED_AT = 4;
const ATTACHED_WORDS = 5;
const COMPLETE_FIELDS = 3;
const COMPLETE_TEXT_LENGTH = 4;
const COMPLETE_WORDS = 5;
const MALFORMED_ERROR = 3;
const MALFORMED_PARSED = 4;
const MALFORMED_LENGTH = 5;
const MALFORMED_WORDS = 6;
const CLOSE_ERRNO = 3;
const CLOSE_CALL = 4;
const CLOSE_READ_LOW = 5;
const CLOSE_READ_HIGH = 6;
const CLOSE_WRITTEN_LOW = 7;
const CLOSE_WRITTEN_HIGH = 8;
const CLOSE_WORDS = 9;
const KIND_MASK = 255;
const FLAG_SHIFT = 8;
const ID_SLOT_MASK = 1048575;
const COMMON_NAME = 2147483648;
const COMMON_NAME_INDEX_MASK = 2147483647;
const VERSION_SHIFT = 8;
const VERSION_MINOR_MASK = 255;
const CALL_READ = 0;
const CALL_WRITE = 1;
const WRITE_LATIN1 = 1;
const WRITE_MORE = 2;
const WRITE_CLOSE = 4;
const WRITE_END = 8;
const WRITE_DEFER = 16;
const WRITE_EXPECT = 32;
const WRITE_EXPECT_HEAD = 64;
const WRITE_EXPECT_CONNECT = 128;
const WRITE_MORE_ENDS = 256;
const WRITE_CLOSED = -2147483648;

const POOL = {
  IDLE: 0,
  BUSY: 1,
  TOTAL: 2,
  WAITING: 3,
  MAX_SOCKETS: 4,
  MAX_TOTAL: 5,
  MAX_IDLE: 6,
  FIFO: 7,
  PERSISTS: 8,
  TIMEOUT: 9,
  ANNOUNCED: 10,
  BUFFER: 11,
  ELSEWHERE_WAITING: 12,
  ELSEWHERE_BUSY: 13,
  ANSWER: 14,
  COUNT: 15,
  DIAL: -1,
  WAIT: -2,
  STALE: -1,
  SERVE: -2,
  CLOSE: -3,
  NOTHING: 0,
  DIAL_HERE: 1,
  DIAL_ELSEWHERE: 2,
};

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
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'CONNECT',
  'TRACE',
  'ACL',
  'BIND',
  'CHECKOUT',
  'COPY',
  'LINK',
  'LOCK',
  'M-SEARCH',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'NOTIFY',
  'PROPFIND',
  'PROPPATCH',
  'PURGE',
  'QUERY',
  'REBIND',
  'REPORT',
  'SEARCH',
  'SOURCE',
  'SUBSCRIBE',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
  'UNSUBSCRIBE',
];

const ERRORS = [
  ['HPE_CR_EXPECTED', 'Missing expected CR after chunk data'],
  ['HPE_STRICT', 'Expected LF after chunk data'],
  ['HPE_STRICT', 'Invalid character in chunk extensions'],
  ['HPE_STRICT', 'Invalid character in chunk extensions name'],
  ['HPE_CR_EXPECTED', 'Missing expected CR after chunk extension name'],
  ['HPE_STRICT', 'Invalid character in chunk extensions quote value'],
  ['HPE_STRICT', 'Invalid character in chunk extensions quoted value'],
  ['HPE_STRICT', 'Invalid quoted-pair in chunk extensions quoted value'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'Chunk extensions overflow'],
  ['HPE_STRICT', 'Invalid character in chunk extensions value'],
  ['HPE_CR_EXPECTED', 'Missing expected CR after chunk extension value'],
  ['HPE_INVALID_CHUNK_SIZE', 'Invalid character in chunk size'],
  ['HPE_CR_EXPECTED', 'Missing expected CR after chunk size'],
  ['HPE_STRICT', 'Expected LF after chunk size'],
  ['HPE_INVALID_CHUNK_SIZE', 'Chunk size overflow'],
  ['HPE_CLOSED_CONNECTION', 'Data after `Connection: close`'],
  ['HPE_INVALID_CONTENT_LENGTH', 'Invalid character in Content-Length'],
  ['HPE_UNEXPECTED_CONTENT_LENGTH', 'Duplicate Content-Length'],
  ['HPE_INVALID_CONTENT_LENGTH', 'Empty Content-Length'],
  ['HPE_INVALID_CONTENT_LENGTH', 'Content-Length overflow'],
  ['HPE_INVALID_CONTENT_LENGTH', 'Content-Length can\'t be present with Transfer-Encoding'],
  ['HPE_INVALID_TRANSFER_ENCODING', 'Empty Transfer-Encoding'],
  ['HPE_INVALID_TRANSFER_ENCODING', 'Request has invalid `Transfer-Encoding`'],
  ['HPE_INVALID_TRANSFER_ENCODING', 'Invalid `Transfer-Encoding` header value'],
  ['HPE_INVALID_TRANSFER_ENCODING', 'Transfer-Encoding can\'t be present with Content-Length'],
  ['HPE_INVALID_EOF_STATE', 'Invalid EOF state'],
  ['HPE_INVALID_HEADER_TOKEN', 'Invalid header field char'],
  ['HPE_HEADER_OVERFLOW', 'Header overflow'],
  ['HPE_STRICT', 'Expected LF after headers'],
  ['HPE_INVALID_HEADER_TOKEN', 'Invalid header token'],
  ['HPE_INVALID_HEADER_TOKEN', 'Invalid header value char'],
  ['HPE_CR_EXPECTED', 'Missing expected CR after header value'],
  ['HPE_INVALID_HEADER_TOKEN', 'Unexpected whitespace after header value'],
  ['HPE_LF_EXPECTED', 'Missing expected LF after header value'],
  ['HPE_INVALID_VERSION', 'Invalid HTTP version'],
  ['HPE_STRICT', 'Expected LF after CR'],
  ['HPE_INVALID_METHOD', 'Invalid method encountered'],
  ['HPE_INVALID_CONSTANT', 'Invalid method for HTTP/x.x request'],
  ['HPE_INVALID_METHOD', 'Expected space after method'],
  ['HPE_PAUSED_H2_UPGRADE', 'Pause on PRI/Upgrade'],
  ['HPE_INVALID_VERSION', 'Expected HTTP/2 Connection Preface'],
  ['HPE_INVALID_CONSTANT', 'Expected HTTP/, RTSP/ or ICE/'],
  ['HPE_CR_EXPECTED', 'Missing expected CR after response line'],
  ['HPE_UNEXPECTED_SPACE', 'Unexpected space after start line'],
  ['HPE_INVALID_STATUS', 'Invalid status code'],
  ['HPE_INVALID_STATUS', 'Invalid response status'],
  ['HPE_INVALID_URL', 'Invalid characters in url'],
  ['HPE_INVALID_URL', 'Double @ in url'],
  ['HPE_INVALID_URL', 'Invalid char in url fragment start'],
  ['HPE_INVALID_URL', 'Invalid char in url path'],
  ['HPE_INVALID_URL', 'Invalid char in url query'],
  ['HPE_INVALID_URL', 'Unexpected char in url schema'],
  ['HPE_INVALID_URL', 'Unexpected char in url server'],
  ['HPE_INVALID_URL', 'Unexpected start char in url'],
  ['HPE_INVALID_VERSION', 'Expected dot'],
  ['HPE_INVALID_VERSION', 'Expected CRLF after version'],
  ['HPE_STRICT', 'Expected CRLF after version'],
  ['HPE_INVALID_VERSION', 'Invalid major version'],
  ['HPE_INVALID_VERSION', 'Invalid minor version'],
  ['HPE_INVALID_VERSION', 'Expected space after version'],
  ['HPE_INVALID_CONSTANT', 'Invalid method for RTSP/x.x request'],
  ['HPE_INVALID_CONSTANT', 'Expected SOURCE method for ICE/x.x request'],
  ['HPE_INVALID_URL', 'Expected CRLF'],
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
  STARVED,
  SECURED,
  FOREIGN,
  FAILED,
  KEEP_ALIVE,
  UPGRADE,
  NO_CONTENT,
  GROUP_END,
  UNTRUSTED,
  LACKS_HOST,
  EXPECT_CONTINUE,
  ATTACHED,
  READ_DEFERRED,
  EXPECT_OTHER,
  CONTENT_FIRST,
  DIRECT,
  NEW_BATCH,
  RECORD_HEAD,
  RECORD_SIZE,
  RECORD_ID,
  RECORD_WORDS,
  OPEN_LISTENER,
  OPEN_WORDS,
  HEAD_CODE,
  HEAD_VERSION,
  HEAD_FIELDS,
  HEAD_LINE_LENGTH,
  HEAD_TEXT_LENGTH,
  HEAD_KEEP_ALIVE,
  HEAD_WORDS,
  CONTENT_LENGTH,
  CONTENT_WORDS,
  ATTACHED_AT,
  ATTACHED_WORDS,
  COMPLETE_FIELDS,
  COMPLETE_TEXT_LENGTH,
  COMPLETE_WORDS,
  MALFORMED_ERROR,
  MALFORMED_PARSED,
  MALFORMED_LENGTH,
  MALFORMED_WORDS,
  CLOSE_ERRNO,
  CLOSE_CALL,
  CLOSE_READ_LOW,
  CLOSE_READ_HIGH,
  CLOSE_WRITTEN_LOW,
  CLOSE_WRITTEN_HIGH,
  CLOSE_WORDS,
  KIND_MASK,
  FLAG_SHIFT,
  ID_SLOT_MASK,
  COMMON_NAME,
  COMMON_NAME_INDEX_MASK,
  VERSION_SHIFT,
  VERSION_MINOR_MASK,
  CALL_READ,
  CALL_WRITE,
  WRITE_LATIN1,
  WRITE_MORE,
  WRITE_CLOSE,
  WRITE_END,
  WRITE_DEFER,
  WRITE_EXPECT,
  WRITE_EXPECT_HEAD,
  WRITE_EXPECT_CONNECT,
  WRITE_MORE_ENDS,
  WRITE_CLOSED,
  POOL,
  COMMON_NAMES,
  METHODS,
  ERRORS,
};
