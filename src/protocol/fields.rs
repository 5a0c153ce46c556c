//! Field lines of a head or trailer section, borrowed from wherever they were found.

/// Lengths of a name and a value that follow each other in the automaton's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub name: usize,
    pub value: usize,
    /// Trailing white space behind the value, which is kept in the text but not shown.
    pub trailing: usize,
}

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// Found by httparse in the input.
    Parsed(&'a [httparse::Header<'a>]),
    /// Collected by the automaton.
    Collected { text: &'a [u8], spans: &'a [Span] },
}

/// Names and values in the order they came, duplicates and case kept. Values are without white
/// space around them (RFC 9112, section 5.1).
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(Source<'a>);

impl<'a> Fields<'a> {
    pub const EMPTY: Fields<'static> = Fields(Source::Parsed(&[]));

    pub(crate) fn parsed(headers: &'a [httparse::Header<'a>]) -> Self {
        Self(Source::Parsed(headers))
    }

    pub(crate) fn collected(text: &'a [u8], spans: &'a [Span]) -> Self {
        Self(Source::Collected { text, spans })
    }

    pub fn len(&self) -> usize {
        match self.0 {
            Source::Parsed(headers) => headers.len(),
            Source::Collected { spans, .. } => spans.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn iter(&self) -> Iter<'a> {
        Iter {
            source: self.0,
            next: 0,
            position: 0,
        }
    }
}

/// Iterates over names and values.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    source: Source<'a>,
    next: usize,
    position: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        self.next += 1;
        match self.source {
            Source::Parsed(headers) => headers
                .get(index)
                .map(|header| (header.name.as_bytes(), header.value)),
            Source::Collected { text, spans } => {
                let span = spans.get(index)?;
                let value = self.position + span.name;
                let end = value + span.value;
                let name = &text[self.position..value];
                self.position = end + span.trailing;
                Some((name, &text[value..end]))
            }
        }
    }
}
