//! The class `Io`: what JavaScript asks of sockets, one object for each instance of the module.

use std::os::fd::{AsFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Buffer, Function, JsValue, Object, Result};
use napi::{Env, sys};

use crate::bridge::call::JsMemory;
use crate::bridge::environment::Environment;
use crate::bridge::function::{Callback, define, made};
use crate::bridge::options::ServerOptions;
use crate::bridge::socket::SocketAddress;
use crate::bridge::stream::StreamParser;
use crate::bridge::wake::Waker;
use crate::bridge::{receive, send};
use crate::io::{self, After, Connection, Socket};
use crate::ring::ConnId;
use crate::ring::debug_log::note;
use crate::ring::idle_clock::IdleClock;
use crate::ring::panic::contain;

/// The functions of `Io::fast`.
const FAST: [Callback<Environment>; 9] = [
    Callback::new(c"drain", receive::drain),
    Callback::new(c"takeContent", receive::take_content),
    Callback::new(c"takeDirect", receive::take_direct),
    Callback::new(c"dropContent", receive::drop_content),
    Callback::new(c"handlesRequest", receive::handles_request),
    Callback::new(c"hasUnaskedInput", receive::has_unasked_input),
    Callback::new(c"sendText", send::send_text),
    Callback::new(c"sendBytes", send::send_bytes),
    Callback::new(c"flush", send::flush),
];

/// Both ends of a connection that was refused.
#[napi_derive::napi(object)]
pub struct DroppedConnection {
    pub local: SocketAddress,
    pub remote: Option<SocketAddress>,
}

/// A connection that was given away.
#[napi_derive::napi(object)]
pub struct HandedOver {
    /// The descriptor, which is the caller's now.
    pub fd: i32,
    /// Output that was not sent; the new owner sends it first.
    pub unsent: Option<Buffer>,
}

/// The native side of one instance of the module.
#[napi_derive::napi]
pub struct Io {
    pub(super) environment: Rc<Environment>,
}

