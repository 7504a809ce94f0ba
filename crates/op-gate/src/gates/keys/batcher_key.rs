//! The batcher's key is the one in `SystemConfig`, and in rollup.json.

use op_chain::contracts::batcher_of;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, gates::keys::role::key_is, read::Facts};

const GATE: Gate = Gate::BatcherKey;
const MEND: &str = "\
    rollup.json names another batcher than the contract: take rollup.json from where the chain \
    was made.";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let system_config = facts.rollup.l1_system_config_address;
    let on_chain =
        format!("SystemConfig.batcherHash() at {system_config} on {}", facts.l1.endpoint);
    let batcher = facts.l1.batcher_hash.clone().and_then(batcher_of);
    let mend = "\
        Give the batcher the key of the expected address, or make the key's address the batcher \
        with SystemConfig.setBatcherHash. With another key no batch counts and the safe head \
        stays where it is.";
    let mut findings = key_is(GATE, service, facts, &batcher, &on_chain, mend);
    findings.push(with(
        &batcher,
        GATE,
        facts.rollup.genesis.system_config.batcher,
        &on_chain,
        |&live| {
            let written = facts.rollup.genesis.system_config.batcher;
            Comparison::new(
                GATE,
                (live, &on_chain),
                (written, "genesis.system_config.batcherAddr of rollup.json"),
            )
            .refuse_unless(live == written, MEND)
        },
    ));
    findings
}
