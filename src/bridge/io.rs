//! The class `Io`: one for each environment, made at the first listener.

use std::os::fd::{AsFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use napi::bindgen_prelude::{Function, JsValue, Object, Result};
use napi::{Env, Error};
use socket2::{SockRef, TcpKeepalive};

use crate::bridge::environment::{Environment, on_cleanup};
use crate::bridge::error::to_napi;
use crate::bridge::fast;
use crate::bridge::options::{ServerOptions, Validation, limits};
use crate::bridge::wake::Waker;
use crate::io::{Address, Connection, Hub, Listener, Reader};
use crate::ring::ConnId;

/// One end of a connection.
#[napi_derive::napi(object)]
pub struct SocketAddress {
    pub address: String,
    pub family: String,
    pub port: u32,
}

impl From<Address> for SocketAddress {
    fn from(address: Address) -> Self {
        let family = if address.ipv6 { "IPv6" } else { "IPv4" };
        Self {
            address: address.ip,
            family: family.into(),
            port: u32::from(address.port),
        }
    }
}

/// The native side of one environment.
#[napi_derive::napi]
pub struct Io {
    environment: Rc<Environment>,
    next_listener: u32,
}

#[napi_derive::napi]
impl Io {
    /// Starts the I/O threads. `drain` is called when records wait.
    #[napi(constructor)]
    pub fn new(env: Env, threads: u32, drain: Function<'_, (), ()>) -> Result<Self> {
        let waker = Waker::new(&env, drain.raw())?;
        let hub = Hub::start(threads as usize, Box::new(waker.clone())).map_err(to_napi)?;
        let environment = Rc::new(Environment::new(hub, waker));
        // Registered after the thread-safe function, so that it runs before that goes away.
        on_cleanup(&env, &environment)?;
        Ok(Self {
            environment,
            next_listener: 1,
        })
    }

    /// The functions for the hot path; see `bridge/fast.rs`.
    #[napi(
        ts_return_type = "{ drain(offset: number): number; flush(id: number, flags: number): number; setArena(arena: Uint8Array): void; takeChunk(lent: Uint8Array): Buffer; sendText(id: number, text: string, flags: number): number; sendBytes(id: number, bytes: Uint8Array, flags: number): number }"
    )]
    pub fn fast<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let target = Object::new(env)?;
        fast::define(env.raw(), target.raw(), &self.environment)?;
        Ok(target)
    }

    /// Whether waiting for records keeps the process alive.
    #[napi]
    pub fn set_ref(&self, env: Env, referenced: bool) -> Result<()> {
        self.environment.waker.set_ref(&env, referenced)
    }

    /// Asks for another drain later.
    #[napi]
    pub fn wake_again(&self) {
        self.environment.hub.wake_again();
    }

    /// A server without a socket of its own yet; returns its id.
    #[napi]
    pub fn create_listener(&mut self, options: ServerOptions) -> Result<u32> {
        let id = self.next_listener;
        self.next_listener += 1;
        let listener = Listener::new(id, options.into());
        listener.watch(&self.environment.hub).map_err(to_napi)?;
        self.environment.listeners.borrow_mut().insert(id, listener);
        Ok(id)
    }

    /// Listens on a bound descriptor, of which a duplicate is used.
    #[napi]
    pub fn listen(&self, listener: u32, fd: i32, backlog: i32) -> Result<()> {
        let fd = duplicate(fd)?;
        self.listener(listener)?
            .listen(&self.environment.hub, fd, backlog)
            .map_err(to_napi)
    }

    /// Takes over a duplicate of a connected descriptor as if it had been accepted.
    #[napi]
    pub fn adopt(&self, listener: u32, fd: i32) -> Result<()> {
        let fd = duplicate(fd)?;
        self.listener(listener)?
            .adopt(&self.environment.hub, fd)
            .map_err(to_napi)
    }

    /// Takes over a duplicate of a connected descriptor as a client's connection; returns its id.
    /// Responses are read with these limits until `setReader` says otherwise. `flags` announce
    /// the first request, as those of a send do.
    #[napi]
    pub fn adopt_client(
        &self,
        fd: i32,
        max_header_size: u32,
        validation: Validation,
        flags: u32,
    ) -> Result<u32> {
        let reader = reader(max_header_size, &validation);
        let hub = &self.environment.hub;
        let connection = hub
            .adopt(duplicate(fd)?, &reader, fast::announced(flags))
            .map_err(to_napi)?;
        let id = connection.id.raw();
        self.environment.insert(connection);
        Ok(id)
    }

    /// The responses to the requests that follow are read with these limits.
    #[napi]
    pub fn set_reader(&self, id: u32, max_header_size: u32, validation: Validation) {
        self.with(id, |connection| {
            connection
                .expected
                .set_reader(reader(max_header_size, &validation));
        });
    }

    #[napi]
    pub fn configure(&self, listener: u32, options: ServerOptions) -> Result<()> {
        self.listener(listener)?.configure(options.into());
        Ok(())
    }

    /// Stops accepting; connections stay.
    #[napi]
    pub fn close_listener(&self, listener: u32) {
        if let Some(listener) = self.environment.listeners.borrow_mut().remove(&listener) {
            listener.close();
        }
    }

    /// Closes a connection; with `reset`, so that the peer sees a reset.
    #[napi]
    pub fn destroy(&self, id: u32, reset: bool) {
        self.with(id, |connection| connection.destroy(reset));
    }

    /// Closes a connection when all output has left.
    #[napi]
    pub fn destroy_soon(&self, id: u32) {
        self.with(id, |connection| {
            let mut outgoing = connection.outgoing();
            outgoing.close_when_empty = true;
            let empty = outgoing.pending() == 0;
            drop(outgoing);
            if empty {
                connection.destroy(false);
            }
        });
    }

    /// Ends the writing side when all output has left; true when that has happened already.
    #[napi]
    pub fn shutdown(&self, id: u32) -> bool {
        self.with(id, |connection| {
            let mut outgoing = connection.outgoing();
            if outgoing.pending() > 0 {
                outgoing.shutdown_when_empty = true;
                return false;
            }
            drop(outgoing);
            with_socket(connection, |socket| {
                // Fails only when the peer is gone, which reading tells.
                let _ = socket.shutdown(std::net::Shutdown::Write);
            });
            true
        })
        .unwrap_or(true)
    }

    /// Stops or resumes reading.
    #[napi]
    pub fn pause(&self, id: u32, paused: bool) {
        self.with(id, |connection| connection.pause(paused));
    }

    /// Begins to read a held connection.
    #[napi]
    pub fn speak(&self, id: u32) {
        self.with(id, |connection| connection.speak());
    }

    /// Gives a connection away that is held or waits for the verdict on an upgrade: returns a
    /// duplicate of its descriptor and closes ours. Output that waits is written first, blocking.
    #[napi]
    pub fn detach(&self, id: u32) -> Result<i32> {
        self.with(id, |connection| {
            let mut done = self.environment.released.borrow_mut();
            let fd = connection.outgoing().detach(&mut done).map_err(|error| {
                Error::from_reason(format!("{}:{error}", error.raw_os_error().unwrap_or(0)))
            })?;
            connection.destroy(false);
            Ok(fd.into_raw_fd())
        })
        .unwrap_or_else(|| Err(Error::from_reason("the connection is closed")))
    }

    /// A request to upgrade is declined: what came behind it is parsed.
    #[napi]
    pub fn decline_upgrade(&self, id: u32) {
        self.with(id, |connection| connection.decline_upgrade());
    }

    /// Whether the raw bytes of what is parsed are posted, too.
    #[napi]
    pub fn tap(&self, id: u32, tapped: bool) {
        self.with(id, |connection| connection.tap(tapped));
    }

    /// Timeout without traffic in milliseconds; 0 switches it off.
    #[napi]
    pub fn set_timeout(&self, id: u32, timeout: u32) {
        let now = self.environment.hub.now();
        self.with(id, |connection| connection.set_idle_timeout(timeout, now));
    }

    /// Whether the timeout that was posted is due still.
    #[napi]
    pub fn is_timed_out(&self, id: u32) -> bool {
        let now = self.environment.hub.now();
        self.with(id, |connection| connection.is_timed_out(now))
            .unwrap_or(false)
    }

    /// A response is complete and none waits: the keep-alive timeout begins.
    #[napi]
    pub fn begin_keep_alive(&self, id: u32) {
        let now = self.environment.hub.now();
        self.with(id, |connection| {
            connection.touch_from_javascript(now);
            connection.begin_keep_alive();
        });
    }

    #[napi]
    pub fn set_no_delay(&self, id: u32, enable: bool) {
        self.with(id, |connection| {
            // Meaningless, hence refused, on Unix sockets.
            with_socket(connection, |socket| drop(socket.set_tcp_nodelay(enable)));
        });
    }

    /// Probes an idle peer after `delay` seconds; 0 leaves the system's delay.
    #[napi]
    pub fn set_keep_alive(&self, id: u32, enable: bool, delay: u32) {
        self.with(id, |connection| {
            with_socket(connection, |socket| {
                // Meaningless, hence refused, on Unix sockets.
                let _ = socket.set_keepalive(enable);
                if enable && delay > 0 {
                    let time = Duration::from_secs(u64::from(delay));
                    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(time));
                }
            });
        });
    }

    #[napi]
    pub fn remote_address(&self, id: u32) -> Option<SocketAddress> {
        self.with(id, |connection| {
            let known = connection.peer();
            known.or_else(|| with_fd(connection, Address::peer).flatten())
        })
        .flatten()
        .map(Into::into)
    }

    #[napi]
    pub fn local_address(&self, id: u32) -> Option<SocketAddress> {
        self.with(id, |connection| {
            with_fd(connection, Address::local).flatten()
        })
        .flatten()
        .map(Into::into)
    }

    /// The descriptor, -1 when it is closed.
    #[napi]
    pub fn fd(&self, id: u32) -> i32 {
        self.with(id, |connection| connection.outgoing().fd())
            .flatten()
            .unwrap_or(-1)
    }

    /// Bytes that wait for the kernel.
    #[napi]
    pub fn pending(&self, id: u32) -> u32 {
        self.with(id, |connection| connection.outgoing().pending() as u32)
            .unwrap_or(0)
    }

    /// Bytes read so far.
    #[napi]
    pub fn bytes_read(&self, id: u32) -> f64 {
        self.with(id, |connection| connection.byte_counts().0 as f64)
            .unwrap_or(0.0)
    }

    /// Bytes written to the kernel so far.
    #[napi]
    pub fn bytes_written(&self, id: u32) -> f64 {
        self.with(id, |connection| connection.byte_counts().1 as f64)
            .unwrap_or(0.0)
    }

    /// No message is being received.
    #[napi]
    pub fn is_idle(&self, id: u32) -> bool {
        self.with(id, |connection| connection.is_between_messages())
            .unwrap_or(false)
    }

    /// JavaScript has seen the connection close: its id may be reused.
    #[napi]
    pub fn release(&self, id: u32) {
        self.environment.release(ConnId::from_raw(id));
    }

    fn with<R>(&self, id: u32, f: impl FnOnce(&Connection) -> R) -> Option<R> {
        self.environment
            .with_connection(ConnId::from_raw(id), |connection| f(connection))
    }

    fn listener(&self, id: u32) -> Result<std::sync::Arc<Listener>> {
        let listeners = self.environment.listeners.borrow();
        listeners
            .get(&id)
            .cloned()
            .ok_or_else(|| Error::from_reason("there is no such listener"))
    }
}

fn reader(max_header_size: u32, validation: &Validation) -> Reader {
    Reader {
        limits: limits(max_header_size, 0),
        leniency: validation.leniency(),
    }
}

fn with_fd<R>(connection: &Connection, f: impl FnOnce(BorrowedFd<'_>) -> R) -> Option<R> {
    let outgoing = connection.outgoing();
    let fd = outgoing.fd()?;
    // SAFETY: the descriptor stays open while the lock on `outgoing` is held.
    Some(f(unsafe { BorrowedFd::borrow_raw(fd) }))
}

fn with_socket(connection: &Connection, f: impl FnOnce(SockRef<'_>)) {
    with_fd(connection, |fd| f(SockRef::from(&fd)));
}

fn duplicate(fd: i32) -> Result<OwnedFd> {
    if fd < 0 {
        return Err(Error::from_reason(format!(
            "{}:bad descriptor",
            libc::EBADF
        )));
    }
    // SAFETY: the caller owns the descriptor and keeps it open during this call.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    borrowed.as_fd().try_clone_to_owned().map_err(|error| {
        Error::from_reason(format!(
            "{}:{error}",
            error.raw_os_error().unwrap_or(libc::EBADF)
        ))
    })
}
