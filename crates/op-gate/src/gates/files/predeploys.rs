//! The contracts that the genesis puts on L2 can serve the forks that are active there.
//!
//! A chain with an old `L1Block` looks healthy: all heads advance, games and deposits work. But the
//! first transaction of every block fails, the L2 never learns of L1, and no transaction pays an L1 fee.

use alloy_primitives::U256;
use op_chain::{forks::Fork, genesis::Setter};

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Predeploys;
const L1_BLOCK: &str =
    "L1Block, 0x4200000000000000000000000000000000000015 in alloc of genesis.json";

const ORACLE: &str =
    "slot 0 of GasPriceOracle, 0x420000000000000000000000000000000000000F in alloc of genesis.json";

const REMAKE: &str = "\
    Make the genesis with contracts of a release that knows the fork (op-deployer's \
    l2ContractsLocator), or let the fork activate after genesis: then op-node installs them by \
    itself.";

/// The bytes of `GasPriceOracle`'s slot 0, from the lowest on: whether it computes for this fork.
const FLAGS: [Fork; 4] = [Fork::Ecotone, Fork::Fjord, Fork::Isthmus, Fork::Jovian];

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    vec![l1_block(facts), oracle(facts), message_passer(facts)]
}

fn is_active(facts: &Facts, fork: Fork) -> bool {
    facts.rollup.forks.is_active(fork, facts.genesis.header.timestamp)
}

fn l1_block(facts: &Facts) -> Finding {
    let setter = if is_active(facts, Fork::Jovian) {
        Setter::Jovian
    } else if is_active(facts, Fork::Isthmus) {
        Setter::Isthmus
    } else if is_active(facts, Fork::Ecotone) {
        Setter::Ecotone
    } else {
        Setter::Bedrock
    };
    let found = match facts.genesis.predeploys.l1_block {
        Some(setters) if setters.has(setter) => setter.name(),
        Some(_) => "code without it",
        None => "no code",
    };
    Comparison::new(GATE, (setter.name(), "the forks at genesis"), (found, L1_BLOCK)).refuse_unless(
        found == setter.name(),
        format!(
            "Every block's first transaction would fail while all heads look healthy. {REMAKE}"
        ),
    )
}

fn oracle(facts: &Facts) -> Finding {
    let flags = |is_set: &dyn Fn(usize, Fork) -> bool| {
        let set = FLAGS.into_iter().enumerate().filter(|&(place, fork)| is_set(place, fork));
        let names: Vec<_> = set.map(|(_, fork)| fork.name()).collect();
        if names.is_empty() { "no flag".to_owned() } else { names.join(", ") }
    };
    let expected = flags(&|_, fork| is_active(facts, fork));
    let found = facts
        .genesis
        .predeploys
        .gas_price_oracle
        .map(|slot: U256| flags(&|place, _| slot.byte(place) != 0));
    let holds = found.as_ref() == Some(&expected);
    let found = found.unwrap_or_else(|| "no code".to_owned());
    Comparison::new(GATE, (expected, "the forks at genesis"), (found, ORACLE)).warn_unless(
        holds,
        format!(
            "Wallets show a wrong L1 fee (often 0), and the transaction that prepares the \
             oracle for its next fork fails; blocks are built all the same. {REMAKE}"
        ),
    )
}

fn message_passer(facts: &Facts) -> Finding {
    let found = if facts.genesis.predeploys.message_passer {
        "a message passer"
    } else {
        "no message passer"
    };
    Comparison::new(
        GATE,
        ("a message passer", "withdrawals"),
        (
            found,
            "L2ToL1MessagePasser, 0x4200000000000000000000000000000000000016 in alloc of \
             genesis.json",
        ),
    )
    .refuse_unless(
        facts.genesis.predeploys.message_passer,
        format!("No withdrawal could ever be made. {REMAKE}"),
    )
}
