//! The field lines of a head or a trailer section, byte by byte (RFC 9112, section 5). Only names
//! and values are kept, so that white space and line ends cost no memory.

use crate::protocol::control::{self, Control};
use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::fields::{Fields, Span};
use crate::protocol::leniency::Leniency;
use crate::protocol::progress;
use crate::protocol::text::Text;

/// Where in the section the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    /// Before the first line of a head.
    FirstLine,
    LineStart,
    Name,
    /// Spaces behind a name that matters, where they are tolerated.
    AfterName,
    /// White space before a value.
    BeforeValue,
    Value,
    /// A value in which a byte was tolerated: anything goes up to the end of the line.
    AnyValue,
    ValueLf,
    /// Behind a line: white space would continue it.
    AfterLine,
    /// CR of a line whose value is empty.
    EmptyValueLf,
    /// Behind an empty value's line.
    AfterEmptyLine,
    LastLf,
}

/// Spans that are kept allocated from one message to the next.
const KEPT: usize = 128;

/// One section, as far as it has been read.
#[derive(Debug)]
pub(crate) struct Section {
    at: At,
    /// Bounded by the text's limit, since no name is empty.
    spans: Vec<Span>,
    max_fields: usize,
    /// Where in the text the first line begins, and the current name.
    first: u32,
    name: u32,
    name_end: u32,
}

type Step = progress::Step<At>;

pub(crate) const fn is_token(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z'
        | b'^'..=b'z' | b'|' | b'~')
}

impl Section {
    pub fn new(max_fields: usize) -> Self {
        Self {
            at: At::FirstLine,
            spans: Vec::new(),
            max_fields,
            first: 0,
            name: 0,
            name_end: 0,
        }
    }

    fn reset(&mut self, at: At, first: u32) {
        self.at = at;
        self.first = first;
        self.spans.clear();
        self.spans.shrink_to(KEPT);
    }

    /// Begins the fields of a head, behind what the start line has left in the text.
    pub fn begin_head(&mut self, text: &Text) {
        self.reset(At::FirstLine, text.end());
    }

    /// Begins a trailer section, with an empty text.
    pub fn begin_trailers(&mut self) {
        self.reset(At::LineStart, 0);
    }

    /// Makes it ready for the next message, start line first.
    pub fn clear(&mut self) {
        self.reset(At::FirstLine, 0);
    }

