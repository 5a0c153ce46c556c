//! The end of the process, which may come without that of its environments: `process.exit()` and an
//! uncaught exception do not run their clean-up. What was left to the I/O threads is sent then.

use std::sync::{Arc, Mutex, Once, Weak};

use crate::io::hub::Hub;
use crate::ring::panic::{contain, relock};

static HUBS: Mutex<Vec<Weak<Hub>>> = Mutex::new(Vec::new());
static REGISTERED: Once = Once::new();

/// Lets the output of `hub` be sent when the process ends.
pub(crate) fn watch(hub: &Arc<Hub>) {
    let mut hubs = relock(&HUBS);
    hubs.retain(|known| known.strong_count() > 0);
    hubs.push(Arc::downgrade(hub));
    drop(hubs);
    REGISTERED.call_once(|| {
        // SAFETY: `at_end` may be called at any time, on any thread, and does not unwind. Where the
        // library can be unloaded, that calls it. Should there be no room for it, the threads send what
        // they come to, as they do anyhow.
        unsafe {
            libc::atexit(at_end);
        }
    });
}

extern "C" fn at_end() {
    // A panic could not be told to any code.
    contain(|| {
        let hubs = std::mem::take(&mut *relock(&HUBS));
        for hub in hubs.iter().filter_map(Weak::upgrade) {
            hub.send_what_waits();
        }
    });
}
