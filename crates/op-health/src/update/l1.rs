//! What L1 answers, and what it is asked next.

use std::collections::BTreeSet;

use eth_rpc::Reading;

use crate::update::{accounts, control, games, reorgs, withdrawals};
use crate::watch::Watch;
use op_observe::l1::{Contracts, L1Answers, Questions};

pub(crate) fn take(watch: &mut Watch, reading: Reading<L1Answers>) {
    let Watch { setup, seen, memory, .. } = watch;
    seen.l1_polls += 1;
    match &reading {
        Err(_) => memory.counters.l1_errors += 1,
        Ok(answers) => {
            memory.counters.l1_limited += u64::from(answers.limited);
            accounts::take(setup, seen, memory, answers);
            reorgs::take_l1(&mut memory.reorgs, answers, seen.now);
            if let Some(control) = &answers.control {
                control::take(seen, memory, control);
            }
            if let Some(Ok(proven)) = &answers.withdrawals {
                withdrawals::take(&mut memory.withdrawals, answers, proven, seen.now);
            }
            if let Some(Ok(games)) = &answers.games {
                let proposer =
                    setup.service_of("op-proposer").and_then(|name| seen.accounts.get(name));
                games::take(&mut memory.games, games, proposer.copied(), seen.now);
            }
        }
    }
    control::settle(seen, memory);
    seen.l1.take(reading);
}

pub(crate) fn questions(watch: &Watch) -> Questions {
    let Watch { setup, seen, memory, .. } = watch;
    let plays = ["op-proposer", "op-challenger", "op-dispute-mon"]
        .iter()
        .any(|component| setup.service_of(component).is_some());
    let contracts = seen.chain.as_ref().map(|chain| Contracts {
        system_config: chain.l1_system_config_address,
        portal: chain.deposit_contract_address,
        factory: plays.then_some(setup.config.chain.dispute_game_factory),
    });
    Questions {
        contracts,
        accounts: seen.accounts.values().copied().collect::<BTreeSet<_>>(),
        again: reorgs::l1_to_ask(&memory.reorgs),
        games: games::questions(&memory.games, seen.l1_polls),
        withdrawals: withdrawals::questions(&memory.withdrawals),
        control: contracts.and_then(|contracts| control::questions(watch, &contracts)),
    }
}
