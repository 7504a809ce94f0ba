//! The proposer's key may propose.

use crate::{
    config::Service, finding::Finding, gate::Gate, gates::keys::role::game_role, read::Facts,
};

const GATE: Gate = Gate::ProposerKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    game_role(GATE, service, facts, "proposer", |roles| roles.proposer)
}
