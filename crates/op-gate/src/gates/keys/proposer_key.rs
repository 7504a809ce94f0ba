//! The proposer's key may propose.

use crate::gates::keys::role::game_role;
use crate::{config::Service, finding::Finding, gate::Gate, read::Facts};

const GATE: Gate = Gate::ProposerKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(game_type) = service.game_type else { return Vec::new() };
    game_role(GATE, service, game_type, facts, "proposer", |roles| roles.proposer)
}
