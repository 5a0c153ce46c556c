//! Field lines of a head or trailer section, borrowed from wherever they were found.

/// Where a name and the value behind it end in the automaton's text. Names and values follow each
/// other without a gap, so that where they begin need not be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub name_end: u32,
    pub value_end: u32,
}

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// Found by httparse in the input.
    Parsed(&'a [httparse::Header<'a>]),
    /// Collected by the automaton.
    Collected {
        text: &'a [u8],
        first: usize,
        spans: &'a [Span],
    },
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

    /// `first` is where the first name begins.
    pub(crate) fn collected(text: &'a [u8], first: usize, spans: &'a [Span]) -> Self {
        Self(Source::Collected { text, first, spans })
    }

    pub(crate) fn len(&self) -> usize {
        match self.0 {
            Source::Parsed(headers) => headers.len(),
            Source::Collected { spans, .. } => spans.len(),
        }
    }

    /// The first `count` fields, or all if there are fewer.
    pub fn first(self, count: usize) -> Self {
        Self(match self.0 {
            Source::Parsed(headers) => Source::Parsed(&headers[..count.min(headers.len())]),
            Source::Collected { text, first, spans } => Source::Collected {
                text,
                first,
                spans: &spans[..count.min(spans.len())],
            },
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let source = self.0;
        let mut index = 0;
        let mut position = match source {
            Source::Parsed(_) => 0,
            Source::Collected { first, .. } => first,
        };
        std::iter::from_fn(move || {
            let at = index;
            index += 1;
            match source {
                Source::Parsed(headers) => headers
                    .get(at)
                    .map(|header| (header.name.as_bytes(), header.value)),
                Source::Collected { text, spans, .. } => {
                    let span = spans.get(at)?;
                    let (name_end, value_end) = (span.name_end as usize, span.value_end as usize);
                    let name = &text[position..name_end];
                    position = value_end;
                    Some((name, without_trailing_space(&text[name_end..value_end])))
                }
            }
        })
    }
}

fn without_trailing_space(value: &[u8]) -> &[u8] {
    let end = value
        .iter()
        .rposition(|byte| !matches!(byte, b' ' | b'\t'))
        .map_or(0, |last| last + 1);
    &value[..end]
}
