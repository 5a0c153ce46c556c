//! The protocol fed by JavaScript, for connections whose bytes come from any `Duplex`.

use napi::bindgen_prelude::{BufferSlice, Env, Result, Uint8Array};

use crate::bridge::options::{Validation, limits, number_of_fields};
use crate::protocol::{Parser, RequestKind, RequestRules, Role, Verdict};
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
}

#[napi_derive::napi]
impl StreamParser {
    /// A parser of responses if `client`, else of requests.
    #[napi(constructor)]
    pub fn new(
        client: bool,
        max_header_size: u32,
        validation: Validation,
        shown_fields: u32,
        max_fields: Option<u32>,
        require_host_header: Option<bool>,
    ) -> Self {
        let leniency = validation.leniency();
        let rules = RequestRules {
            requires_host: require_host_header.unwrap_or(false),
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
        }
    }

    /// Whether HTTP/1.1 requests need a Host field from now on.
    #[napi]
    pub fn set_require_host_header(&mut self, required: bool) {
        self.state.rules.requires_host = required;
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

    /// Parses a chunk; the records are valid until the next call.
    #[napi]
    pub fn execute<'env>(
        &mut self,
        env: &'env Env,
        chunk: Uint8Array,
    ) -> Result<BufferSlice<'env>> {
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

    /// A message has begun and is not complete.
    #[napi(getter)]
    pub fn in_message(&self) -> bool {
        self.parser.in_message()
    }

    /// The head of the current message is complete.
    #[napi(getter)]
    pub fn head_complete(&self) -> bool {
        self.parser.head_complete()
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
        run: impl FnOnce(&mut RecordSink<'_, ()>, &mut Parser) -> Outcome,
    ) -> Outcome {
        let mut sink = RecordSink::new(&mut self.records, STREAM_ID, &mut self.state, ());
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
    pub fn from_native(input: crate::io::ParsedInput) -> Self {
        Self {
            parser: input.parser,
            state: input.sink_state,
            records: Vec::new(),
            rest: input.unparsed.into(),
            dead: false,
        }
    }
}

/// Records of streams go straight to their connection: the id in them is not used.
const STREAM_ID: ConnId = ConnId::NONE;
