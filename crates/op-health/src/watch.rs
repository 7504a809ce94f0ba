//! All that is known of the running chain.

use crate::{memory::Memory, seen::Seen, setup::Setup};
use op_status::condition::Condition;

/// What is known: read ([`Seen`]), remembered ([`Memory`]) and judged.
pub(crate) struct Watch {
    pub(crate) setup: Setup,
    pub(crate) seen: Seen,
    pub(crate) memory: Memory,
    /// The last judgement, the causes first.
    pub(crate) conditions: Vec<Condition>,
}

impl Watch {
    pub(crate) fn new(setup: Setup, memory: Memory) -> Self {
        let seen = Seen::nothing(setup.watching_since);
        Self { setup, seen, memory, conditions: Vec::new() }
    }
}
