//! The challenger's key may challenge.

use crate::{
    config::Service, finding::Finding, gate::Gate, gates::keys::role::game_role, read::Facts,
};

const GATE: Gate = Gate::ChallengerKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    game_role(GATE, service, facts, "challenger", |roles| roles.challenger)
}
