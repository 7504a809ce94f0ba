//! What a witness may sign: one observation of a slot, and nothing that follows from one that it may not sign.

use std::collections::BTreeSet;

use alloy_primitives::B256;

use super::signed::Known;
use super::state::{State, Word};
use crate::observation::Observation;

/// An observation that is not signed, as the witness signed another one of its slot before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBefore {
    /// The one that is not signed.
    pub own: Observation,
    /// The one that was. `None` where only the chain knows that there is one.
    pub other: Option<B256>,
}

/// Which observations are signed.
#[derive(Debug, Default)]
pub struct Choice {
    pub open: Vec<Observation>,
    pub refused: Vec<SignedBefore>,
}

/// Chooses from observations, each stream's in their order, whose states are in the same order. What is final or
/// signed is left out; with `proposed_only` also what cannot be attested to yet.
pub(super) fn choose(
    observations: &[Observation],
    states: &[State],
    known: &Known,
    proposed_only: bool,
) -> Choice {
    let mut choice = Choice::default();
    // What follows one that will not be final can only be final if others are wrong about it, too: and the slot would
    // be spent.
    let mut stopped = BTreeSet::new();
    let mut chosen = Known::new();
    for (own, state) in observations.iter().zip(states) {
        if stopped.contains(own.stream.as_str()) {
            continue;
        }
        if let Some(finalized) = state.finalized {
            if finalized != own.observation_hash {
                stopped.insert(own.stream.as_str());
            }
            continue;
        }
        let before = known.get(&own.slot).or_else(|| chosen.get(&own.slot)).copied();
        let other = before.filter(|hash| *hash != own.observation_hash);
        if other.is_some() || state.word == Word::Other {
            stopped.insert(own.stream.as_str());
            choice.refused.push(SignedBefore { own: own.clone(), other });
        } else if state.word == Word::None
            && (state.proposed || !proposed_only)
            && chosen.insert(own.slot, own.observation_hash).is_none()
        {
            choice.open.push(own.clone());
        }
    }
    choice
}

/// The same where no chain can be asked: what the key signed itself is all that is known.
pub(super) fn offline(observations: &[Observation], known: &Known) -> Choice {
    let unknown = State { proposed: true, attestations: 0, finalized: None, word: Word::None };
    choose(observations, &vec![unknown; observations.len()], known, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::example as own;

    const OPEN: State =
        State { proposed: true, attestations: 0, finalized: None, word: Word::None };

    fn chosen(states: [State; 3], known: &Known, proposed_only: bool) -> (String, String) {
        let all = [own("a", 1, 1), own("a", 2, 1), own("b", 3, 1)];
        let Choice { open, refused } = choose(&all, &states, known, proposed_only);
        let names = |all: &mut dyn Iterator<Item = &Observation>| {
            all.map(|own| own.epoch.as_str()).collect::<Vec<_>>().join(" ")
        };
        (names(&mut open.iter()), names(&mut refused.iter().map(|refused| &refused.own)))
    }

    #[test]
    fn a_slot_is_signed_once_and_nothing_after_it_in_its_stream() {
        let none = Known::new();
        let both = |open: &str, refused: &str| (open.to_owned(), refused.to_owned());
        assert_eq!(chosen([OPEN; 3], &none, true), both("1 2 3", ""));
        // Signed as another one before: by the journal, by the chain.
        let other: Known = [(own("a", 1, 1).slot, own("a", 1, 9).observation_hash)].into();
        assert_eq!(chosen([OPEN; 3], &other, true), both("3", "1"));
        let by_chain = State { word: Word::Other, ..OPEN };
        assert_eq!(chosen([by_chain, OPEN, OPEN], &none, true), both("3", "1"));
        // The same one may be signed again: the transaction may be lost.
        let same: Known = [(own("a", 1, 1).slot, own("a", 1, 1).observation_hash)].into();
        assert_eq!(chosen([OPEN; 3], &same, true), both("1 2 3", ""));
        let this = State { word: Word::This, ..OPEN };
        assert_eq!(chosen([this, OPEN, OPEN], &same, true), both("2 3", ""));
        // Another one is final: what follows ours will not be. Ours is: it is over.
        let lost = State { finalized: Some(B256::repeat_byte(9)), ..OPEN };
        assert_eq!(chosen([lost, OPEN, OPEN], &none, true), both("3", ""));
        let done = State { finalized: Some(own("a", 1, 1).observation_hash), ..OPEN };
        assert_eq!(chosen([done, OPEN, OPEN], &other, true), both("2 3", ""));
        // A file that has two observations of a slot, or one twice.
        let twice = [own("a", 1, 1), own("a", 1, 1), own("a", 1, 2), own("a", 2, 1)];
        let Choice { open, refused } = choose(&twice, &[OPEN; 4], &none, true);
        assert_eq!(open, twice[..1]);
        assert_eq!(
            refused,
            [SignedBefore { own: own("a", 1, 2), other: Some(own("a", 1, 1).observation_hash) }]
        );
        let unknown = State { proposed: false, ..OPEN };
        assert_eq!(chosen([unknown, OPEN, unknown], &none, true), both("2", ""));
        assert_eq!(chosen([unknown, OPEN, unknown], &none, false), both("1 2 3", ""));
    }
}
