//! Who owns the registry: it is offered, and then taken.

use alloy_primitives::Address;

use super::account::{Account, Call};
use super::error::LedgerError;
use super::state::Ledger;
use crate::contracts::EveryChannelWitnessRegistry::{
    acceptOwnershipCall, ownerCall, pendingOwnerCall, transferOwnershipCall,
};

impl Ledger {
    /// The owner, and whom the registry is offered to; zero while to nobody.
    pub async fn owners(&self) -> Result<(Address, Address), LedgerError> {
        let owner = self.read(self.registry, &ownerCall {}).await?;
        Ok((owner, self.read(self.registry, &pendingOwnerCall {}).await?))
    }

    /// Offers the registry; zero takes an offer back.
    pub async fn offer(&self, owner: &Account, to: Address) -> Result<(), LedgerError> {
        let call = transferOwnershipCall { to };
        owner
            .send(Call::of(self.registry, &call, &format!("offering the registry to {to}")))
            .await?;
        Ok(())
    }

    /// Takes the registry that was offered to the account.
    pub async fn accept(&self, account: &Account) -> Result<(), LedgerError> {
        let what = "taking the registry";
        account.send(Call::of(self.registry, &acceptOwnershipCall {}, what)).await?;
        Ok(())
    }
}
