//! HTTP/1 without I/O: bytes in, events out. (stand-in while the parser is written)
mod stub;
pub use stub::*;
