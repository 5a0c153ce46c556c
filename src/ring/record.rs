//! Writes records into a byte vector, in the form of `layout`.

use crate::protocol::{ErrorKind, Fields, Head};
use crate::ring::fields;
use crate::ring::id::ConnId;
use crate::ring::layout::{self, Kind};

const WORD: usize = 4;

fn push_word(out: &mut Vec<u8>, word: u32) {
    out.extend_from_slice(&word.to_ne_bytes());
}

/// Pads to a word and writes the record's size into its second word.
fn seal(out: &mut Vec<u8>, start: usize) {
    while !out.len().is_multiple_of(WORD) {
        out.push(0);
    }
    let size = (out.len() - start) as u32;
    put(out, start, layout::RECORD_SIZE, size);
}

/// The size of the first record of `records`, in bytes; 0 if there is none.
pub fn size(records: &[u8]) -> usize {
    const AT: usize = layout::RECORD_SIZE as usize * WORD;
    match records.get(AT..AT + WORD) {
        Some(&[a, b, c, d]) => u32::from_ne_bytes([a, b, c, d]) as usize,
        _ => 0,
    }
}

/// The records that stand back to back, up to one that is not whole.
pub fn each(records: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = records;
    std::iter::from_fn(move || {
        let (record, behind) = rest.split_at_checked(size(rest))?;
        rest = behind;
        (!record.is_empty()).then_some(record)
    })
}

/// How many bytes of `records` are whole records that fit into `room`.
pub fn fitting(records: &[u8], room: usize) -> usize {
    if records.len() <= room {
        return records.len();
    }
    let ends = each(records).scan(0, |end, record| {
        *end += record.len();
        (*end <= room).then_some(*end)
    });
    ends.last().unwrap_or(0)
}

/// Whether these are whole records, back to back.
pub fn are_whole(records: &[u8]) -> bool {
    each(records).map(<[u8]>::len).sum::<usize>() == records.len()
}

/// Begins a record of `words` words; those behind the first three are 0 until `put` is called.
fn begin(out: &mut Vec<u8>, kind: Kind, flags: u32, id: u32, words: u32) -> usize {
    debug_assert!(flags < 1 << (32 - layout::FLAG_SHIFT));
    let start = out.len();
    out.resize(start + words as usize * WORD, 0);
    let head = kind as u32 | (flags << layout::FLAG_SHIFT);
    put(out, start, layout::RECORD_HEAD, head);
    put(out, start, layout::RECORD_ID, id);
    start
}

/// Writes a word of the record that begins at `start`.
fn put(out: &mut [u8], start: usize, word: u32, value: u32) {
    let at = start + word as usize * WORD;
    out[at..at + WORD].copy_from_slice(&value.to_ne_bytes());
}

/// Writes two words of the record that begins at `start`, the lower one first.
fn put_long(out: &mut [u8], start: usize, word: u32, value: u64) {
    put(out, start, word, value as u32);
    put(out, start, word + 1, (value >> 32) as u32);
}

/// Marks the record at `start` as the last of its group.
pub fn end_group(out: &mut [u8], start: usize) {
    let mut head = [0; WORD];
    head.copy_from_slice(&out[start..start + WORD]);
    let head = u32::from_ne_bytes(head) | (layout::GROUP_END << layout::FLAG_SHIFT);
    put(out, start, layout::RECORD_HEAD, head);
}

/// A record that says nothing but its kind.
pub fn plain(out: &mut Vec<u8>, kind: Kind, flags: u32, id: ConnId) {
    let start = begin(out, kind, flags, id.raw(), layout::RECORD_WORDS);
    seal(out, start);
}

/// A connection that a listener has accepted.
pub fn open(out: &mut Vec<u8>, flags: u32, id: ConnId, listener: u32) {
    let start = begin(out, Kind::Open, flags, id.raw(), layout::OPEN_WORDS);
    put(out, start, layout::OPEN_LISTENER, listener);
    seal(out, start);
}

