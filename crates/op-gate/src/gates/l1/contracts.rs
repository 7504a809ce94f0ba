//! The contracts on L1 that the chain's files name are there, and belong to each other and to the chain.

use std::fmt::Display;

use alloy_primitives::U256;
use eth_rpc::Reading;
use op_chain::getters::{BATCH_INBOX, Getter, L2_CHAIN_ID, PAUSED};

use super::{
    beginning,
    getter::{Contract, registry},
};
use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Contracts;
const MEND: &str = "\
    rollup.json and the contracts are not of one deployment: put the files of this chain in \
    place (op-deployer inspect rollup), or correct the addresses.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let (rollup, contracts) = (&facts.rollup, &facts.l1.contracts);
    let [system, portal, factory] =
        [Contract::system_config(facts), Contract::portal(facts), Contract::factory(facts)];
    let system_config =
        (rollup.l1_system_config_address, "l1_system_config_address of rollup.json");
    let games =
        (facts.config.chain.dispute_game_factory, "disputeGameFactory of the configuration");
    let mut findings = vec![
        same(
            &contracts.portal,
            &(rollup.deposit_contract_address, "deposit_contract_address of rollup.json"),
            &system.source("optimismPortal()"),
        ),
        same(&contracts.portal_system_config, &system_config, &portal.source("systemConfig()")),
        same(&facts.l1.dispute_game_factory, &games, &system.source("disputeGameFactory()")),
        same(&contracts.portal_factory, &games, &portal.source("disputeGameFactory()")),
        factory_is_there(&contracts.games, &factory.source("gameCount()")),
        system.judge(GATE, (L2_CHAIN_ID, &contracts.l2_chain_id), |id, source| {
            is(id, &(U256::from(rollup.l2_chain_id), "l2_chain_id of rollup.json"), source)
        }),
        system.judge(GATE, (BATCH_INBOX, &contracts.batch_inbox), |inbox, source| {
            is(inbox, &(rollup.batch_inbox_address, "batch_inbox_address of rollup.json"), source)
        }),
    ];
    findings.extend(of_registry(facts));
    findings.extend(beginning::findings(facts));
    let paused = |paused: &bool, source: &str| not_paused(*paused, facts, source);
    let of_portal = (Getter::of_all("paused"), &contracts.portal_paused);
    findings.push(portal.judge(GATE, of_portal, paused));
    findings.push(system.judge(GATE, (PAUSED, &contracts.system_config_paused), paused));
    findings
}

fn of_registry(facts: &Facts) -> Vec<Finding> {
    let (at, registry) = match registry(GATE, facts) {
        Ok(registry) => registry,
        Err(finding) => return vec![finding],
    };
    let source =
        |call: &str| format!("AnchorStateRegistry.{call} at {at} on {}", facts.l1.endpoint);
    let games =
        (facts.config.chain.dispute_game_factory, "disputeGameFactory of the configuration");
    let system_config = facts.rollup.l1_system_config_address;
    let of_system_config = source("systemConfig()");
    vec![
        same(&registry.factory, &games, &source("disputeGameFactory()")),
        with(&registry.system_config, GATE, system_config, &of_system_config, |&found| {
            Comparison::new(
                GATE,
                (system_config, "l1_system_config_address of rollup.json"),
                (found, &of_system_config),
            )
            .warn_unless(
                found == system_config,
                "Another chain's SystemConfig says whether this chain's games are paused and who \
                 guards them. Chains of one cluster (interop) share a registry; on any other the \
                 contracts are not of one deployment.",
            )
        }),
    ]
}

fn same<T: PartialEq + Display>(
    reading: &Reading<T>,
    expected: &(T, &str),
    source: &str,
) -> Finding {
    with(reading, GATE, &expected.0, source, |found| is(found, expected, source))
}

fn is<T: PartialEq + Display>(found: &T, expected: &(T, &str), source: &str) -> Finding {
    Comparison::new(GATE, (&expected.0, expected.1), (found, source))
        .refuse_unless(*found == expected.0, MEND)
}

/// Any number will do: there is a factory.
fn factory_is_there(count: &Reading<U256>, source: &str) -> Finding {
    with(count, GATE, "a dispute game factory", source, |count| {
        Comparison::new(
            GATE,
            ("a dispute game factory", "disputeGameFactory of the configuration"),
            (format!("{count} games"), source),
        )
        .holds()
    })
}

fn not_paused(paused: bool, facts: &Facts, source: &str) -> Finding {
    let found = match (paused, &facts.l1.all_paused) {
        (false, _) => "not paused",
        (true, Some(Ok(true))) => "paused, as all chains of this superchain",
        (true, Some(Ok(false))) => "paused, this chain alone",
        (true, _) => "paused",
    };
    Comparison::new(GATE, ("not paused", "withdrawals"), (found, source)).warn_unless(
        !paused,
        "The guardian stopped the contracts: blocks are built and deposits work, but nothing \
         can be withdrawn until the guardian lifts the pause.",
    )
}
