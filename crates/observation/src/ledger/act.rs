//! Proposing and attesting: what is there already is left alone, so that a command may be run again.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use alloy_sol_types::SolEvent;
use eth_rpc::transaction::Receipt;

use super::account::{Account, Call};
use super::choice::{Choice, SignedBefore, choose};
use super::error::LedgerError;
use super::progress::Progress;
use super::signed::Signed;
use super::state::{Ledger, State};
use crate::contracts::EveryChannelObservationLedger::{
    Attested, Equivocated, Proposed, attestBatchCall, finalizeCall, maxFutureMsCall,
    proposeBatchCall,
};
use crate::{header::ObservationHeader, observation::Observation};

/// Observations in a transaction: some five million gas.
const BATCH: usize = 80;
/// Gas that an observation takes if it becomes final with the attestation: in an estimate it may be missing, as
/// others attest in the same block. The first of a stream takes most.
pub(super) const FINAL_GAS: u64 = 60_000;
/// Gas that a proposal takes more if another one of its slot is there before.
const CONTEST_GAS: u64 = 30_000;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Observations that were proposed or attested to, as the ledger's log says.
    pub observations: usize,
    pub transactions: usize,
    pub gas: u64,
    /// What was not signed, as the witness signed another observation of the slot before.
    pub refused: Vec<SignedBefore>,
    /// The first observation of each stream that the ledger takes for one of the future. It was not proposed, nor
    /// was what follows it.
    pub future: Vec<Observation>,
}

impl Done {
    /// Adds a transaction.
    pub(super) fn add(&mut self, receipt: &Receipt) {
        self.transactions += 1;
        self.gas += receipt.gas_used.to::<u64>();
    }
}

impl Ledger {
    /// Proposes the observations that are not proposed yet, in their order, and leaves those of the future out.
    /// `progress` is called after each transaction.
    pub async fn propose(
        &self,
        account: &Account,
        observations: &[Observation],
        progress: impl Fn(&Done),
    ) -> Result<Done, LedgerError> {
        let open = |state: &State| !state.proposed && state.finalized.is_none();
        let states = self.states(observations, None, None).await?;
        let mut done = Done::default();
        let due = self.due(chosen(observations, &states, open), &mut done).await?;
        for chunk in due.chunks(BATCH) {
            let headers = headers(chunk);
            let what = format!("proposing {} observations", chunk.len());
            let reserve = CONTEST_GAS.saturating_mul(chunk.len() as u64);
            let call = proposeBatchCall { headers };
            let call = Call { reserve, ..Call::of(self.address, &call, &what) };
            let receipt = account.send(call).await?;
            done.add(&receipt);
            done.observations += self
                .logged::<Proposed>(&receipt)
                .filter(|log| log.proposer == account.address())
                .count();
            progress(&done);
        }
        Ok(done)
    }

    /// Those that are not of the future: one of them would make the ledger refuse the others as well.
    async fn due(
        &self,
        observations: Vec<Observation>,
        done: &mut Done,
    ) -> Result<Vec<Observation>, LedgerError> {
        if observations.is_empty() {
            return Ok(observations);
        }
        let max_future: u64 = self.read(self.address, &maxFutureMsCall {}).await?;
        let now = self.newest_block().await?.timestamp.to::<u64>();
        let latest = now.saturating_mul(1000).saturating_add(max_future);
        let is_due = |own: &Observation| own.header.observedUnixMs <= latest;
        let (due, future): (Vec<_>, Vec<_>) = observations.into_iter().partition(is_due);
        for own in future {
            if done.future.iter().all(|known| known.stream != own.stream) {
                done.future.push(own);
            }
        }
        Ok(due)
    }

    /// What of these observations the witness may still sign, proposed or not.
    pub async fn unsigned(
        &self,
        account: &Account,
        observations: &[Observation],
    ) -> Result<Choice, LedgerError> {
        let observations = self.linked(observations).await?;
        let states = self.states(&observations, Some(account.address()), None).await?;
        let mut signed = account.signed(self.address)?;
        Ok(choose(&observations, &states, signed.known()?, false))
    }

    /// The observations by streams, without those of a stream that lacks a final one: they can never be final,
    /// and a signature would spend their slots.
    async fn linked(&self, observations: &[Observation]) -> Result<Vec<Observation>, LedgerError> {
        let mut streams = BTreeMap::<&str, Vec<Observation>>::new();
        for own in observations {
            streams.entry(&own.stream).or_default().push(own.clone());
        }
        let mut linked = Vec::with_capacity(observations.len());
        for stream in streams.into_values() {
            if !matches!(self.progress(&stream).await?, Progress::Lacks(_)) {
                linked.extend(stream);
            }
        }
        Ok(linked)
    }