#[napi_derive::napi]
impl Io {
    /// `drain` is called when records wait. `threads` do the I/O, which begins with the first listener or
    /// connection and ends with the last one; if there is one thread and `may_lead`, the event loop of
    /// JavaScript does it as long as there is little to do.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        threads: u32,
        may_lead: bool,
        drain: Function<'_, (), ()>,
    ) -> Result<Self> {
        // SAFETY: a valid function and out-pointer. The reference keeps nothing until a waker does.
        let reference =
            made(|out| unsafe { sys::napi_create_reference(env.raw(), drain.raw(), 0, out) })?;
        let environment = Rc::new(Environment::new(threads as usize, may_lead, reference));
        env.add_env_cleanup_hook(Rc::downgrade(&environment), |environment| {
            if let Some(environment) = environment.upgrade() {
                contain(|| environment.shut_down());
            }
        })?;
        Ok(Self { environment })
    }

    /// The functions for the hot path; see `bridge/send.rs` and `bridge/receive.rs`.
    #[napi(
        catch_unwind,
        ts_return_type = "{ drain(arena: Uint8Array): number; takeContent(target: Uint8Array): boolean; takeDirect(): Buffer; dropContent(): void; handlesRequest(): void; hasUnaskedInput(id: number): boolean; flush(id: number): number; sendText(id: number, text: string, flags: number): number; sendBytes(id: number, bytes: Uint8Array, flags: number): number }"
    )]
    pub fn fast<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let target = Object::new(env)?;
        define(env.raw(), target.raw(), &self.environment, &FAST)?;
        Ok(target)
    }

    /// Whether waiting for records keeps the process alive.
    #[napi(catch_unwind)]
    pub fn set_ref(&self, env: Env, referenced: bool) -> Result<()> {
        self.environment.set_ref(env.raw(), referenced)
    }

    /// Whether an I/O thread leads at the moment, and not the event loop.
    #[napi(catch_unwind)]
    pub fn is_led_by_thread(&self) -> bool {
        self.environment
            .with_hub(|hub| hub.is_led_by_thread())
            .unwrap_or(false)
    }

    /// Asks for another drain later.
    #[napi(catch_unwind)]
    pub fn wake_again(&self) {
        self.environment.port.wake();
    }

    /// Asks for another drain where Node's handles tell what the system has answered at once.
    #[napi(catch_unwind)]
    pub fn wake_around_poll(&self) {
        self.environment.with_waker(Waker::wake_around_poll);
    }

    /// Asks for another drain with the next poll of the event loop.
    #[napi(catch_unwind)]
    pub fn wake_in_poll(&self) {
        self.environment.with_waker(Waker::wake_in_poll);
    }

    // ---- listeners ----

    /// A server without a socket of its own yet. Returns its id, or an error number, negated, if the
    /// system has no thread or descriptor to spare.
    #[napi(catch_unwind)]
    pub fn create_listener(&self, env: Env, options: ServerOptions) -> i32 {
        let hub = match self.environment.hub(env.raw()) {
            Ok(hub) => hub,
            Err(error) => return -io::errno(&error),
        };
        let listener = hub.add_listener(&self.environment.port, options.into());
        self.environment.listener_added();
        listener.id as i32
    }

    /// Listens on a bound descriptor, of which a duplicate is used. Returns 0 or an error number.
    #[napi(catch_unwind)]
    pub fn listen(&self, listener: u32, fd: i32, backlog: i32) -> i32 {
        let fd = match duplicate(fd) {
            Ok(fd) => fd,
            Err(error) => return io::errno(&error),
        };
        match self.environment.listener(listener) {
            Some(listener) => listener
                .listen(fd, backlog)
                .map_or_else(|error| io::errno(&error), |()| 0),
            None => libc::EBADF,
        }
    }

    /// Takes over a duplicate of a connected descriptor as if it had been accepted. Returns its id and the flags of
    /// the record `Open`, which does not come; nothing if there is no descriptor to spare.
    #[napi(catch_unwind)]
    pub fn adopt(&self, listener: u32, fd: i32) -> Option<Vec<u32>> {
        let listener = self.environment.listener(listener)?;
        let fd = duplicate(fd).ok()?;
        let adopted = self.environment.with_hub(|hub| listener.adopt(fd, hub));
        let (connection, flags) = adopted??;
        let opened = vec![connection.id.raw(), flags];
        self.environment.insert(connection);
        Some(opened)
    }

    /// Gives a listener the options that may change while it listens.
    #[napi(catch_unwind)]
    pub fn configure(&self, listener: u32, options: ServerOptions) {
        if let Some(listener) = self.environment.listener(listener) {
            self.environment
                .with_hub(|hub| listener.configure(options.into(), hub));
        }
    }

    /// Stops accepting, at once; connections stay. Returns whether nothing is open any more.
    #[napi(catch_unwind)]
    pub fn close_listener(&self, listener: u32) -> bool {
        self.environment.remove_listener(listener)
    }

    /// The ends of the connection that the `Drop` record tells of which is being handled; `None` if they
    /// have no addresses.
    #[napi(catch_unwind)]
    pub fn take_dropped(&self) -> Option<DroppedConnection> {
        let ends = self.environment.dropped.borrow_mut().pop_front()?;
        Some(DroppedConnection {
            local: ends.local?.into(),
            remote: ends.remote.map(Into::into),
        })
    }

    // ---- the end of a connection ----

    /// Closes a connection; with `reset`, so that the peer sees a reset.
    #[napi(catch_unwind)]
    pub fn destroy(&self, id: u32, reset: bool) {
        self.with(id, |connection| {
            self.environment.with_hub(|hub| {
                connection.destroy(reset, hub);
                hub.publish();
            });
        });
    }

    /// Closes a connection when all output has left.
    #[napi(catch_unwind)]
    pub fn destroy_soon(&self, id: u32) {
        self.follow(id, After::Close);
    }

    /// Ends the writing side when all output has left; true when that has happened already.
    #[napi(catch_unwind)]
    pub fn shutdown(&self, id: u32) -> bool {
        self.follow(id, After::HalfClose)
    }

    /// An answer has ended, of which the last piece did not say so.
    #[napi(catch_unwind)]
    pub fn end_response(&self, id: u32) {
        self.with(id, |connection| {
            connection.idle_clock.touch(self.environment.now());
            connection.response_ends(&mut connection.outgoing());
        });
        self.follow(id, After::Nothing);
    }

    /// Another timeout was set since an answer has ended: that between requests holds again, if nothing is under way.
    #[napi(catch_unwind)]
    pub fn begin_pause(&self, id: u32) {
        self.with(id, |connection| connection.begin_keep_alive());
    }

    /// Gives a connection away: it is closed here, and the caller has the descriptor. Never waits.
    /// `None` if it is closed already.
    #[napi(catch_unwind)]
    pub fn hand_over(&self, env: Env, id: u32) -> Option<HandedOver> {
        let handed = self.with(id, |connection| {
            self.environment.with_hub(|hub| {
                let handed = connection.hand_over(&JsMemory(env.raw()), hub);
                hub.publish();
                handed
            })
        });
        let handed = handed.flatten().flatten()?;
        self.environment.handed_over.replace(Some(handed.input));
        Some(HandedOver {
            fd: handed.fd.into_raw_fd(),
            unsent: (!handed.unsent.is_empty()).then(|| handed.unsent.into()),
        })
    }

    /// The parser of the connection that was handed over last, for an owner that goes on with its input.
    #[napi(catch_unwind)]
    pub fn take_parser(&self) -> Option<StreamParser> {
        let input = self.environment.handed_over.take();
        input.map(StreamParser::from_native)
    }

    /// JavaScript has seen the connection close: its id may be reused. Returns whether nothing is open any more.
    #[napi(catch_unwind)]
    pub fn release(&self, id: u32) -> bool {
        self.environment.release(ConnId::from_raw(id))
    }

    /// Lets go of what wakes JavaScript, and of the thread, if nothing is open. What is opened later gets them anew.
    #[napi(catch_unwind)]
    pub fn rest(&self, env: Env) {
        self.environment.rest(env.raw());
    }

    // ---- reading ----

    /// Stops or resumes reading.
    #[napi(catch_unwind)]
    pub fn pause(&self, id: u32, paused: bool) {
        self.with(id, |connection| connection.pause(paused));
    }

    /// Begins to read a connection whose reading was deferred.
    #[napi(catch_unwind)]
    pub fn start_reading(&self, id: u32) {
        self.with(id, |connection| connection.start_reading());
    }

    /// What came behind a request to upgrade is parsed; `upgrades` once its content is complete.
    #[napi(catch_unwind)]
    pub fn read_content(&self, id: u32, upgrades: bool) {
        self.with(id, |connection| connection.read_content(upgrades));
    }

    /// Whether the raw bytes of what is parsed are posted, too.
    #[napi(catch_unwind)]
    pub fn mirror(&self, id: u32, mirrored: bool) {
        self.with(id, |connection| connection.mirror(mirrored));
    }

    // ---- times ----

    /// Timeout without traffic in milliseconds; 0 switches it off.
    #[napi(catch_unwind)]
    pub fn set_timeout(&self, id: u32, timeout: u32) {
        let now = self.environment.now();
        self.with(id, |connection| connection.set_timeout(timeout, now));
    }

    /// Milliseconds until the timeout of which JavaScript was told is over; negative if it has not to be
    /// waited for any more. If it `takes` the timeout, 0 is said once until there is traffic.
    #[napi(catch_unwind)]
    pub fn time_left(&self, id: u32, takes: bool) -> i32 {
        let now = self.environment.now();
        let left = self.with(id, |connection| {
            let look = if takes {
                IdleClock::take
            } else {
                IdleClock::left
            };
            look(&connection.idle_clock, now)
        });
        let left = left.flatten().map_or(-1, |left| left as i32);
        if takes {
            note!("{} has {left} ms left of its timeout", ConnId::from_raw(id));
        }
        left
    }

    // ---- finding them ----

    pub(super) fn with<R>(&self, id: u32, f: impl FnOnce(&Arc<Connection>) -> R) -> Option<R> {
        self.environment.with_connection(id, f)
    }

    pub(super) fn with_socket<R>(&self, id: u32, f: impl FnOnce(&Socket) -> R) -> Option<R> {
        self.with(id, |connection| {
            connection.outgoing().socket().map(|socket| f(socket))
        })
        .flatten()
    }

    /// Lets `after` follow the output that waits; true if none does, so that it has happened.
    fn follow(&self, id: u32, after: After) -> bool {
        let due = self.with(id, |connection| {
            let mut outgoing = connection.outgoing();
            outgoing.then(after);
            if !outgoing.send_end() {
                return false;
            }
            let after = outgoing.take_after();
            drop(outgoing);
            self.environment.flushed(connection, after, false);
            true
        });
        due.unwrap_or(true)
    }
}

/// Another descriptor for the same socket; the caller owns the first one and keeps it open meanwhile.
pub(super) fn duplicate(fd: i32) -> std::io::Result<OwnedFd> {
    if fd < 0 {
        return Err(std::io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the caller owns the descriptor and keeps it open during this call.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    borrowed.as_fd().try_clone_to_owned()
}
