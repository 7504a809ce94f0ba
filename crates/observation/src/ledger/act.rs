//! Proposing and attesting: what is there already is left alone, so that a command may be run again.

use alloy_primitives::{B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;

use super::state::{Ledger, State};
use super::{account::Account, error::LedgerError};
use crate::contracts::EveryChannelObservationLedger::{
    attestBatchCall, finalizeCall, proposeBatchCall,
};
use crate::{header::ObservationHeader, observation::Observation};

/// Observations in a transaction: some five million gas.
const BATCH: usize = 80;

/// Transactions that were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    pub observations: usize,
    pub transactions: usize,
    pub gas: u64,
}

/// How far the chain is in a stream.
#[derive(Debug)]
pub enum Progress<'a> {
    /// What is final is ours; these are not final yet.
    Open(&'a [Observation]),
    /// The chain has other final observations.
    Differs(Vec<Disagreement>),
}

/// An observation of which the chain has another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// One's own.
    pub own: Observation,
    /// The final one of its slot.
    pub finalized: B256,
}

impl Ledger {
    /// Proposes the observations that are not proposed yet, in their order. `progress` is called after each
    /// transaction.
    pub async fn propose(
        &self,
        account: &Account,
        observations: &[Observation],
        progress: impl Fn(Done),
    ) -> Result<Done, LedgerError> {
        let open = |state: &State| !state.proposed && state.finalized.is_none();
        let states = self.states(observations, None).await?;
        let headers = chosen(observations, &states, open);
        let call = |headers| proposeBatchCall { headers };
        self.in_batches(account, &headers, call, "proposing", progress).await
    }

    /// Attests to the observations to which the account has not attested yet, those left out that are not
    /// proposed or whose slot is final; then makes final what waited for a parent.
    pub async fn attest(
        &self,
        account: &Account,
        observations: &[Observation],
        progress: impl Fn(Done),
    ) -> Result<Done, LedgerError> {
        let witness = account.address();
        if !self.is_witness(witness).await? {
            return Err(LedgerError::NoWitness { account: witness, registry: self.registry });
        }
        let open = |state: &State| state.proposed && state.finalized.is_none() && !state.attested;
        let states = self.states(observations, Some(witness)).await?;
        let headers = chosen(observations, &states, open);
        let call = |headers| attestBatchCall { headers };
        let mut done = self.in_batches(account, &headers, call, "attesting to", progress).await?;
        self.finalize(account, observations, &mut done).await?;
        Ok(done)
    }

    async fn in_batches<C: SolCall>(
        &self,
        account: &Account,
        headers: &[ObservationHeader],
        call: impl Fn(Vec<ObservationHeader>) -> C,
        verb: &str,
        progress: impl Fn(Done),
    ) -> Result<Done, LedgerError> {
        let mut done = Done::default();
        for headers in headers.chunks(BATCH) {
            let what = format!("{verb} {} observations", headers.len());
            self.call(account, &call(headers.to_vec()), &what, &mut done).await?;
            done.observations += headers.len();
            progress(done);
        }
        Ok(done)
    }

    /// Observations that have their quorum and were waiting for their parents.
    async fn finalize(
        &self,
        account: &Account,
        observations: &[Observation],
        done: &mut Done,
    ) -> Result<(), LedgerError> {
        let quorum = u64::from(self.set().await?.quorum);
        let waits = |state: &State| state.finalized.is_none() && state.attestations >= quorum;
        let states = self.states(observations, None).await?;
        for header in chosen(observations, &states, waits) {
            if self.head(header.streamHash).await?.observationHash == header.parentObservationHash {
                let call = finalizeCall { header };
                self.call(account, &call, "making an observation final", done).await?;
            }
        }
        Ok(())
    }

    /// How far the chain is in a stream, whose observations these are. As each holds its parent's hash, the last
    /// final one stands for all before it.
    pub async fn progress<'a>(
        &self,
        stream: &'a [Observation],
    ) -> Result<Progress<'a>, LedgerError> {
        let Some(first) = stream.first() else { return Ok(Progress::Open(stream)) };
        let head = self.head(first.header.streamHash).await?.observationHash;
        if head.is_zero() {
            return Ok(Progress::Open(stream));
        }
        if let Some(known) = stream.iter().position(|own| own.observation_hash == head) {
            return Ok(Progress::Open(&stream[known + 1..]));
        }
        // Ours are other ones, or the chain is ahead of the archive.
        let differ = disagreements(stream, &self.states(stream, None).await?);
        Ok(if differ.is_empty() { Progress::Open(&[]) } else { Progress::Differs(differ) })
    }

    async fn call<C: SolCall>(
        &self,
        account: &Account,
        call: &C,
        what: &str,
        done: &mut Done,
    ) -> Result<(), LedgerError> {
        let input = Bytes::from(call.abi_encode());
        let receipt = account.send(TxKind::Call(self.address), input, U256::ZERO, what).await?;
        done.transactions += 1;
        done.gas += receipt.gas_used.to::<u64>();
        Ok(())
    }
}

/// Observations in whose slots the chain has another final one; their states are in the same order.
#[must_use]
pub fn disagreements(observations: &[Observation], states: &[State]) -> Vec<Disagreement> {
    let differ = |(own, state): (&Observation, &State)| {
        let finalized = state.finalized.filter(|hash| *hash != own.observation_hash)?;
        Some(Disagreement { own: own.clone(), finalized })
    };
    observations.iter().zip(states).filter_map(differ).collect()
}

/// The headers of those that are in such a state.
fn chosen(
    observations: &[Observation],
    states: &[State],
    is: impl Fn(&State) -> bool,
) -> Vec<ObservationHeader> {
    let both = observations.iter().zip(states);
    both.filter(|(_, state)| is(state)).map(|(own, _)| own.header.clone()).collect()
}