    /// What the start line has left in the text.
    pub fn text_before<'a>(&self, text: &'a Text) -> &'a [u8] {
        &text.as_bytes()[..self.first as usize]
    }

    pub fn fields<'a>(&'a self, text: &'a Text) -> Fields<'a> {
        Fields::collected(text.as_bytes(), self.first as usize, &self.spans)
    }

    /// Feeds input; returns the bytes consumed, and whether the section is complete.
    pub fn advance(
        &mut self,
        input: &[u8],
        text: &mut Text,
        control: &mut Control,
    ) -> Result<(usize, bool), Fault> {
        let mut at = 0;
        while at < input.len() {
            match self.at {
                At::Name => at = self.name(input, at, text, control)?,
                At::Value | At::AnyValue => at = self.value(input, at, text, control)?,
                _ => match self
                    .step(input[at], text, control)
                    .map_err(|(kind, offset)| (kind, at + offset))?
                {
                    Step::To(next) => {
                        self.at = next;
                        at += 1;
                    }
                    Step::Again(next) => self.at = next,
                    Step::Complete(consumed) => return Ok((at + consumed, true)),
                },
            }
        }
        Ok((at, false))
    }

    /// Consumes one byte that is neither of a name nor of a value.
    fn step(&mut self, byte: u8, text: &mut Text, control: &mut Control) -> Result<Step, Fault> {
        let is_space = matches!(byte, b' ' | b'\t');
        match self.at {
            At::FirstLine if byte == b' ' && control.leniency.is_insecure() => {
                Ok(Step::To(At::LineStart))
            }
            At::FirstLine if byte == b' ' => Err((ErrorKind::SpaceAfterStartLine, 1)),
            At::FirstLine | At::LineStart => self.line_start(byte, text, control),
            At::AfterName => self.after_name(byte, text, control),
            At::BeforeValue => before_value(byte, control),
            At::ValueLf if byte == b'\n' => Ok(Step::To(At::AfterLine)),
            At::ValueLf => Err((ErrorKind::HeaderValueLf, 0)),
            At::AfterLine if is_space && control.leniency.is_insecure() => {
                control.fold()?;
                Ok(Step::Again(At::Value))
            }
            At::AfterLine if is_space => Err((ErrorKind::HeaderValueFold, 0)),
            At::AfterLine => {
                control.end_value();
                self.push_span(text);
                Ok(Step::Again(At::LineStart))
            }
            At::EmptyValueLf if byte == b'\n' => Ok(Step::To(At::AfterEmptyLine)),
            At::EmptyValueLf if control.leniency.is_insecure() => {
                Ok(Step::Again(At::AfterEmptyLine))
            }
            At::EmptyValueLf => Err((ErrorKind::LfAfterCr, 0)),
            At::AfterEmptyLine if is_space && control.leniency.is_insecure() => {
                Ok(Step::To(At::BeforeValue))
            }
            At::AfterEmptyLine if is_space => Err((ErrorKind::HeaderValueChar, 1)),
            At::AfterEmptyLine => {
                control.empty_value().map_err(|kind| (kind, 0))?;
                self.push_span(text);
                Ok(Step::Again(At::LineStart))
            }
            At::LastLf if byte == b'\n' => Ok(Step::Complete(1)),
            At::LastLf if control.leniency.is_insecure() => Ok(Step::Complete(0)),
            At::LastLf => Err((ErrorKind::HeadersLf, 0)),
            // Read in larger pieces.
            At::Name | At::Value | At::AnyValue => Ok(Step::Again(self.at)),
        }
    }

    fn line_start(&mut self, byte: u8, text: &Text, control: &Control) -> Result<Step, Fault> {
        match byte {
            b'\r' => Ok(Step::To(At::LastLf)),
            b'\n' if control.leniency.is_insecure() => Ok(Step::Complete(1)),
            b'\n' => Err((ErrorKind::HeaderFieldChar, 1)),
            b':' => Err((ErrorKind::HeaderToken, 0)),
            _ => {
                self.name = text.end();
                Ok(Step::Again(At::Name))
            }
        }
    }

    fn current_name<'a>(&self, text: &'a Text) -> &'a [u8] {
        &text.as_bytes()[self.name as usize..]
    }

    fn name(
        &mut self,
        input: &[u8],
        at: usize,
        text: &mut Text,
        control: &mut Control,
    ) -> Result<usize, Fault> {
        let run = input[at..].iter().position(|&byte| !is_token(byte));
        let end = run.map_or(input.len(), |run| at + run);
        // One field more than there may be is refused for that, whatever its name is: the verdict must
        // not depend on how the input was cut. Node notices it where the name ends.
        if self.spans.len() >= self.max_fields {
            let name_ends = usize::from(end < input.len());
            return Err((ErrorKind::HeaderOverflow, end + name_ends));
        }
        let Some(&byte) = input.get(end) else {
            text.push(&input[at..], end)?;
            return Ok(end);
        };
        let past = usize::from(matches!(byte, b':' | b' '));
        text.push(&input[at..end], end + past)?;
        if byte == b':' {
            self.name_complete(text, control)
                .map_err(|kind| (kind, end + 1))?;
            return Ok(end + 1);
        }
        // Node says something else of a space behind a name that matters to it.
        if byte == b' ' && control::is_control_name(self.current_name(text)) {
            if !control.leniency.is_insecure() {
                return Err((ErrorKind::HeaderFieldChar, end + 1));
            }
            self.at = At::AfterName;
            return Ok(end);
        }
        Err((ErrorKind::HeaderToken, end))
    }

    /// Spaces that are tolerated become part of the name, as in Node.
    fn after_name(
        &mut self,
        byte: u8,
        text: &mut Text,
        control: &mut Control,
    ) -> Result<Step, Fault> {
        match byte {
            b' ' => {
                text.push(b" ", 1)?;
                Ok(Step::To(At::AfterName))
            }
            b':' => {
                self.name_complete(text, control)
                    .map_err(|kind| (kind, 1))?;
                Ok(Step::To(At::BeforeValue))
            }
            _ => Ok(Step::Again(At::Name)),
        }
    }

    fn name_complete(&mut self, text: &Text, control: &mut Control) -> Result<(), ErrorKind> {
        let name = self.current_name(text);
        control.name(name.trim_ascii_end())?;
        self.name_end = text.end();
        self.at = At::BeforeValue;
        Ok(())
    }

    fn value(
        &mut self,
        input: &[u8],
        at: usize,
        text: &mut Text,
        control: &mut Control,
    ) -> Result<usize, Fault> {
        let (end, fault) = self.value_end(input, at, control);
        let byte = input.get(end);
        // Where Node notices that the value is too large, if it is.
        let counted = end
            + match fault {
                Some((_, offset)) => offset,
                None => usize::from(byte == Some(&b'\r')),
            };
        // Node counts the digit with which a length is too large.
        let kept = match fault {
            Some((ErrorKind::ContentLengthOverflow, offset)) => end + offset,
            _ => end,
        };
        text.push(&input[at..kept], counted)?;
        if let Some((kind, offset)) = fault {
            return Err((kind, end + offset));
        }
        match byte {
            None => Ok(end),
            Some(b'\n') if !control.leniency.is_insecure() && self.at == At::Value => {
                Err((ErrorKind::HeaderValueCr, end))
            }
            Some(_) => {
                control.line_end();
                self.at = At::ValueLf;
                Ok(counted)
            }
        }
    }

    /// Where the value is interrupted: by CR, by LF, by the end of input, or by a fault.
    fn value_end(
        &mut self,
        input: &[u8],
        at: usize,
        control: &mut Control,
    ) -> (usize, Option<Fault>) {
        for (index, &byte) in input.iter().enumerate().skip(at) {
            if matches!(byte, b'\r' | b'\n') {
                return (index, None);
            }
            if self.at == At::AnyValue {
                continue;
            }
            if control.is_watching()
                && let Err(fault) = control.value_byte(byte)
            {
                return (index, Some(fault));
            }
            if control::is_text(byte) {
                continue;
            }
            if control.leniency.is_insecure() {
                self.at = At::AnyValue;
            } else if control.leniency == Leniency::Strict || byte == 0 {
                return (index, Some((ErrorKind::HeaderValueChar, 0)));
            }
        }
        (input.len(), None)
    }

    fn push_span(&mut self, text: &Text) {
        self.spans.push(Span {
            name_end: self.name_end,
            value_end: text.end(),
        });
    }
}

fn before_value(byte: u8, control: &mut Control) -> Result<Step, Fault> {
    match byte {
        b' ' | b'\t' => Ok(Step::To(At::BeforeValue)),
        b'\r' => Ok(Step::To(At::EmptyValueLf)),
        b'\n' if control.leniency.is_insecure() => Ok(Step::To(At::AfterEmptyLine)),
        b'\n' => Err((ErrorKind::HeaderValueChar, 1)),
        _ => {
            control.begin_value()?;
            Ok(Step::Again(At::Value))
        }
    }
}
