//! The field lines of a head or a trailer section, byte by byte (RFC 9112, section 5).

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::fields::{Fields, Span};
use crate::protocol::framing::Rules;
use crate::protocol::leniency::Leniency;

/// Where in the section the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    /// Before the first line of a head.
    FirstLine,
    LineStart,
    Name,
    /// White space before a value.
    BeforeValue,
    Value,
    /// CR of a line whose value is empty.
    EmptyValueLf,
    /// Behind an empty value's line: its end is certain with the next byte.
    AfterEmptyValue,
    ValueLf,
    /// Behind a line: white space would continue it.
    AfterLine,
    LastLf,
}

/// Collects the lines of one section. Only names and values are kept, so that white space and line
/// ends cost no memory.
#[derive(Debug)]
pub(crate) struct Section {
    at: At,
    text: Vec<u8>,
    spans: Vec<Span>,
    /// Where the current name or value begins in `text`.
    start: usize,
    name: usize,
    /// Bytes of start line, names and values, as Node counts them against `maxHeaderSize`.
    counted: usize,
    limit: usize,
}

/// What a byte did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    More,
    /// The section is complete with this byte.
    Complete,
}

pub(crate) const fn is_token(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z'
        | b'^'..=b'z' | b'|' | b'~')
}

impl Section {
    pub fn new(limit: usize) -> Self {
        Self {
            at: At::FirstLine,
            text: Vec::new(),
            spans: Vec::new(),
            start: 0,
            name: 0,
            counted: 0,
            limit,
        }
    }

    /// Begins anew; memory of an unusually large section is given back.
    pub fn reset(&mut self, is_trailer: bool) {
        self.at = if is_trailer {
            At::LineStart
        } else {
            At::FirstLine
        };
        self.text.clear();
        self.text.shrink_to(4096);
        self.spans.clear();
        self.spans.shrink_to(128);
        self.start = 0;
        self.counted = 0;
    }

