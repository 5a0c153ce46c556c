//! What kind of answer a client's connection waits for: noted by the thread that sends a request, taken
//! by the leader when the answer begins.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::io::connection::{Connection, flag};
use crate::io::socket::has_input;
use crate::protocol::RequestKind;
use crate::ring::panic::relock;
use crate::ring::sink::Reader;

const KINDS: [RequestKind; 3] = [RequestKind::Head, RequestKind::Connect, RequestKind::Other];

/// The request that was sent last and whose answer has not begun, if there is one.
#[derive(Debug, Default)]
pub struct PendingRequest {
    /// Its kind's place in `KINDS`, and one; 0: there is none.
    request: AtomicU8,
    reader: Mutex<Option<Reader>>,
}

impl PendingRequest {
    /// A request is about to be sent. To be called before its first byte is.
    pub fn announce(&self, request: RequestKind) {
        self.request.store(request as u8 + 1, Ordering::Release);
    }

    /// The answers to requests that are announced from now on are read in this way.
    pub fn set_reader(&self, reader: Reader) {
        *relock(&self.reader) = Some(reader);
    }

    /// The request that is being answered. `None`: nothing was asked.
    pub(crate) fn take(&self) -> Option<RequestKind> {
        let taken = self.request.swap(0, Ordering::AcqRel).checked_sub(1)?;
        KINDS.get(usize::from(taken)).copied()
    }

    pub(crate) fn take_reader(&self) -> Option<Reader> {
        relock(&self.reader).take()
    }
}

impl Connection {
    /// Whether something has arrived that answers no request, or the connection has ended: that would be taken
    /// for the answer to a request that is sent now. To be asked before a request is announced.
    pub fn has_unasked_input(&self) -> bool {
        if self.has(flag::HANDSHAKE) {
            return false;
        }
        // Under the lock: what another thread reads at the moment, it has looked at when it lets go of that.
        let input = self.input();
        self.has(flag::UNASKED)
            || input.in_message()
            || (input.socket.as_ref()).is_none_or(|socket| has_input(socket.fd()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_announcement_is_taken_once() {
        let expected = PendingRequest::default();
        assert_eq!(expected.take(), None);
        for request in [RequestKind::Other, RequestKind::Head, RequestKind::Connect] {
            expected.announce(request);
            assert_eq!(expected.take(), Some(request));
            assert_eq!(expected.take(), None);
        }
    }
}
