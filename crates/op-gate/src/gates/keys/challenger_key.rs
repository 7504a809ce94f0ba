//! The challenger's key may challenge.

use crate::gates::keys::role::game_role;
use crate::{config::Service, finding::Finding, gate::Gate, read::Facts};

const GATE: Gate = Gate::ChallengerKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    game_role(GATE, service, facts, "challenger", |roles| roles.challenger)
}
