//! What a witness or a proposer has to be told, whichever command found it.

use alloy_primitives::{Address, B256};
use op_util::foreign::message;
use serde_json::{Value, json};

use super::output::say;
use crate::derive::Stops;
use crate::ledger::{Disagreement, Done, Ledger, LedgerError, Progress, SignedBefore};
use crate::observation::Observation;

/// What stands in the way of observations. Empty when all is well.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// The chain has another final one.
    pub(super) differ: Vec<Disagreement>,
    /// The chain has a final epoch before it that the archive lacks.
    pub(super) lacks: Vec<Observation>,
    /// Not signed: another one of the slot was.
    pub(super) refused: Vec<SignedBefore>,
    /// Not proposed: it is of the future.
    pub(super) future: Vec<Observation>,
    /// Not derived: the archive is to be mended first.
    pub(super) stops: Stops,
}

impl Findings {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn add(&mut self, done: &Done) {
        self.refused.extend(done.refused.iter().cloned());
        self.future.extend(done.future.iter().cloned());
    }

    /// A line for each, but for the streams that stop when they are many.
    pub(super) fn say(&self, ledger: Address) {
        for Disagreement { own, finalized } in &self.differ {
            let ours = own.observation_hash;
            tell(
                own,
                &format!(
                    "{finalized} is final, ours is {ours}: the others derived from other data"
                ),
            );
        }
        for own in &self.lacks {
            tell(
                own,
                "it can never be final: the ledger has a final epoch before it that this archive lacks. Find out what is \
                 missing, and derive again",
            );
        }
        for SignedBefore { own, other } in &self.refused {
            let other = other.map_or("another one".to_owned(), |other| other.to_string());
            tell(
                own,
                &format!(
                    "not signed: this key signed {other} for this slot of the ledger {}, and now derives {}. Either \
                     the archive changed after that, or the key signs elsewhere too",
                    ledger, own.observation_hash
                ),
            );
        }
        for own in &self.future {
            let time = own.header.observedUnixMs;
            tell(
                own,
                &format!(
                    "not proposed, nor is what follows it: it has an entry of the future, {time} ms since 1970. Is the \
                     archive's clock right?"
                ),
            );
        }
        say_stops(&self.stops);
    }

    pub(super) fn add_to(&self, document: &mut Value) {
        let place = |own: &Observation| json!({"stream": own.stream, "epoch": own.epoch});
        let with = |own: &Observation, name: &str, hash: &Option<B256>| {
            let mut place = place(own);
            place["ours"] = json!(own.observation_hash);
            place[name] = json!(hash);
            place
        };
        let differ = self.differ.iter().map(|it| with(&it.own, "final", &Some(it.finalized)));
        document["disagreements"] = differ.collect();
        document["lacking"] = self.lacks.iter().map(place).collect();
        let refused = self.refused.iter().map(|it| with(&it.own, "signedBefore", &it.other));
        document["refused"] = refused.collect();
        document["future"] = self.future.iter().map(place).collect();
    }
}

pub(super) fn say_stops(stops: &Stops) {
    for stop in &stops.named {
        say(message(&stop.to_string()));
    }
    let more = stops.count - stops.named.len() as u64;
    if more > 0 {
        say(format_args!("{more} more streams are left out in part or as a whole"));
    }
}

/// A line about an observation, whose names are whatever the archive has.
pub(super) fn tell(own: &Observation, what: &str) {
    say(message(&format!("stream {:?}, epoch {:?}: {what}", own.stream, own.epoch)));
}

/// The first observation of each stream that can never be final, as the archive lacks an epoch.
pub(super) async fn lacking(
    ledger: &Ledger,
    observations: &[Observation],
) -> Result<Vec<Observation>, LedgerError> {
    let mut lacking = Vec::new();
    for stream in observations.chunk_by(|one, other| one.stream == other.stream) {
        if let Progress::Lacks(own) = ledger.progress(stream).await? {
            lacking.push(own.clone());
        }
    }
    Ok(lacking)
}
