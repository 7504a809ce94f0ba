//! The heads of the nodes, and L1's.

use maud::{Markup, html};

use crate::page::badge::{Tone, badge};
use crate::page::parts::{facts, nothing, part, table};
use crate::page::text::{NOT_KNOWN, ago, clipped, count, hash, measured, slug};
use crate::status::{Head, L1, L1Head, Node, Status};

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let content = html! {
        @if status.nodes.is_empty() { (nothing("No node was observed yet.")) }
        @else { (heads(status, now)) }
        (l1(&status.l1, now))
    };
    part("heads", "Heads", &content)
}

fn heads(status: &Status, now: u64) -> Markup {
    let mut nodes: Vec<(&String, &Node)> = status.nodes.iter().collect();
    nodes.sort_by_key(|(_, node)| !node.sequencer);
    let rows = html! {
        thead { tr {
            th scope="col" { "Node" }
            th scope="col" { "Unsafe" } th scope="col" { "Safe" } th scope="col" { "Finalized" }
            th scope="col" { "Peers" } th scope="col" { "Resets" }
        } }
        tbody {
            @for (name, node) in nodes {
                tr id={ "node-" (slug(name)) } {
                    th scope="row" { (clipped(name, 40)) @if node.sequencer { small { "sequencer" } } }
                    @if let Some(error) = &node.error {
                        td colspan="3" { (badge(Tone::Unknown, "not read")) " " (clipped(error, 160)) }
                    } @else {
                        @for at in [node.unsafe_head, node.safe_head, node.finalized_head] {
                            td { (head(at, now)) }
                        }
                    }
                    td { (known(node.peers)) }
                    td { (count(node.derivation_resets)) }
                }
            }
        }
    };
    table(
        "heads",
        "Heads of each node: block, hash, age of the block, and when the head last moved",
        &rows,
    )
}

fn head(head: Option<Head>, now: u64) -> Markup {
    html! {
        @if let Some(Head { number, hash: id, timestamp, moved_at }) = head {
            span.block { (number) } " " (hash(id))
            small { (ago(timestamp, now)) " · moved " (ago(moved_at, now)) }
        } @else { (NOT_KNOWN) }
    }
}

fn known(number: Option<u64>) -> String {
    number.map_or_else(|| NOT_KNOWN.to_owned(), count)
}

fn l1(l1: &L1, now: u64) -> Markup {
    let at = |head: Option<L1Head>| {
        html! {
            @if let Some(L1Head { number, timestamp }) = head {
                span.block { (number) } small { (ago(timestamp, now)) }
            } @else { (NOT_KNOWN) }
        }
    };
    let rows = [
        ("Endpoint", html! { code { (clipped(&l1.endpoint, 90)) } }),
        ("Newest block", at(l1.head)),
        ("Safe block", at(l1.safe)),
        ("Final block", at(l1.finalized)),
        ("Block time", html! { (l1.block_time.map_or_else(|| NOT_KNOWN.to_owned(), measured)) }),
    ];
    html! {
        h3 { "L1" }
        @if let Some(error) = &l1.error {
            p { (badge(Tone::Unknown, "not read")) " " (clipped(error, 300)) }
        }
        (facts(rows))
    }
}
