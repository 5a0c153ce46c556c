//! Makes a client's connections from sockets that JavaScript has dialled.

use napi::Env;
use napi::bindgen_prelude::Result;

use crate::bridge::function::to_napi;
use crate::bridge::io::{Io, duplicate};
use crate::bridge::options::{ParserSettings, announced};
use crate::bridge::tls::TlsClient;
use crate::tls::Session;

#[napi_derive::napi]
impl Io {
    /// Takes over a duplicate of a connected descriptor as a client's connection; returns its id.
    /// Responses are read with these limits until `setReader` says otherwise. `flags` announce the first
    /// request, as those of a send do. With `client`, TLS is on the connection: nothing of a request is sent, and
    /// nothing that comes is read, before `startReading` follows the record that tells of the handshake.
    #[napi(catch_unwind)]
    pub fn adopt_client(
        &self,
        env: Env,
        fd: i32,
        reader: &ParserSettings,
        flags: u32,
        client: Option<&TlsClient>,
    ) -> Result<u32> {
        let session = client.map(|client| Session::of_client(&client.0));
        let session = session.transpose().map_err(to_napi)?;
        let fd = duplicate(fd).map_err(to_napi)?;
        let hub = self.environment.hub(env.raw()).map_err(to_napi)?;
        let port = &self.environment.port;
        let adopted = hub.adopt(fd, port, &reader.0, announced(flags), session);
        let connection = adopted.map_err(|error| {
            self.environment.rest(env.raw());
            to_napi(error)
        })?;
        let id = connection.id.raw();
        self.environment.insert(connection);
        Ok(id)
    }

    /// The responses to the requests that follow are read with these limits.
    #[napi(catch_unwind)]
    pub fn set_reader(&self, id: u32, reader: &ParserSettings) {
        self.with(id, |connection| connection.request.set_reader(reader.0));
    }
}
