//! Connection ids: a slot and a generation in one small integer, so that a stale id reaches nothing.

/// Identifies one connection of one environment.
///
/// 31 bits, so that it is a small integer in V8: the low 20 are the slot, the high 11 the
/// generation of that slot.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ConnId(u32);

const SLOT_BITS: u32 = 20;
/// The slot in an id.
pub const SLOT_MASK: u32 = (1 << SLOT_BITS) - 1;
const GENERATION_MASK: u32 = (1 << 11) - 1;

/// How many connections one environment can hold at once.
pub const MAX_CONNECTIONS: usize = 1 << SLOT_BITS;

impl ConnId {
    /// Stands where no id is needed: the last one that a slot could get.
    pub const NONE: Self = Self((1 << 31) - 1);

    pub fn new(slot: usize, generation: u32) -> Self {
        Self((slot as u32 & SLOT_MASK) | ((generation & GENERATION_MASK) << SLOT_BITS))
    }

    /// The id that `raw` has given; any number makes one, which may be stale.
    pub fn from_raw(raw: u32) -> Self {
        Self(raw & !(1 << 31))
    }

    pub fn raw(self) -> u32 {
        self.0
    }

    /// Its place in the table of connections.
    pub fn slot(self) -> usize {
        (self.0 & SLOT_MASK) as usize
    }

    /// Which of the connections that have had that place it is.
    pub fn generation(self) -> u32 {
        self.0 >> SLOT_BITS
    }
}

/// Hands out ids. A slot is reused only after JavaScript has seen its connection close, and then
/// under the next generation.
#[derive(Debug, Default)]
pub struct IdAllocator {
    generations: Vec<u32>,
    free: Vec<u32>,
}

impl IdAllocator {
    /// The next free id, or `None` when all slots are taken.
    pub fn allocate(&mut self) -> Option<ConnId> {
        if let Some(slot) = self.free.pop() {
            let slot = slot as usize;
            return Some(ConnId::new(slot, self.generations[slot]));
        }
        let slot = self.generations.len();
        if slot == MAX_CONNECTIONS {
            return None;
        }
        self.generations.push(0);
        Some(ConnId::new(slot, 0))
    }

    /// Gives the slot back. A stale or repeated release changes nothing.
    pub fn release(&mut self, id: ConnId) {
        let slot = id.slot();
        if self.generations.get(slot) != Some(&id.generation()) {
            return;
        }
        debug_assert!(
            !self.free.contains(&(slot as u32)),
            "the slot of an id that is in use is not free"
        );
        self.generations[slot] = (id.generation() + 1) & GENERATION_MASK;
        self.free.push(slot as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_slot_has_another_generation() {
        let mut ids = IdAllocator::default();
        let first = ids.allocate().unwrap();
        ids.release(first);
        let second = ids.allocate().unwrap();
        assert_eq!(first.slot(), second.slot());
        assert_ne!(first, second);
    }

    #[test]
    fn a_stale_release_frees_nothing() {
        let mut ids = IdAllocator::default();
        let first = ids.allocate().unwrap();
        ids.release(first);
        let second = ids.allocate().unwrap();
        ids.release(first);
        let third = ids.allocate().unwrap();
        assert_ne!(second.slot(), third.slot());
    }

    #[test]
    fn every_id_is_a_small_integer() {
        let id = ConnId::new(MAX_CONNECTIONS - 1, GENERATION_MASK);
        assert!(id.raw() < 1 << 31);
        assert_eq!(ConnId::from_raw(id.raw()), id);
    }
}
