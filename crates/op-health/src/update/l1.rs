//! What L1 answers, and what it is asked next.

use std::collections::BTreeSet;

use eth_rpc::Reading;

use crate::observe::l1::{Contracts, L1Answers, Questions};
use crate::update::{accounts, games};
use crate::watch::Watch;

pub(crate) fn take(watch: &mut Watch, reading: Reading<L1Answers>) {
    let Watch { setup, seen, memory, .. } = watch;
    seen.l1_polls += 1;
    match &reading {
        Err(_) => memory.counters.l1_errors += 1,
        Ok(answers) => {
            memory.counters.l1_limited += u64::from(answers.limited);
            accounts::take(setup, seen, memory, answers);
            if let Some(Ok(games)) = &answers.games {
                let proposer =
                    setup.service_of("op-proposer").and_then(|name| seen.accounts.get(name));
                games::take(&mut memory.games, games, proposer.copied(), seen.now);
            }
        }
    }
    seen.l1.take(reading);
}

pub(crate) fn questions(watch: &Watch) -> Questions {
    let Watch { setup, seen, memory, .. } = watch;
    let plays = ["op-proposer", "op-challenger", "op-dispute-mon"]
        .iter()
        .any(|component| setup.service_of(component).is_some());
    Questions {
        contracts: seen.chain.as_ref().map(|chain| Contracts {
            system_config: chain.l1_system_config_address,
            portal: chain.deposit_contract_address,
            factory: plays.then_some(setup.config.chain.dispute_game_factory),
        }),
        accounts: seen.accounts.values().copied().collect::<BTreeSet<_>>(),
        next_game: memory.games.next,
        games: games::to_ask(&memory.games, seen.l1_polls),
        again: memory.games.unread.iter().copied().take(games::AGAIN).collect(),
    }
}
