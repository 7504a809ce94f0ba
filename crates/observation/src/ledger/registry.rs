//! The witnesses, changed by the registry's owner.

use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;

use super::account::{Account, Call};
use super::error::LedgerError;
use super::state::Ledger;
use crate::contracts::EveryChannelWitnessRegistry::{
    CHANGE_WINDOWCall, addWitnessCall, announceCall, changeDelayCall, dueCall, removeWitnessCall,
    replaceWitnessCall, setQuorumCall,
};

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Made,
    /// It was announced, now or before, and may be made from then on: seconds since the Unix epoch.
    Announced {
        due: u64,
    },
}

impl Ledger {
    pub async fn add_witness(
        &self,
        owner: &Account,
        witness: Address,
        quorum: u32,
    ) -> Result<Change, LedgerError> {
        let call = addWitnessCall { witness, quorum: U256::from(quorum) };
        let is_made = self.is_witness(witness).await? && self.set().await?.quorum == quorum;
        self.change(owner, &call, is_made, &format!("adding the witness {witness}")).await
    }

    pub async fn remove_witness(
        &self,
        owner: &Account,
        witness: Address,
        quorum: u32,
    ) -> Result<Change, LedgerError> {
        let call = removeWitnessCall { witness, quorum: U256::from(quorum) };
        let is_made = !self.is_witness(witness).await? && self.set().await?.quorum == quorum;
        self.change(owner, &call, is_made, &format!("removing the witness {witness}")).await
    }

    /// Puts one witness in the place of another.
    pub async fn replace_witness(
        &self,
        owner: &Account,
        gone: Address,
        come: Address,
    ) -> Result<Change, LedgerError> {
        let call = replaceWitnessCall { gone, come };
        let is_made = self.is_witness(come).await? && !self.is_witness(gone).await?;
        self.change(owner, &call, is_made, &format!("putting {come} in the place of {gone}")).await
    }

    /// Sets how many attestations make an observation final.
    pub async fn set_quorum(&self, owner: &Account, quorum: u32) -> Result<Change, LedgerError> {
        let call = setQuorumCall { quorum: U256::from(quorum) };
        let is_made = self.set().await?.quorum == quorum;
        self.change(owner, &call, is_made, &format!("setting the quorum to {quorum}")).await
    }

    /// Makes a change, or announces it where that comes first: asked for again when it is due, it is made. One
    /// that is made already is not announced anew.
    async fn change<C: SolCall>(
        &self,
        owner: &Account,
        call: &C,
        is_made: bool,
        what: &str,
    ) -> Result<Change, LedgerError> {
        let delay: u64 = self.read(self.registry, &changeDelayCall {}).await?;
        if delay > 0 {
            let change = Bytes::from(call.abi_encode());
            let due = self.due_time(&change).await?;
            let now = self.newest_block().await?.timestamp.to::<u64>();
            let window = self.read(self.registry, &CHANGE_WINDOWCall {}).await?;
            if due == 0 || now > due.saturating_add(window.saturating_to()) {
                if is_made {
                    return Ok(Change::Made);
                }
                let announce = announceCall { change: change.clone() };
                let what = format!("announcing {what}");
                owner.send(Call::of(self.registry, &announce, &what)).await?;
                return Ok(Change::Announced { due: self.due_time(&change).await? });
            }
            if now < due {
                return Ok(Change::Announced { due });
            }
        }
        owner.send(Call::of(self.registry, call, what)).await?;
        Ok(Change::Made)
    }

    async fn due_time(&self, change: &Bytes) -> Result<u64, LedgerError> {
        let due = self.read(self.registry, &dueCall { changeHash: keccak256(change) }).await?;
        Ok(due.saturating_to())
    }
}
