//! The followers: each head compared with the sequencer's.

use std::cmp::Reverse;

use maud::{Markup, html};

use crate::condition::Name;
use crate::page::badge::{Tone, badge};
use crate::page::parts::{nothing, part, table};
use crate::page::text::{clipped, hash, slug, things};
use crate::status::{Node, Status};
use op_prove::compare::Verdict;

pub(super) fn section(status: &Status) -> Markup {
    let mut followers: Vec<(&String, &Node)> =
        status.nodes.iter().filter(|(_, node)| !node.sequencer).collect();
    followers.sort_by_key(|(name, node)| Reverse(urgency(status, name, node)));
    let content = html! {
        @if followers.is_empty() { (nothing("No follower was compared yet.")) }
        @else { (rows(status, &followers)) }
    };
    part("followers", "Followers", &content)
}

/// What is wrong stands first; else the names' order holds.
fn urgency(status: &Status, name: &str, node: &Node) -> Tone {
    let of = |condition, verdict: Option<&Verdict>| {
        verdict.map_or(Tone::Unknown, |verdict| tone(status, condition, name, verdict))
    };
    of(Name::FollowerUnsafe, node.unsafe_verdict.as_ref())
        .max(of(Name::FollowerSafe, node.safe_verdict.as_ref()))
}

/// The condition says how bad it is to be behind.
fn tone(status: &Status, condition: Name, subject: &str, verdict: &Verdict) -> Tone {
    let behind = matches!(verdict, Verdict::Behind { .. });
    let judged = status.conditions.iter().find(|at| at.name == condition && at.subject == subject);
    judged.filter(|_| behind).map_or_else(|| verdict.into(), |judged| judged.state.into())
}

fn rows(status: &Status, followers: &[(&String, &Node)]) -> Markup {
    let rows = html! {
        thead { tr {
            th scope="col" { "Follower" }
            th scope="col" { "Unsafe head" } th scope="col" { "Safe head" }
            th scope="col" { "Compared up to" }
        } }
        tbody {
            @for (name, node) in followers {
                tr id={ "follower-" (slug(name)) } {
                    th scope="row" { (clipped(name, 40)) }
                    @for (condition, verdict) in [
                        (Name::FollowerUnsafe, &node.unsafe_verdict),
                        (Name::FollowerSafe, &node.safe_verdict),
                    ] {
                        td { @match verdict {
                            Some(verdict) => (in_words(tone(status, condition, name, verdict), verdict)),
                            None => (badge(Tone::Unknown, "not compared")),
                        } }
                    }
                    td { (compared(node.compared_to)) }
                }
            }
        }
    };
    table("followers", "Followers, each head compared with the sequencer's", &rows)
}

fn in_words(tone: Tone, verdict: &Verdict) -> Markup {
    html! {
        (badge(tone, verdict.name()))
        small { @match verdict {
            Verdict::Equal { to, .. } => { "up to block " (to) },
            Verdict::Behind { head, to } => {
                (things(to.saturating_sub(*head), "block", "blocks")) ": " (head) " of " (to)
            },
            Verdict::Diverged { after, block, reference, follower } => {
                (diverged(*after, *block)) br;
                "sequencer " (hash(reference)) br;
                "follower " (hash(follower))
            },
            Verdict::Unknown { reason } => (clipped(reason, 120)),
        } }
    }
}

/// The first diverging block, as far as it is known.
fn diverged(after: Option<u64>, block: u64) -> String {
    match after {
        Some(after) if after.checked_add(1) == Some(block) => format!("first at block {block}"),
        Some(after) => format!("at block {block}; first after block {after}"),
        None => format!("at block {block}; the first is not known"),
    }
}

/// Every block below the next one was compared.
fn compared(next: Option<u64>) -> Markup {
    html! {
        @match next.map(|next| next.checked_sub(1)) {
            Some(Some(last)) => { "block " (last) },
            Some(None) => "no block yet",
            None => (super::text::NOT_KNOWN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{condition::State, page::fixture::status};

    #[test]
    fn the_first_diverging_block_is_named_only_where_it_is_known() {
        assert_eq!(diverged(Some(41), 42), "first at block 42");
        assert_eq!(diverged(Some(9), 42), "at block 42; first after block 9");
        assert_eq!(diverged(None, 42), "at block 42; the first is not known");
        assert_eq!(
            diverged(Some(u64::MAX), 0),
            format!("at block 0; first after block {}", u64::MAX)
        );
    }

    #[test]
    fn the_worst_stands_first() {
        let page = section(&status()).into_string();
        let place = |text: &str| page.find(&format!("id=\"follower-{text}\"")).unwrap();
        assert!(place("follower-b-node") < place("elsewhere"));
        assert!(place("elsewhere") < place("follower-a-node"));
        assert!(!page.contains("sequencer-node"), "the sequencer is not compared with itself");
    }

    #[test]
    fn behind_is_as_bad_as_its_condition() {
        let mut status = status();
        let behind = Verdict::Behind { head: 1, to: 9 };
        let judged =
            |status: &Status| tone(status, Name::FollowerUnsafe, "follower-b-node", &behind);
        assert_eq!(judged(&status), Tone::Bad);
        status.conditions[0].state = State::Ok;
        assert_eq!(judged(&status), Tone::Good);
        status.conditions.clear();
        assert_eq!(judged(&status), Tone::Plain);
    }

    #[test]
    fn the_block_before_the_next_was_compared() {
        assert_eq!(compared(Some(43_190)).into_string(), "block 43189");
        assert_eq!(compared(Some(0)).into_string(), "no block yet");
    }
}
