//! The protocol fed by JavaScript, for connections whose bytes come from any `Duplex`.

use napi::bindgen_prelude::{BufferSlice, Env, Result, Uint8Array};

use crate::bridge::options::{Validation, limits, number_of_fields};
use crate::protocol::{Parser, RequestKind, RequestRules, Role, Verdict};
use crate::ring::clock::{MessageClock, MessageTimes};
use crate::ring::layout::Kind;
use crate::ring::sink::{Outcome, RecordSink, SinkState};
use crate::ring::{ConnId, record};

/// Parses one connection's input into records, which JavaScript reads as those of a native one.
#[napi_derive::napi]
pub struct StreamParser {
    parser: Parser,
    state: SinkState,
    records: Vec<u8>,
    /// What came behind a head that asks for an upgrade, until the verdict.
    rest: Vec<u8>,
    dead: bool,
    clock: MessageClock,
    /// The time that JavaScript told last, in milliseconds on a scale of its own.
    now: u64,
}

#[napi_derive::napi]
impl StreamParser {
    /// A parser of responses if `client`, else of requests. `now`: the time at which the connection began,
    /// if it is asked for messages that take too long.
    #[napi(constructor)]
    pub fn new(
        client: bool,
        max_header_size: u32,
        validation: Validation,
        shown_fields: u32,
        max_fields: Option<u32>,
        require_host_header: Option<bool>,
        now: Option<f64>,
    ) -> Self {
        let now = milliseconds(now.unwrap_or(0.0));
        let leniency = validation.leniency();
        let rules = RequestRules {
            requires_host: require_host_header.unwrap_or(false),
            strict_host: false,
            serves_untrusted: leniency.untrusted_requests,
        };
        let role = if client { Role::Client } else { Role::Server };
        Self {
            parser: Parser::new(
                role,
                limits(max_header_size, max_fields.unwrap_or(0)),
                leniency,
            ),
            state: SinkState::new(rules, number_of_fields(shown_fields)),
            records: Vec::new(),
            rest: Vec::new(),
            dead: false,
            clock: MessageClock::new(now),
            now,
        }
    }

    /// Whether HTTP/1.1 requests need a Host field from now on.
    #[napi]
    pub fn set_require_host_header(&mut self, required: bool) {
        self.state.rules.requires_host = required;
    }

    /// The form of a Host field matters.
    #[napi]
    pub fn be_strict_about_host(&mut self) {
        self.state.rules.strict_host = true;
    }

    /// What a native connection has left unparsed, which comes first.
    #[napi]
    pub fn take_rest<'env>(&mut self, env: &'env Env) -> Result<BufferSlice<'env>> {
        let rest = std::mem::take(&mut self.rest);
        self.parse(&rest);
        self.take(env)
    }

    /// What the next response answers: it may have no content, or hand the connection over.
    #[napi]
    pub fn expect(&mut self, method: String) {
        self.parser.expect_response(match method.as_str() {
            "HEAD" => RequestKind::Head,
            "CONNECT" => RequestKind::Connect,
            _ => RequestKind::Other,
        });
    }

    /// Parses a chunk that has arrived at `now`; the records are valid until the next call.
    #[napi]
    pub fn execute<'env>(
        &mut self,
        env: &'env Env,
        chunk: Uint8Array,
        now: Option<f64>,
    ) -> Result<BufferSlice<'env>> {
        if let Some(now) = now {
            self.now = milliseconds(now);
        }
        self.parse(&chunk);
        self.take(env)
    }

    /// The verdict on an upgrade; declined, parsing goes on with what came behind the head.
    #[napi]
    pub fn verdict<'env>(&mut self, env: &'env Env, accepted: bool) -> Result<BufferSlice<'env>> {
        let rest = std::mem::take(&mut self.rest);
        if accepted {
            self.parser.resume(Verdict::Upgrade);
            self.dead = true;
        } else {
            self.parser.resume(Verdict::Content);
            self.parse(&rest);
        }
        self.take(env)
    }

    /// The input has ended.
    #[napi]
    pub fn finish<'env>(&mut self, env: &'env Env) -> Result<BufferSlice<'env>> {
        if !self.dead {
            self.dead = true;
            self.sink_parse(|sink, parser| sink.finish(parser));
        }
        record::plain(&mut self.records, Kind::End, 0, STREAM_ID);
        self.take(env)
    }

    /// No message is being received.
    #[napi(getter)]
    pub fn is_between_messages(&self) -> bool {
        self.clock.is_between_messages() && !self.parser.in_message()
    }

    /// Whether the message takes longer to arrive than the timeouts (in milliseconds, 0: none) allow.
    /// Told once.
    #[napi]
    pub fn is_expired(&self, now: f64, headers_timeout: u32, request_timeout: u32) -> bool {
        let (headers, request) = (u64::from(headers_timeout), u64::from(request_timeout));
        self.clock.is_expired(milliseconds(now), headers, request)
    }

    fn parse(&mut self, chunk: &[u8]) {
        if self.dead {
            return;
        }
        match self.sink_parse(|sink, parser| sink.parse(parser, chunk)) {
            Outcome::Parsed => {}
            Outcome::Paused(consumed) => self.rest = chunk[consumed..].to_vec(),
            Outcome::Malformed => self.dead = true,
        }
    }

    fn sink_parse(
        &mut self,
        run: impl FnOnce(&mut RecordSink<'_, MessageTimes<'_>>, &mut Parser) -> Outcome,
    ) -> Outcome {
        let times = MessageTimes {
            clock: &self.clock,
            now: self.now,
        };
        let mut sink = RecordSink::new(&mut self.records, STREAM_ID, &mut self.state, times);
        run(&mut sink, &mut self.parser)
    }

    fn take<'env>(&mut self, env: &'env Env) -> Result<BufferSlice<'env>> {
        let slice = BufferSlice::copy_from(env, &self.records);
        self.records.clear();
        slice
    }
}

#[cfg(unix)]
impl StreamParser {
    /// Goes on where the parser of a native connection was.
    pub fn from_native(input: crate::io::ParsedInput, now: f64) -> Self {
        let now = milliseconds(now);
        Self {
            parser: input.parser,
            state: input.sink_state,
            records: Vec::new(),
            rest: input.unparsed.into(),
            dead: false,
            clock: input.message_clock.on_other_scale(input.now, now),
            now,
        }
    }
}

/// Records of streams go straight to their connection: the id in them is not used.
const STREAM_ID: ConnId = ConnId::NONE;

/// Whole milliseconds.
fn milliseconds(time: f64) -> u64 {
    time as u64
}
