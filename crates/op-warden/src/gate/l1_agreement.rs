//! The endpoints of L1 serve one and the same chain.
//!
//! The second opinion is optional, so its absence stops nothing: the first endpoint is the one that the
//! programs use, and it is judged by gates of its own. An endpoint that is behind has not said anything
//! else. But two that name different blocks at one finalized height cannot both be right, and a chain
//! that starts on the wrong one is lost.

use std::fmt::Display;

use op_chain::rpc::{BlockHead, Reading, Unread};

use super::{
    Answer, Finding, Gate, chain,
    facts::{Facts, FactsError, Other},
};

const GATE: Gate = Gate::L1Agreement;

pub(super) fn holds(facts: &Facts) -> Vec<Finding> {
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
    let compare =
        |what: &str, first: &Reading<Option<BlockHead>>, second: &Reading<Option<BlockHead>>| {
            let sides = [(first, &l1.shown), (second, &other.shown)];
            blocks(what, sides)
        };
    let number = facts.rollup.genesis.l1.number;
    let mut findings = vec![
        chain_ids(facts, other),
        compare(&format!("L1 origin {number}"), &l1.origin, &other.origin),
    ];
    match &other.finalized {
        Some(finalized) => findings.push(compare("the finalized block", &l1.finalized, finalized)),
        None => findings.push(unread("the finalized block", &l1.finalized, &l1.shown)),
    }
    findings
}

/// A URL that is none is an error of the configuration; a file that is not there yet, of the moment.
fn unusable(error: &FactsError) -> Finding {
    let (answer, mend) = chain::answer_to(error);
    let answer = if answer == Answer::Wait { Answer::Warn } else { answer };
    Finding::compare(
        GATE,
        ("another endpoint of L1", "l1.others of the configuration"),
        (error, "this host"),
    )
    .answered(answer, mend)
}

fn chain_ids(facts: &Facts, other: &Other) -> Finding {
    let first = match &facts.l1.chain_id {
        Ok(id) => id,
        Err(_) => return unread("the chain id", &facts.l1.chain_id, &facts.l1.shown),
    };
    match &other.chain_id {
        Ok(second) => judged(
            "the chain id",
            (first, &facts.l1.shown),
            (second, &other.shown),
            first == second,
        ),
        Err(error) => no_opinion("the chain id", error, &other.shown),
    }
}

fn blocks(what: &str, [first, second]: [(&Reading<Option<BlockHead>>, &String); 2]) -> Finding {
    match (first.0, second.0) {
        (Err(_), _) => unread(what, first.0, first.1),
        (Ok(None), _) => {
            Finding::compare(GATE, (what, "a block to compare"), ("no such block", first.1))
                .wait_unless(false, "Let the L1 endpoint sync.")
        }
        (_, Err(error)) => no_opinion(what, error, second.1),
        (Ok(Some(block)), Ok(None)) => Finding::compare(
            GATE,
            (block.hash, first.1),
            (format!("{what}: no such block yet"), second.1),
        )
        .warn_unless(
            false,
            format!("{} is behind: let it sync, or name another in l1.others.", second.1),
        ),
        (Ok(Some(one)), Ok(Some(two))) => {
            judged(what, (&one.hash, first.1), (&two.hash, second.1), one.hash == two.hash)
        }
    }
}

fn judged(
    what: &str,
    first: (impl Display, &String),
    second: (impl Display, &String),
    same: bool,
) -> Finding {
    let found =
        if same { "the endpoints agree".to_owned() } else { format!("{what}: {}", second.0) };
    let source = (format!("{what}: {}", first.0), first.1);
    Finding::compare(GATE, source, (found, second.1)).refuse_unless(
        same,
        format!(
            "{} and {} serve different chains: find out which one is right (a third endpoint, a block explorer), use that one, and take the other out.",
            first.1, second.1
        ),
    )
}

/// The first endpoint's silence is for its own gates; here it means that nothing is compared.
fn unread<T>(what: &str, reading: &Reading<T>, shown: &str) -> Finding {
    match reading {
        Err(error) => Finding::unread(GATE, what, shown, error),
        Ok(_) => Finding::compare(GATE, (what, "a block to compare"), ("no such block", shown))
            .wait_unless(false, "Let the L1 endpoint sync."),
    }
}

fn no_opinion(what: &str, error: &Unread, shown: &str) -> Finding {
    Finding::compare(GATE, (what, "a second opinion"), (error, shown)).warn_unless(
        false,
        format!("{shown} gives no second opinion: bring it back, or take it out of l1.others."),
    )
}
