//! The challenger's key may challenge.

use op_chain::game_args::is_permissioned;

use crate::gates::keys::role::game_role;
use crate::read::{Facts, l1::games::Game};
use crate::{config::Service, finding::Finding, gate::Gate};

const GATE: Gate = Gate::ChallengerKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(game_type) = service.game_type else { return Vec::new() };
    // Former games are played with the same key.
    let former = service.played().into_iter().filter(|&played| {
        let registered = facts.l1.games.get(&played).is_some_and(Game::may_be_made);
        played != game_type && is_permissioned(played) && registered
    });
    let judge = |it| game_role(GATE, service, it, facts, "challenger", |roles| roles.challenger);
    std::iter::once(game_type).chain(former).flat_map(judge).collect()
}
