//! Content whose length is known, or that lasts to the end of the input.

use super::{Parser, Phase};
use crate::protocol::sink::Sink;

impl Parser {
    /// How many bytes of content follow at least, before anything else does.
    pub fn content_ahead(&self) -> u64 {
        match self.phase {
            Phase::Length(left) if !self.switches_behind => left,
            Phase::UntilClose => u64::MAX,
            _ => 0,
        }
    }

    /// So much content was read past the parser: no more than `content_ahead`.
    pub fn pass_content<S: Sink>(&mut self, length: usize, sink: &mut S) {
        if let Phase::Length(left) = self.phase {
            self.phase = self.behind_content(left - length as u64, sink);
        }
        self.check();
    }

    pub(super) fn length<S: Sink>(&mut self, input: &[u8], left: u64, sink: &mut S) -> usize {
        let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        sink.content(&input[..bytes]);
        self.phase = self.behind_content(left - bytes as u64, sink);
        bytes
    }

    /// What follows content of which so much is left.
    fn behind_content<S: Sink>(&mut self, left: u64, sink: &mut S) -> Phase {
        if left == 0 {
            self.complete(sink)
        } else {
            Phase::Length(left)
        }
    }
}
