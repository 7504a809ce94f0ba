//! The accounts that anvil funds on its L1: published keys, worth nothing anywhere else.

use alloy_primitives::{Address, hex};
use anyhow::Result;
use eth_rpc::{key::SecretKey, transaction::Fees};

/// Accounts 0 to 9 of Foundry's test mnemonic ("test test … junk").
const PUBLISHED: [[u8; 32]; 10] = [
    hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    hex!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    hex!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    hex!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    hex!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    hex!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    hex!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    hex!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    hex!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// Who is who among them, where the contracts' source leaves the choice to op-devnet.
pub(crate) const OWNER: usize = 0;
pub(crate) const BATCHER: usize = 1;
pub(crate) const PROPOSER: usize = 2;
pub(crate) const CHALLENGER: usize = 3;
pub(crate) const SEQUENCER: usize = 4;
/// Has no role on any chain.
pub(crate) const STRANGER: usize = 8;
/// Deposits and withdraws in proofs.
pub(crate) const USER: usize = 6;

/// For whoever uses the chain.
pub(crate) const FREE: usize = 9;

/// What their transactions offer; the devnet's L1 and L2 start at 1 gwei.
pub(crate) const FEES: Fees = Fees { max: 100_000_000_000, priority: 1_000_000_000 };

pub(crate) fn key(index: usize) -> Result<SecretKey> {
    Ok(SecretKey::from_bytes(&PUBLISHED[index])?)
}

pub(crate) fn address(index: usize) -> Result<Address> {
    Ok(key(index)?.address())
}

pub(crate) fn addresses() -> Result<Vec<Address>> {
    (0..PUBLISHED.len()).map(address).collect()
}

/// The key of an address, if it is one of them.
pub(crate) fn key_of(address: Address) -> Option<SecretKey> {
    PUBLISHED
        .iter()
        .filter_map(|bytes| SecretKey::from_bytes(bytes).ok())
        .find(|key| key.address() == address)
}
