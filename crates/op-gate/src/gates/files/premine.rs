//! The genesis gives no balances away.

use eth_rpc::units::ether;
use op_chain::genesis::Premine;

use crate::finding::{Comparison, Finding};
use crate::gates::l1::public_networks::is_public;
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Premine;
const SOURCE: &str = "balances in alloc of genesis.json";
const EXPECTED: (&str, &str) = (
    "no balance but the protocol's own, on an L1 that others use",
    "ETH on L2 is what was deposited on L1",
);

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let premine = &facts.genesis.premine;
    let public = [facts.config.l1.chain_id, facts.rollup.l1_chain_id]
        .iter()
        .any(|&id| is_public(&facts.config.l1, id));
    let compared = Comparison::new(GATE, EXPECTED, (shown(premine), SOURCE));
    if premine.accounts == 0 || !public {
        return vec![compared.holds()];
    }
    vec![match premine.published {
        Some((_, whose)) => compared.refuse(format!(
            "Everybody has a key of this balance, one of {whose}, and can withdraw what others deposit: make the genesis \
             again without it (op-deployer: fundDevAccounts = false). If nobody else can send transactions to this L1, say \
             so with l1.private."
        )),
        None => compared.warn(
            "Whoever has these accounts can withdraw what others deposit. If that is meant, tell those who use the chain.",
        ),
    }]
}

fn shown(premine: &Premine) -> String {
    let named: Vec<String> = premine
        .first
        .iter()
        .map(|(account, balance)| format!("{account} {} ETH", ether(*balance)))
        .collect();
    match (premine.accounts, premine.accounts.saturating_sub(named.len())) {
        (0, _) => "none".to_owned(),
        (count, 0) => {
            format!("{} ETH in {count} accounts: {}", ether(premine.sum), named.join(", "))
        }
        (count, more) => {
            format!(
                "{} ETH in {count} accounts: {} and {more} more",
                ether(premine.sum),
                named.join(", ")
            )
        }
    }
}
