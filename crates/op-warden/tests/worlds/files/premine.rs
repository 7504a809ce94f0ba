//! Balances that a genesis gives away.

use serde_json::{Value, json};

use crate::{
    case::Case,
    verdict::Verdict::{Refuse, Warn},
    world::{PREMINED, World, file::File},
};

/// Whose key nobody knows.
const OWN: &str = "1a00000000000000000000000000000000000001";
/// The liquidity of a gas token of the chain's own.
const LIQUIDITY: &str = "4200000000000000000000000000000000000029";

pub(super) fn balances(cases: &mut Vec<Case>) {
    let (refused, warned) = ([("premine", Refuse)], [("premine", Warn)]);
    for (name, account, balance, public, noticed) in [
        ("a published account", PREMINED, "0x21e19e0c9bab2400000", true, &refused[..]),
        ("a published account on a private L1", PREMINED, "0x21e19e0c9bab2400000", false, &[]),
        ("an account of somebody's", OWN, "0x21e19e0c9bab2400000", true, &warned),
        ("a wei", PREMINED, "0x1", true, &[]),
        ("the protocol's own", LIQUIDITY, "0x21e19e0c9bab2400000", true, &[]),
    ] {
        cases.push(Case::new(format!("premined: {name}"), noticed, |world| {
            if public {
                world.settle_on(11_155_111);
            }
            let genesis = with(world, account, balance);
            world.text("genesis.json", genesis);
            world.agree_on_hash();
        }));
    }
}

/// The genesis with an account.
fn with(world: &World, account: &str, balance: &str) -> String {
    let File::Text(text) = &world.files["genesis.json"] else { unreachable!() };
    let mut genesis: Value = serde_json::from_str(text).unwrap();
    genesis["alloc"][account] = json!({"balance": balance});
    genesis.to_string()
}
