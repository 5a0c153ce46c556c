//! Connections by their ids.

use std::sync::Arc;

use crate::io::connection::Connection;
use crate::ring::ConnId;

/// A table of connections, by slot. A stale id finds nothing.
#[derive(Debug, Default)]
pub struct Connections(Vec<Option<Arc<Connection>>>);

impl Connections {
    pub fn get(&self, id: ConnId) -> Option<&Arc<Connection>> {
        let connection = self.0.get(id.slot())?.as_ref()?;
        (connection.id == id).then_some(connection)
    }

    pub fn insert(&mut self, connection: Arc<Connection>) {
        let slot = connection.id.slot();
        if self.0.len() <= slot {
            self.0.resize(slot + 1, None);
        }
        self.0[slot] = Some(connection);
    }

    /// Returns whether it was there.
    pub fn remove(&mut self, id: ConnId) -> bool {
        let slot = self.0.get_mut(id.slot());
        slot.and_then(|slot| slot.take_if(|connection| connection.id == id))
            .is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Connection>> {
        self.0.iter().flatten()
    }
}