/// The error number of what ended a connection, 0 if nothing failed, and which system call it was (see `layout`).
pub type Failure = (i32, u32);

/// A connection that is gone, and its bytes read and written.
pub fn close(out: &mut Vec<u8>, id: ConnId, (errno, call): Failure, (read, written): (u64, u64)) {
    let flags = layout::GROUP_END;
    let start = begin(out, Kind::Close, flags, id.raw(), layout::CLOSE_WORDS);
    put(out, start, layout::CLOSE_ERRNO, errno as u32);
    put(out, start, layout::CLOSE_CALL, call);
    put_long(out, start, layout::CLOSE_READ_LOW, read);
    put_long(out, start, layout::CLOSE_WRITTEN_LOW, written);
    seal(out, start);
}

/// A record that carries bytes: content, or what else stands behind the words as in `Content`.
pub fn bytes(out: &mut Vec<u8>, kind: Kind, flags: u32, id: ConnId, data: &[u8]) {
    let start = begin(out, kind, flags, id.raw(), layout::CONTENT_WORDS);
    put(out, start, layout::CONTENT_LENGTH, data.len() as u32);
    out.extend_from_slice(data);
    seal(out, start);
}

/// Content that is left in the chunk, from `at` on.
pub fn attached_content(out: &mut Vec<u8>, flags: u32, id: ConnId, length: usize, at: usize) {
    let flags = flags | layout::ATTACHED;
    let start = begin(out, Kind::Content, flags, id.raw(), layout::ATTACHED_WORDS);
    put(out, start, layout::CONTENT_LENGTH, length as u32);
    put(out, start, layout::ATTACHED_AT, at as u32);
    seal(out, start);
}

/// Malformed input, with the chunk that held it.
pub fn malformed(out: &mut Vec<u8>, id: ConnId, kind: ErrorKind, parsed: usize, chunk: &[u8]) {
    let flags = layout::GROUP_END;
    let words = layout::MALFORMED_WORDS;
    let start = begin(out, Kind::Malformed, flags, id.raw(), words);
    put(out, start, layout::MALFORMED_ERROR, kind as u32);
    put(out, start, layout::MALFORMED_PARSED, parsed as u32);
    put(out, start, layout::MALFORMED_LENGTH, chunk.len() as u32);
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
    let start = begin(out, Kind::Head, flags, id.raw(), layout::HEAD_WORDS);
    let (code, line) = match head.method {
        Some(method) => (u32::from(method.index()), head.target),
        None => (u32::from(head.status), head.reason),
    };
    let (major, minor) = head.version;
    let version = (u32::from(major) << layout::VERSION_SHIFT) | u32::from(minor);
    put(out, start, layout::HEAD_CODE, code);
    put(out, start, layout::HEAD_VERSION, version);
    put(out, start, layout::HEAD_FIELDS, shown.len() as u32);
    put(out, start, layout::HEAD_LINE_LENGTH, line.len() as u32);
    // -1 if the answer does not say for how long its connection is kept.
    let is_answer = head.method.is_none();
    let announced = is_answer.then(|| head.keep_alive_timeout()).flatten();
    let keep_alive = announced.map_or(-1, |seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
    put(out, start, layout::HEAD_KEEP_ALIVE, keep_alive as u32);
    let words = out.len();
    let text = line.len() + push_field_words(out, shown);
    put(out, start, layout::HEAD_TEXT_LENGTH, text as u32);
    out.extend_from_slice(line);
    push_field_text(out, shown, words);
    seal(out, start);
}

/// The end of a message, with its trailer section.
pub fn complete(out: &mut Vec<u8>, id: ConnId, flags: u32, trailers: &Fields<'_>) {
    let start = begin(out, Kind::Complete, flags, id.raw(), layout::COMPLETE_WORDS);
    put(out, start, layout::COMPLETE_FIELDS, trailers.len() as u32);
    let words = out.len();
    let text = push_field_words(out, trailers);
    put(out, start, layout::COMPLETE_TEXT_LENGTH, text as u32);
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
        plain(&mut out, Kind::End, 0, id);
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
