//! The contracts on L1 that the chain's files name are there, and belong to each other and to the chain.

use std::fmt::Display;

use alloy_primitives::U256;
use eth_rpc::{Reading, Unread};

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Contracts;
const MEND: &str = "\
    rollup.json and the contracts are not of one deployment: put the files of this chain in \
    place (op-deployer inspect rollup), or correct the addresses.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let (rollup, contracts) = (&facts.rollup, &facts.l1.contracts);
    let (portal, system_config) =
        (rollup.deposit_contract_address, rollup.l1_system_config_address);
    let factory = facts.config.chain.dispute_game_factory;
    let getter = |contract: &str, getter: &str, at: &dyn Display| {
        format!("{contract}.{getter}() at {at} on {}", facts.l1.endpoint)
    };
    let mut findings = vec![
        same(
            &contracts.portal,
            (portal, "deposit_contract_address of rollup.json"),
            &getter("SystemConfig", "optimismPortal", &system_config),
        ),
        same(
            &contracts.portal_system_config,
            (system_config, "l1_system_config_address of rollup.json"),
            &getter("OptimismPortal", "systemConfig", &portal),
        ),
        same(
            &facts.l1.dispute_game_factory,
            (factory, "disputeGameFactory of the configuration"),
            &getter("SystemConfig", "disputeGameFactory", &system_config),
        ),
        games(&contracts.games, &getter("DisputeGameFactory", "gameCount", &factory)),
    ];
    findings.extend(newer(&contracts.l2_chain_id).map(|id| {
        same(
            id,
            (U256::from(rollup.l2_chain_id), "l2_chain_id of rollup.json"),
            &getter("SystemConfig", "l2ChainId", &system_config),
        )
    }));
    findings.push(paused(&contracts.portal_paused, &getter("OptimismPortal", "paused", &portal)));
    findings.extend(
        newer(&contracts.system_config_paused)
            .map(|reading| paused(reading, &getter("SystemConfig", "paused", &system_config))),
    );
    findings
}

/// A getter that older contracts do not have, as they say by a revert.
fn newer<T>(reading: &Reading<T>) -> Option<&Reading<T>> {
    (!matches!(reading, Err(Unread::Reverted(_)))).then_some(reading)
}

fn same<T: PartialEq + Display>(
    reading: &Reading<T>,
    (expected, expected_source): (T, &str),
    source: &str,
) -> Finding {
    with(reading, GATE, &expected, source, |found| {
        Comparison::new(GATE, (&expected, expected_source), (found, source))
            .refuse_unless(*found == expected, MEND)
    })
}

/// Any number will do: there is a factory.
fn games(count: &Reading<U256>, source: &str) -> Finding {
    with(count, GATE, "a dispute game factory", source, |count| {
        Comparison::new(
            GATE,
            ("a dispute game factory", "disputeGameFactory of the configuration"),
            (format!("{count} games"), source),
        )
        .holds()
    })
}

fn paused(reading: &Reading<bool>, source: &str) -> Finding {
    with(reading, GATE, "not paused", source, |&paused| {
        let found = if paused { "paused" } else { "not paused" };
        Comparison::new(GATE, ("not paused", "withdrawals"), (found, source)).warn_unless(
            !paused,
            "The guardian stopped the contracts: blocks are built and deposits work, but nothing \
             can be withdrawn until the guardian lifts the pause.",
        )
    })
}
