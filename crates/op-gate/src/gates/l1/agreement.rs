//! The endpoints of L1 serve one and the same chain.
//!
//! The second opinion is optional, so its absence stops nothing: the first endpoint is the one that the
//! programs use, and it is judged by gates of its own. An endpoint that is behind has not said anything
//! else. But two that name different blocks at one finalized height cannot both be right, and a chain
//! that starts on the wrong one is lost.

use eth_rpc::{BlockHead, Reading};

use crate::finding::{Answer, Comparison, Finding};
use crate::read::{Facts, error::FactsError, l1::agreement::Other};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::L1Agreement;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    if facts.l1.others.is_empty() {
        return vec![Finding::skip(
            GATE,
            "one endpoint only: l1.others names none to compare it with",
        )];
    }
    facts.l1.others.iter().flat_map(|other| of(facts, other)).collect()
}

fn of(facts: &Facts, other: &Result<Other, FactsError>) -> Vec<Finding> {
    let other = match other {
        Ok(other) => other,
        Err(error) => return vec![unusable(error)],
    };
    let l1 = &facts.l1;
    let id = |id: &Reading<u64>| id.clone().map(|id| Some(id.to_string()));
    // With an endpoint of another chain there is nothing to compare.
    let first_id = l1.right_chain.clone().and(id(&l1.chain_id));
    let hash = |block: &Reading<Option<BlockHead>>| {
        block.clone().map(|block| block.map(|block| block.hash.to_string()))
    };
    let number = facts.rollup.genesis.l1.number;
    // Without a finalized block nobody was asked for it, and that is what is reported.
    let finalized = other.finalized.as_ref().map_or(Ok(None), hash);
    let mut findings = vec![
        compared("the chain id", (first_id, &l1.endpoint), (id(&other.chain_id), &other.endpoint)),
        compared(
            &format!("L1 origin {number}"),
            (hash(&l1.origin), &l1.endpoint),
            (hash(&other.origin), &other.endpoint),
        ),
        compared(
            "the finalized block",
            (hash(&l1.finalized), &l1.endpoint),
            (finalized, &other.endpoint),
        ),
    ];
    // An endpoint that is not there is reported once.
    findings.dedup_by(|next, last| {
        (&next.found, &next.mend) == (&last.found, &last.mend) && next.answer == Answer::Warn
    });
    findings
}

/// A URL that is none is an error of the configuration; a file that is not there yet, of the moment.
fn unusable(error: &FactsError) -> Finding {
    let expected = ("another endpoint of L1", "l1.others of the configuration");
    let comparison = Comparison::new(GATE, expected, (error, "this host"));
    if error.is_absent() { comparison.warn(error.mend()) } else { comparison.refuse(error.mend()) }
}

/// What both say of the same thing. The first endpoint's silence is for its own gates; here it means
/// that nothing is compared.
fn compared(
    what: &str,
    (first, first_endpoint): (Reading<Option<String>>, &str),
    (second, second_endpoint): (Reading<Option<String>>, &str),
) -> Finding {
    match (first, second) {
        (Err(error), _) => Finding::unread(GATE, what, first_endpoint, &error),
        (Ok(None), _) => {
            Comparison::new(GATE, (what, "a block to compare"), ("no such block", first_endpoint))
                .wait("Let the L1 endpoint sync.")
        }
        (_, Err(error)) => Comparison::new(
            GATE,
            ("a second opinion", "l1.others"),
            (error, second_endpoint),
        )
        .warn(format!(
            "{second_endpoint} gives no second opinion: bring it back, or take it out of l1.others."
        )),
        (Ok(Some(first)), Ok(None)) => Comparison::new(
            GATE,
            (format!("{what}: {first}"), first_endpoint),
            ("no such block yet", second_endpoint),
        )
        .warn(format!("{second_endpoint} is behind: let it sync, or name another in l1.others.")),
        (Ok(Some(first)), Ok(Some(second))) => {
            let same = first == second;
            let found =
                if same { "the endpoints agree".to_owned() } else { format!("{what}: {second}") };
            let expected = (format!("{what}: {first}"), first_endpoint);
            Comparison::new(GATE, expected, (found, second_endpoint)).refuse_unless(
                same,
                format!(
                    "{first_endpoint} and {second_endpoint} serve different chains: find out \
                     which one is right (a third endpoint, a block explorer), use that one, and \
                     take the other out."
                ),
            )
        }
    }
}
