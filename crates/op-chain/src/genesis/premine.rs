//! Balances that a genesis gives away. ETH on L2 is what was deposited on L1: whoever has a balance that nobody
//! deposited can withdraw what others did.

use alloy_primitives::{Address, U256};

use crate::published;

/// The most accounts that are named.
const NAMED: usize = 8;
/// Below it no balance is worth anything: op-deployer gives a wei to every precompile.
const DUST: U256 = U256::ONE;

/// Balances of accounts that are not the protocol's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Premine {
    /// Their sum, in wei.
    pub sum: U256,
    /// How many accounts there are.
    pub accounts: usize,
    /// The first of them.
    pub first: Vec<(Address, U256)>,
    /// One whose key everybody has, and whose it is.
    pub published: Option<(Address, &'static str)>,
}

impl Premine {
    pub(super) fn add(&mut self, account: Address, balance: U256) {
        if balance <= DUST || is_protocols(&account) {
            return;
        }
        self.sum = self.sum.saturating_add(balance);
        self.accounts += 1;
        if self.first.len() < NAMED {
            self.first.push((account, balance));
        }
        if self.published.is_none() {
            self.published = published::whose(&account).map(|whose| (account, whose));
        }
    }
}

/// 0x4200…0000 to 0x4200…07ff, where the liquidity of a chain's own gas token lies, too.
fn is_protocols(account: &Address) -> bool {
    let bytes = account.0.0;
    bytes[0] == 0x42 && bytes[1..18].iter().all(|byte| *byte == 0) && bytes[18] < 8
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;

    #[test]
    fn what_is_the_protocols_or_dust_is_no_premine() {
        let mut premine = Premine::default();
        let ether = U256::from(10_u64.pow(18));
        premine.add(address!("4200000000000000000000000000000000000029"), U256::MAX);
        premine.add(address!("0000000000000000000000000000000000000001"), U256::ONE);
        assert_eq!(premine, Premine::default());
        for account in [
            address!("4200000000000000000000000000000000000829"),
            address!("4200000000000000010000000000000000000029"),
            address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        ] {
            premine.add(account, ether);
        }
        assert_eq!((premine.accounts, premine.sum), (3, ether * U256::from(3)));
        assert_eq!(premine.published.map(|(account, _)| account), Some(premine.first[2].0));
        for number in 0..20_u64 {
            premine.add(Address::left_padding_from(&number.to_be_bytes()), ether);
        }
        assert_eq!((premine.accounts, premine.first.len()), (23, NAMED));
    }
}