    pub fn fields(&self) -> Fields<'_> {
        Fields::collected(&self.text, &self.spans)
    }

    pub fn buffered(&self) -> usize {
        self.text.len()
    }

    /// Counts bytes of the start line. Node refuses what reaches the limit.
    pub fn count(&mut self, bytes: usize) -> Result<(), Fault> {
        self.counted += bytes;
        if self.counted >= self.limit {
            Err((ErrorKind::HeaderOverflow, 0))
        } else {
            Ok(())
        }
    }

    /// The chunk ends inside a name or value: what there is of it must be within the limit.
    pub fn check_limit(&self) -> Result<(), Fault> {
        let open = matches!(self.at, At::Name | At::Value);
        let pending = if open {
            self.text.len() - self.start
        } else {
            0
        };
        if self.counted + pending >= self.limit && pending > 0 {
            return Err((ErrorKind::HeaderOverflow, 0));
        }
        Ok(())
    }

    /// Consumes one byte.
    pub fn step(&mut self, byte: u8, rules: &mut Rules, lenient: &Leniency) -> Result<Step, Fault> {
        match self.at {
            At::FirstLine => match byte {
                b' ' => return Err((ErrorKind::SpaceAfterStartLine, 1)),
                _ => return self.line_start(byte, lenient),
            },
            At::LineStart => return self.line_start(byte, lenient),
            At::Name => self.name_byte(byte, rules)?,
            At::BeforeValue => self.before_value(byte, rules, lenient)?,
            At::Value => self.value_byte(byte, rules, lenient)?,
            At::EmptyValueLf => match byte {
                b'\n' => self.at = At::AfterEmptyValue,
                _ => return Err((ErrorKind::LfAfterCr, 0)),
            },
            At::AfterEmptyValue => {
                if matches!(byte, b' ' | b'\t') {
                    if !lenient.any_values {
                        return Err((ErrorKind::HeaderValueChar, 1));
                    }
                    self.at = At::BeforeValue;
                    return Ok(Step::More);
                }
                rules.end_value()?;
                self.push_span();
                return self.line_start(byte, lenient);
            }
            At::ValueLf => match byte {
                b'\n' => self.at = At::AfterLine,
                _ => return Err((ErrorKind::HeaderValueLf, 0)),
            },
            At::AfterLine => {
                if matches!(byte, b' ' | b'\t') {
                    return self.continue_line(byte, lenient);
                }
                rules.end_value()?;
                self.end_value()?;
                return self.line_start(byte, lenient);
            }
            At::LastLf => match byte {
                b'\n' => return Ok(Step::Complete),
                _ => return Err((ErrorKind::HeadersLf, 0)),
            },
        }
        Ok(Step::More)
    }

    fn line_start(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        match byte {
            b'\r' => self.at = At::LastLf,
            b'\n' if lenient.bare_lf => return Ok(Step::Complete),
            b'\n' => return Err((ErrorKind::HeaderFieldChar, 1)),
            _ if is_token(byte) => {
                self.at = At::Name;
                self.start = self.text.len();
                self.text.push(byte);
            }
            _ => return Err((ErrorKind::HeaderToken, 0)),
        }
        Ok(Step::More)
    }

    fn name_byte(&mut self, byte: u8, rules: &mut Rules) -> Result<(), Fault> {
        if is_token(byte) {
            self.text.push(byte);
            return Ok(());
        }
        if byte != b':' {
            return Err((ErrorKind::HeaderToken, 0));
        }
        self.name = self.text.len() - self.start;
        self.count(self.name)?;
        // Node refuses behind the colon, not at it.
        rules
            .begin_field(&self.text[self.start..])
            .map_err(|(kind, _)| (kind, 1))?;
        self.start = self.text.len();
        self.at = At::BeforeValue;
        Ok(())
    }

    fn before_value(
        &mut self,
        byte: u8,
        rules: &mut Rules,
        lenient: &Leniency,
    ) -> Result<(), Fault> {
        match byte {
            b' ' | b'\t' => Ok(()),
            b'\r' => {
                self.at = At::EmptyValueLf;
                Ok(())
            }
            b'\n' if lenient.bare_lf => {
                self.at = At::AfterEmptyValue;
                Ok(())
            }
            b'\n' => Err((ErrorKind::HeaderValueChar, 1)),
            _ => {
                self.at = At::Value;
                self.value_byte(byte, rules, lenient)
            }
        }
    }

    fn value_byte(&mut self, byte: u8, rules: &mut Rules, lenient: &Leniency) -> Result<(), Fault> {
        match byte {
            b'\r' => self.at = At::ValueLf,
            b'\n' if lenient.bare_lf => self.at = At::AfterLine,
            b'\n' => return Err((ErrorKind::HeaderValueCr, 0)),
            b'\t' | b' '..=0x7e | 0x80.. => {
                rules.value_byte(byte)?;
                self.text.push(byte);
            }
            _ if lenient.any_values || (lenient.relaxed_values && byte != 0) => {
                rules.value_byte(byte)?;
                self.text.push(byte);
            }
            _ => return Err((ErrorKind::HeaderValueChar, 0)),
        }
        Ok(())
    }

    /// Obsolete line folding (RFC 9112, section 5.2).
    fn continue_line(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        if !lenient.any_values {
            return Err((ErrorKind::HeaderValueFold, 0));
        }
        self.text.push(byte);
        self.at = At::Value;
        Ok(Step::More)
    }

    fn end_value(&mut self) -> Result<(), Fault> {
        self.count(self.text.len() - self.start)?;
        self.push_span();
        Ok(())
    }

    fn push_span(&mut self) {
        let value = &self.text[self.start..];
        let trailing = value
            .iter()
            .rev()
            .take_while(|&&b| matches!(b, b' ' | b'\t'))
            .count();
        let value = value.len() - trailing;
        self.spans.push(Span {
            name: self.name,
            value,
            trailing,
        });
        self.start = self.text.len();
    }
}