    /// Attests to the observations to which the account has not attested yet, those left out that are not
    /// proposed, whose slot is final or in whose slot it signed another one; then makes final what waited for a
    /// parent.
    pub async fn attest(
        &self,
        account: &Account,
        observations: &[Observation],
        progress: impl Fn(&Done),
    ) -> Result<Done, LedgerError> {
        let witness = account.address();
        if !self.is_witness(witness).await? {
            return Err(LedgerError::NoWitness { account: witness, registry: self.registry });
        }
        let observations = self.linked(observations).await?;
        let states = self.states(&observations, Some(witness), None).await?;
        let mut signed = account.signed(self.address)?;
        let Choice { open, refused } = choose(&observations, &states, signed.known()?, true);
        let known = refused.len();
        let mut done = Done { refused, ..Done::default() };
        for chunk in open.chunks(BATCH) {
            // Another machine may have signed meanwhile: what follows in that stream waits, too.
            let meanwhile = &done.refused[known..];
            let stopped = |own: &Observation| {
                meanwhile.iter().any(|refused| refused.own.stream == own.stream)
            };
            let chunk: Vec<_> = chunk.iter().filter(|own| !stopped(own)).cloned().collect();
            self.attest_some(account, &mut signed, &chunk, &mut done).await?;
            progress(&done);
        }
        self.finalize(account, &observations, &mut done).await?;
        Ok(done)
    }

    /// What the chain says is asked at the block of the account's nonce: whoever else signs with this key takes that
    /// nonce away, and then this transaction never gets into a block.
    async fn attest_some(
        &self,
        account: &Account,
        signed: &mut Signed,
        chunk: &[Observation],
        done: &mut Done,
    ) -> Result<(), LedgerError> {
        let mut ran_out = None;
        for gas in [FINAL_GAS, 2 * FINAL_GAS] {
            let turn = account.turn().await?;
            let at = Some(turn.block.hash);
            let states = self.states(chunk, Some(account.address()), at).await?;
            let Choice { open, refused } = choose(chunk, &states, signed.known()?, true);
            done.refused.extend(refused);
            if open.is_empty() {
                return Ok(());
            }
            let what = format!("attesting to {} observations", open.len());
            let call = attestBatchCall { headers: headers(&open) };
            let reserve = gas.saturating_mul(open.len() as u64);
            let call = Call { reserve, ..Call::of(self.address, &call, &what) };
            let draft = account.draft(turn, &call).await?;
            // What cannot be sent does not spend the slots.
            if !signed.note(&open)? {
                return Err(LedgerError::SignedMeanwhile { journal: signed.path.clone() });
            }
            match account.sign_and_send(draft, &what).await {
                Err(error @ LedgerError::OutOfGas { .. }) => ran_out = Some(error),
                receipt => return self.count(account.address(), &receipt?, done),
            }
        }
        ran_out.map_or(Ok(()), Err)
    }

    fn count(
        &self,
        witness: Address,
        receipt: &Receipt,
        done: &mut Done,
    ) -> Result<(), LedgerError> {
        done.add(receipt);
        done.observations +=
            self.logged::<Attested>(receipt).filter(|log| log.witness == witness).count();
        match self.logged::<Equivocated>(receipt).find(|log| log.witness == witness) {
            None => Ok(()),
            Some(Equivocated { slot, observationHash: other, .. }) => {
                Err(LedgerError::Equivocated { witness, slot, other })
            }
        }
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
        let states = self.states(observations, None, None).await?;
        for Observation { header, .. } in chosen(observations, &states, waits) {
            if self.head(header.streamHash).await?.observationHash == header.parentObservationHash {
                let call = finalizeCall { header };
                let call = Call::of(self.address, &call, "making an observation final");
                match account.send(call).await {
                    // Another witness was faster.
                    Err(error) if error.is_refusal("SlotIsFinal") => {}
                    receipt => done.add(&receipt?),
                }
            }
        }
        Ok(())
    }

    /// The events of a kind that the ledger logged in a transaction.
    pub(super) fn logged<'a, E: SolEvent>(
        &self,
        receipt: &'a Receipt,
    ) -> impl Iterator<Item = E> + use<'a, E> {
        let ledger = self.address;
        receipt.logs.iter().filter(move |log| log.address == ledger).filter_map(|log| {
            // Events are told by their first topic; another one does not decode.
            E::decode_raw_log(log.topics.iter().copied(), &log.data).ok()
        })
    }
}

fn headers(observations: &[Observation]) -> Vec<ObservationHeader> {
    observations.iter().map(|own| own.header.clone()).collect()
}

/// Those that are in such a state.
fn chosen(
    observations: &[Observation],
    states: &[State],
    is: impl Fn(&State) -> bool,
) -> Vec<Observation> {
    let both = observations.iter().zip(states);
    both.filter(|(_, state)| is(state)).map(|(own, _)| own.clone()).collect()
}
