//! op-warden itself: since when it watches, by which bounds, and what it counted.

use maud::{Markup, html};
use op_util::text::span;

use crate::page::parts::{facts, part};
use crate::page::text::{count, dated, measured};
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
    part("watch", "About op-warden", &content)
}

fn limits(limits: &Limits) -> Markup {
    facts(limits.table().map(|(_, name, seconds)| (name, html! { (span(seconds)) })))
}

fn counters(counters: &Counters) -> Markup {
    facts(counters.table().map(|(_, name, number)| (name, html! { (count(number)) })))
}
