//! Dispute games and proposals.

mod cadence;
mod games;
mod in_play;
mod prestates;

use crate::case::Case;

pub(crate) fn cases(cases: &mut Vec<Case>) {
    games::game_arguments(cases);
    games::game_types(cases);
    games::terms(cases);
    games::vms(cases);
    prestates::prestate_files(cases);
    prestates::prestates_on_chain(cases);
    prestates::no_prestate(cases);
    in_play::former_types(cases);
    in_play::former_programs(cases);
    cadence::bonds(cases);
    cadence::floats(cases);
    cadence::claimants(cases);
    cadence::flags(cases);
}
