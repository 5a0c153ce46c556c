//! Options of servers and parsers, as JavaScript gives them.

#[cfg(unix)]
use crate::io::{self, Options};
use crate::protocol::{Leniency, Limits, RequestKind, RequestRules};
use crate::ring::layout::write;
use crate::ring::sink::Reader;

/// How strictly input is read.
#[napi_derive::napi(string_enum = "lowercase")]
#[derive(Debug, Eq, PartialEq)]
pub enum Validation {
    /// As the RFCs and Node demand.
    Strict,
    /// Control characters in field values are let through (`httpValidation: 'relaxed'`).
    Relaxed,
    /// `insecureHTTPParser`.
    Insecure,
}

/// What a server wants of its connections. Times are in milliseconds, 0 switches one off.
#[cfg(unix)]
#[napi_derive::napi(object)]
pub struct ServerOptions {
    pub parser: ParserOptions,
    pub timeout: u32,
    pub headers_timeout: u32,
    pub request_timeout: u32,
    /// The buffer that Node adds is in it.
    pub keep_alive_timeout: u32,
    pub checking_interval: u32,
    /// Negative: no limit.
    pub max_connections: i32,
    pub no_delay: bool,
    /// Seconds before an idle peer is probed; negative: never.
    pub keep_alive_probe: i32,
    /// Nothing is read of a new connection before `startReading`.
    pub defer_reading: bool,
    /// What is answered without JavaScript; of the options that a listener is made with alone.
    pub guard: Option<GuardOptions>,
}

/// What a server wants to be answered without JavaScript. Times are in milliseconds.
#[cfg(unix)]
#[napi_derive::napi(object)]
pub struct GuardOptions {
    /// Requests that may wait for JavaScript, and how long; any number, and for ever, if they are left out.
    pub max_queue: Option<u32>,
    pub max_delay: Option<u32>,
    /// The answer beyond these limits, without the fields that differ from one to the next.
    pub refusal_head: String,
    pub refusal_content: String,
    /// The path that tells how JavaScript does, and after which delay it is blocked.
    pub health_path: Option<String>,
    pub blocked_after: u32,
}

#[cfg(unix)]
impl From<GuardOptions> for io::GuardOptions {
    fn from(options: GuardOptions) -> Self {
        let blocked_after = u64::from(options.blocked_after);
        Self {
            max_queue: options.max_queue.map(|limit| limit as usize),
            max_delay: options.max_delay.map(u64::from),
            refusal: (options.refusal_head, options.refusal_content),
            health: options.health_path.map(|path| (path, blocked_after)),
        }
    }
}

#[cfg(unix)]
impl From<ServerOptions> for Options {
    fn from(options: ServerOptions) -> Self {
        Self {
            reader: options.parser.into(),
            timeout: options.timeout,
            headers_timeout: options.headers_timeout,
            request_timeout: options.request_timeout,
            keep_alive_timeout: options.keep_alive_timeout,
            checking_interval: options.checking_interval,
            max_connections: usize::try_from(options.max_connections).ok(),
            no_delay: options.no_delay,
            keep_alive_probe: u32::try_from(options.keep_alive_probe).ok(),
            defer_reading: options.defer_reading,
            guard: options.guard.map(Into::into),
        }
    }
}

/// How responses are read, or requests.
#[napi_derive::napi(object)]
pub struct ParserOptions {
    /// Bytes of first line, field names and values of one message.
    pub max_header_size: u32,
    pub validation: Validation,
    /// Fields of one head or trailer section that are shown; 0: all.
    pub shown_fields: u32,
    /// Of a server alone: fields of one head or trailer section that are let through; 0: any number.
    pub max_fields: Option<u32>,
    /// The same: HTTP/1.1 requests need a Host field.
    pub require_host_header: Option<bool>,
    pub strict_host: Option<bool>,
}

impl From<ParserOptions> for Reader {
    fn from(options: ParserOptions) -> Self {
        let (leniency, serves_untrusted) = match options.validation {
            Validation::Strict => (Leniency::Strict, false),
            Validation::Relaxed => (Leniency::Relaxed, false),
            Validation::Insecure => (Leniency::Insecure, true),
        };
        Self {
            limits: Limits {
                max_header_size: options.max_header_size as usize,
                max_fields: number_of_fields(options.max_fields.unwrap_or(0)),
                ..Limits::default()
            },
            leniency,
            rules: RequestRules {
                requires_host: options.require_host_header.unwrap_or(false),
                strict_host: options.strict_host.unwrap_or(false),
                serves_untrusted,
            },
            shown_fields: number_of_fields(options.shown_fields),
        }
    }
}

/// Options of a parser as the native side has them. To convert them takes microseconds, and many parsers have the same.
#[napi_derive::napi]
pub struct ParserSettings(pub(super) Reader);

#[napi_derive::napi]
impl ParserSettings {
    #[napi(constructor, catch_unwind)]
    pub fn new(options: ParserOptions) -> Self {
        Self(options.into())
    }
}

/// A limit on fields; 0 stands for any number.
fn number_of_fields(limit: u32) -> usize {
    match limit {
        0 => usize::MAX,
        limit => limit as usize,
    }
}

/// The request that the flags of a write announce.
pub fn announced(flags: u32) -> RequestKind {
    if flags & write::EXPECT_HEAD != 0 {
        RequestKind::Head
    } else if flags & write::EXPECT_CONNECT != 0 {
        RequestKind::Connect
    } else {
        RequestKind::Other
    }
}
