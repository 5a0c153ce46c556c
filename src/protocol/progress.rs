//! How far a chunk was parsed.

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
