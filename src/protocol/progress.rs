//! How far a chunk was parsed, and what one byte does.

/// Why `parse` returned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// All input was consumed.
    NeedMore,
    /// A head waits for `resume`; the rest of the input has to be given again.
    Paused,
    /// What follows is another protocol.
    Upgraded,
}

/// How far `parse` has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    pub consumed: usize,
    pub state: State,
}

/// What a byte did to one of the automatons, which are in a state of `At`.
pub(crate) enum Step<At> {
    To(At),
    /// The byte belongs to what follows; look again.
    Again(At),
    /// The line or the section is complete, with this byte or before it.
    Complete(usize),
}
