//! Writes records into a byte vector, in the form of `layout`.

use crate::protocol::{ErrorKind, Fields, Head};
use crate::ring::fields;
use crate::ring::id::ConnId;
use crate::ring::layout::{self, Kind};

const WORD: usize = 4;

fn push_word(out: &mut Vec<u8>, word: u32) {
    out.extend_from_slice(&word.to_ne_bytes());
}

fn set_word(out: &mut [u8], at: usize, word: u32) {
    out[at..at + WORD].copy_from_slice(&word.to_ne_bytes());
}

/// Pads to a word and writes the record's size into its second word.
fn seal(out: &mut Vec<u8>, start: usize) {
    while !out.len().is_multiple_of(WORD) {
        out.push(0);
    }
    let size = (out.len() - start) as u32;
    set_word(out, start + WORD, size);
}

/// The size of the first record of `records`, in bytes; 0 if there is none.
pub fn size(records: &[u8]) -> usize {
    match records.get(WORD..2 * WORD) {
        Some(&[a, b, c, d]) => u32::from_ne_bytes([a, b, c, d]) as usize,
        _ => 0,
    }
}

/// How many bytes of `records` are whole records that fit into `room`.
pub fn fitting(records: &[u8], room: usize) -> usize {
    if records.len() <= room {
        return records.len();
    }
    let mut end = 0;
    loop {
        let next = end + size(&records[end..]);
        if next == end || next > room {
            return end;
        }
        end = next;
    }
}

fn begin(out: &mut Vec<u8>, kind: Kind, flags: u32, id: u32) -> usize {
    let start = out.len();
    push_word(out, kind as u32 | (flags << 8));
    push_word(out, 0);
    push_word(out, id);
    start
}

/// Marks the record at `start` as the last of its group.
pub fn end_group(out: &mut [u8], start: usize) {
    out[start + 1] |= layout::GROUP_END as u8;
}

/// A record that is words only.
pub fn plain(out: &mut Vec<u8>, kind: Kind, flags: u32, id: ConnId, words: &[u32]) {
    let start = begin(out, kind, flags, id.raw());
    for &word in words {
        push_word(out, word);
    }
    seal(out, start);
}

/// A record that carries bytes: `Content` or `Raw`.
pub fn bytes(out: &mut Vec<u8>, kind: Kind, flags: u32, id: ConnId, data: &[u8]) {
    let start = begin(out, kind, flags, id.raw());
    push_word(out, data.len() as u32);
    out.extend_from_slice(data);
    seal(out, start);
}

/// Content that travels beside the records.
pub fn attached_content(out: &mut Vec<u8>, id: ConnId, length: usize) {
    plain(out, Kind::Content, layout::ATTACHED, id, &[length as u32]);
}

/// A connection that a listener refused.
pub fn drop_connection(out: &mut Vec<u8>, listener: u32) {
    let start = begin(out, Kind::Drop, layout::GROUP_END, listener);
    seal(out, start);
}

/// Malformed input, with the chunk that held it.
pub fn malformed(out: &mut Vec<u8>, id: ConnId, kind: ErrorKind, parsed: usize, chunk: &[u8]) {
    let start = begin(out, Kind::Malformed, layout::GROUP_END, id.raw());
    push_word(out, kind.index() as u32);
    push_word(out, parsed as u32);
    push_word(out, chunk.len() as u32);
    out.extend_from_slice(chunk);
    seal(out, start);
}

/// Writes the two words of each field; returns the length of the text that belongs to them.
fn push_field_words(out: &mut Vec<u8>, list: &Fields<'_>) -> usize {
    let mut text = 0;
    for (name, value) in list.iter() {
        match fields::lookup(name) {
            Some(index) => push_word(out, index | layout::COMMON_NAME),
            None => {
                push_word(out, name.len() as u32);
                text += name.len();
            }
        }
        push_word(out, value.len() as u32);
        text += value.len();
    }
    text
}

/// Writes the text of the fields whose words begin at `words`.
fn push_field_text(out: &mut Vec<u8>, list: &Fields<'_>, words: usize) {
    for (i, (name, value)) in list.iter().enumerate() {
        let at = words + i * 2 * WORD;
        // The top byte of the name word says whether the name is common; words are in host order.
        let top = if cfg!(target_endian = "little") {
            at + 3
        } else {
            at
        };
        if out[top] & 0x80 == 0 {
            out.extend_from_slice(name);
        }
        out.extend_from_slice(value);
    }
}

/// A message's head with the fields that JavaScript is shown. `flags` are those of `layout`.
pub fn head(out: &mut Vec<u8>, id: ConnId, flags: u32, head: &Head<'_>, shown: &Fields<'_>) {
    let start = begin(out, Kind::Head, flags, id.raw());
    let (code, line) = match head.method {
        Some(method) => (u32::from(method.index()), head.target),
        None => (u32::from(head.status), head.reason),
    };
    push_word(out, code);
    push_word(
        out,
        (u32::from(head.version.0) << 8) | u32::from(head.version.1),
    );
    push_word(out, shown.len() as u32);
    push_word(out, line.len() as u32);
    let text_at = out.len();
    push_word(out, 0);
    push_word(out, keep_alive_timeout(head) as u32);
    let words = out.len();
    let text = line.len() + push_field_words(out, shown);
    set_word(out, text_at, text as u32);
    out.extend_from_slice(line);
    push_field_text(out, shown, words);
    seal(out, start);
}

/// Seconds for which the server keeps the connection of an answer; -1 if it does not say.
fn keep_alive_timeout(head: &Head<'_>) -> i32 {
    match head.keep_alive_timeout() {
        Some(seconds) if head.method.is_none() => i32::try_from(seconds).unwrap_or(i32::MAX),
        _ => -1,
    }
}

/// The end of a message, with its trailer section.
pub fn complete(out: &mut Vec<u8>, id: ConnId, flags: u32, trailers: &Fields<'_>) {
    let start = begin(out, Kind::Complete, flags, id.raw());
    push_word(out, trailers.len() as u32);
    let text_at = out.len();
    push_word(out, 0);
    let words = out.len();
    let text = push_field_words(out, trailers);
    set_word(out, text_at, text as u32);
    push_field_text(out, trailers, words);
    seal(out, start);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_records_are_taken_as_far_as_they_fit() {
        let mut out = Vec::new();
        let id = ConnId::new(1, 0);
        plain(&mut out, Kind::End, 0, id, &[]);
        bytes(&mut out, Kind::Raw, 0, id, b"hello");
        let first = size(&out);
        assert_eq!(first, 12);
        assert_eq!(fitting(&out, out.len()), out.len());
        assert_eq!(fitting(&out, out.len() - 1), first);
        assert_eq!(fitting(&out, first - 1), 0);
        assert_eq!(fitting(&[], 10), 0);
        assert_eq!(size(&[]), 0);
    }
}
