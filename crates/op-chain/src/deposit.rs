//! Deposits: what a log of the portal on L1 becomes on L2.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Encodable;
use alloy_sol_types::{SolCall as _, sol};

use crate::rollup::BlockId;

sol! {
    /// Where deposits enter.
    interface DepositPortal {
        /// Sends `value` wei, and a call, from L1 to L2.
        function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes data) external payable;

        /// A deposit; version 0 of the data is mint (32 bytes), value (32), gas (8), creation (1), input.
        event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData);
    }
}

pub use DepositPortal::TransactionDeposited;

/// Why a log of the portal is no deposit of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DepositError {
    /// Only version 0 exists.
    #[error("deposit version {0} is not known")]
    Version(U256),
    /// Fewer bytes than the version has.
    #[error("the deposit's data is cut off")]
    CutOff,
    /// It makes a contract, and only calls are followed here.
    #[error("the deposit makes a contract")]
    Creation,
}

/// What the portal is called with to send `amount` wei to an account on L2, with so much gas.
#[must_use]
pub fn input(to: Address, amount: U256, gas: u64) -> Bytes {
    let call = DepositPortal::depositTransactionCall {
        to,
        value: amount,
        gasLimit: gas,
        isCreation: false,
        data: Bytes::new(),
    };
    call.abi_encode().into()
}

/// Hash of the L2 transaction that follows from a deposit: it commits to all its contents, and to the
/// L1 block that the deposit is in (OP Stack specification, "The Deposited Transaction Type").
pub fn l2_transaction(
    event: &TransactionDeposited,
    l1_block: BlockId,
    log_index: u64,
) -> Result<B256, DepositError> {
    const DEPOSIT_TYPE: u8 = 0x7e;
    if !event.version.is_zero() {
        return Err(DepositError::Version(event.version));
    }
    let (mint, rest) = split::<32>(&event.opaqueData)?;
    let (value, rest) = split::<32>(rest)?;
    let (gas, rest) = split::<8>(rest)?;
    let ([creation], input) = split::<1>(rest)?;
    if creation != 0 {
        return Err(DepositError::Creation);
    }
    let source = source_hash(l1_block.hash, log_index);
    let mint = U256::from_be_bytes(mint);
    let value = U256::from_be_bytes(value);
    let gas = u64::from_be_bytes(gas);
    let is_system = false;
    let fields: [&dyn Encodable; 8] =
        [&source, &event.from, &event.to, &mint, &value, &gas, &is_system, &input];
    let mut encoded = vec![DEPOSIT_TYPE];
    alloy_rlp::encode_list::<_, dyn Encodable>(&fields, &mut encoded);
    Ok(keccak256(encoded))
}

/// The source hash of a user's deposit (OP Stack specification, "Source hash computation", domain 0).
fn source_hash(l1_block: B256, log_index: u64) -> B256 {
    let deposit = keccak256([l1_block.0, U256::from(log_index).to_be_bytes()].concat());
    keccak256([B256::ZERO, deposit].concat())
}

fn split<const N: usize>(data: &[u8]) -> Result<([u8; N], &[u8]), DepositError> {
    let (head, rest) = data.split_first_chunk().ok_or(DepositError::CutOff)?;
    Ok((*head, rest))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, b256, uint};

    use super::*;

    const GAS: u64 = 100_000;
    const L1_BLOCK: BlockId = BlockId {
        hash: b256!("60cc26536d7686744e81bd9717055ca8e891cd5fc438cba4267610ec4702fca8"),
        number: 3,
    };

    fn deposited() -> TransactionDeposited {
        let mint = uint!(1_000_000_000_000_000_000_U256).to_be_bytes::<32>();
        TransactionDeposited {
            from: address!("976ea74026e726554db657fa54763abd0c3a0aa9"),
            to: address!("aa219c1f2c0777587066ae1199bf86fc2f014f50"),
            version: U256::ZERO,
            opaqueData: [&mint[..], &mint[..], &GAS.to_be_bytes()[..], &[0]].concat().into(),
        }
    }

    /// A deposit of op-devnet, and the transaction that op-node v1.16.10 derived from it.
    #[test]
    fn the_l2_transaction_is_the_one_that_op_node_derives() {
        let hash = b256!("f12c1cc11e430b9534ad95295e4470d5ac074dde90b91f012c3696b7702c98af");
        assert_eq!(l2_transaction(&deposited(), L1_BLOCK, 0), Ok(hash));
        assert_ne!(l2_transaction(&deposited(), L1_BLOCK, 1), Ok(hash));
    }

    #[test]
    fn what_is_no_such_deposit_is_an_error() {
        let mut cut = deposited();
        cut.opaqueData = cut.opaqueData.slice(..72);
        assert_eq!(l2_transaction(&cut, L1_BLOCK, 0), Err(DepositError::CutOff));
        let version = TransactionDeposited { version: U256::ONE, ..deposited() };
        assert_eq!(l2_transaction(&version, L1_BLOCK, 0), Err(DepositError::Version(U256::ONE)));
        let mut creation = deposited().opaqueData.to_vec();
        creation[72] = 1;
        let creation = TransactionDeposited { opaqueData: creation.into(), ..deposited() };
        assert_eq!(l2_transaction(&creation, L1_BLOCK, 0), Err(DepositError::Creation));
    }
}
