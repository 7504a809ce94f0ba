//! The watch itself: since when, by which bounds, and what it counted.

use maud::{Markup, html};

use crate::page::{
    facts, part,
    text::{count, dated, measured, span},
};
use crate::status::{Counters, Limits, Status};

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let rows = [
        ("op-warden", html! { (status.op_warden) }),
        ("Watching since", dated(status.watching_since, now)),
        ("Host's clock is wrong by", html! { (measured(status.host.clock_skew)) }),
    ];
    let content = html! {
        (facts(rows))
        details #bounds data-open="false" {
            summary #bounds-summary { "Bounds that conditions are judged by" }
            (limits(&status.limits))
        }
        details #counters data-open="false" {
            summary #counters-summary { "Counted since the chain was first watched" }
            (counters(&status.counters))
        }
    };
    part("watch", "This watch", &content)
}

fn limits(limits: &Limits) -> Markup {
    let rows = [
        ("Unsafe head stands", limits.unsafe_stall),
        ("Safe head stands", limits.safe_stall),
        ("Finalized head stands", limits.finalized_stall),
        ("Safe head behind", limits.safe_lag),
        ("Newest game's age", limits.game_age),
        ("Follower behind", limits.follower_lag),
        ("L1's newest block's age", limits.l1_age),
    ];
    facts(rows.map(|(name, seconds)| (name, html! { (span(seconds)) })))
}

fn counters(counters: &Counters) -> Markup {
    let rows = [
        ("Polls of the nodes", counters.polls),
        ("Nodes did not answer", counters.node_errors),
        ("L1 did not answer", counters.l1_errors),
        ("L1 limited the rate", counters.l1_limited),
        ("Blocks compared", counters.blocks_compared),
        ("Divergences", counters.divergences),
        ("L1-info deposits failed", counters.l1_info_failures),
        ("Starts of op-warden", counters.starts),
    ];
    facts(rows.map(|(name, number)| (name, html! { (count(number)) })))
}
