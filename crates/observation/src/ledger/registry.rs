//! The witnesses, changed by the registry's owner.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use eth_rpc::transaction::Receipt;

use super::{account::Account, error::LedgerError, state::Ledger};
use crate::contracts::EveryChannelWitnessRegistry::{
    addWitnessCall, removeWitnessCall, setQuorumCall,
};

impl Ledger {
    pub async fn add_witness(
        &self,
        owner: &Account,
        witness: Address,
        quorum: u32,
    ) -> Result<Receipt, LedgerError> {
        let call = addWitnessCall { witness, quorum: U256::from(quorum) };
        self.change(owner, &call, &format!("adding the witness {witness}")).await
    }

    pub async fn remove_witness(
        &self,
        owner: &Account,
        witness: Address,
        quorum: u32,
    ) -> Result<Receipt, LedgerError> {
        let call = removeWitnessCall { witness, quorum: U256::from(quorum) };
        self.change(owner, &call, &format!("removing the witness {witness}")).await
    }

    /// Sets how many attestations make an observation final.
    pub async fn set_quorum(&self, owner: &Account, quorum: u32) -> Result<Receipt, LedgerError> {
        let call = setQuorumCall { quorum: U256::from(quorum) };
        self.change(owner, &call, &format!("setting the quorum to {quorum}")).await
    }

    async fn change<C: SolCall>(
        &self,
        owner: &Account,
        call: &C,
        what: &str,
    ) -> Result<Receipt, LedgerError> {
        let input = Bytes::from(call.abi_encode());
        owner.send(TxKind::Call(self.registry), input, U256::ZERO, what).await
    }
}
