//! What a genesis puts behind the predeploys that every block depends on.
//!
//! Each L2 block begins with a transaction of the protocol's own that calls `L1Block` in the form of
//! the newest active fork. A fork that activates later brings the code for it along; a fork that is
//! active at genesis finds what `alloc` holds. Without the right function that transaction fails in
//! every block, and nothing else does: all heads advance, `getL1Fee` is 0.

use alloy_primitives::{Address, B256, U256, address, b256};

/// `L1Block`.
pub(super) const L1_BLOCK: Address = address!("4200000000000000000000000000000000000015");
/// `GasPriceOracle`.
pub(super) const GAS_PRICE_ORACLE: Address = address!("420000000000000000000000000000000000000F");
/// `L2ToL1MessagePasser`.
pub(super) const MESSAGE_PASSER: Address = address!("4200000000000000000000000000000000000016");
/// EIP-1967: the slot that holds a proxy's implementation.
pub(super) const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// The predeploys of a genesis; proxies are looked through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Predeploys {
    /// The forms of L1 attributes that `L1Block` takes; `None` where there is no code.
    pub l1_block: Option<Setters>,
    /// Slot 0 of `GasPriceOracle`, which says for which forks it computes; `None` where there is no code.
    pub gas_price_oracle: Option<U256>,
    /// Whether `L2ToL1MessagePasser` has code.
    pub message_passer: bool,
}

/// A function of `L1Block` that takes the L1 attributes, named for the fork that it came with
/// (op-node `rollup/derive/l1_block_info.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "every variant is the fork it names")]
pub enum Setter {
    Bedrock,
    Ecotone,
    Isthmus,
    Jovian,
}

impl Setter {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Bedrock, Self::Ecotone, Self::Isthmus, Self::Jovian];

    /// The function's name in Solidity.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bedrock => "setL1BlockValues",
            Self::Ecotone => "setL1BlockValuesEcotone",
            Self::Isthmus => "setL1BlockValuesIsthmus",
            Self::Jovian => "setL1BlockValuesJovian",
        }
    }

    /// The first four bytes of a call to it.
    #[must_use]
    pub const fn selector(self) -> [u8; 4] {
        match self {
            Self::Bedrock => [0x01, 0x5d, 0x8e, 0xb9],
            Self::Ecotone => [0x44, 0x0a, 0x5e, 0x20],
            Self::Isthmus => [0x09, 0x89, 0x99, 0xbe],
            Self::Jovian => [0x3d, 0xb6, 0xbe, 0x2b],
        }
    }
}

/// Which of the [`Setter`]s a contract has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Setters([bool; 4]);

impl Setters {
    /// Those whose selector the code compares with.
    pub(super) fn of_code(code: &[u8]) -> Self {
        const PUSH4: u8 = 0x63;
        let mut found = [false; 4];
        for constant in code.windows(5).filter(|window| window[0] == PUSH4) {
            for setter in Setter::ALL {
                found[setter as usize] |= constant[1..] == setter.selector();
            }
        }
        Self(found)
    }

    /// Whether the contract has it.
    #[must_use]
    pub const fn has(self, setter: Setter) -> bool {
        self.0[setter as usize]
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{hex, keccak256};

    use super::*;

    #[test]
    fn selectors_are_those_of_the_signatures() {
        // The newer forms are packed by hand and declare no parameters.
        for (setter, parameters) in Setter::ALL.into_iter().zip([
            "(uint64,uint64,uint256,bytes32,uint64,bytes32,uint256,uint256)",
            "()",
            "()",
            "()",
        ]) {
            let signature = format!("{}{parameters}", setter.name());
            assert_eq!(keccak256(&signature)[..4], setter.selector(), "{signature}");
        }
        assert_eq!(
            IMPLEMENTATION_SLOT,
            B256::from(
                U256::from_be_bytes(keccak256("eip1967.proxy.implementation").0) - U256::from(1)
            )
        );
    }

    #[test]
    fn a_selector_counts_where_the_code_compares_with_it() {
        for (code, expected) in [
            ("", [false; 4]),
            ("63", [false; 4]),
            ("63440a5e", [false; 4]),
            ("440a5e20", [false; 4]),
            ("8063440a5e2014", [false, true, false, false]),
            ("636363440a5e20", [false, true, false, false]),
            ("63015d8eb963098999be633db6be2b", [true, false, true, true]),
        ] {
            assert_eq!(Setters::of_code(&hex::decode(code).unwrap()), Setters(expected), "{code}");
        }
    }
}
