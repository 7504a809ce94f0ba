//! What runs out: the sequencing window.

use maud::{Markup, html};

use crate::condition::Name;
use crate::page::badge::{Tone, badge};
use crate::page::parts::{nothing, part};
use crate::page::text::{count, dated, measured};
use crate::status::{SequencingWindow, Status};

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let content = match &status.sequencing_window {
        Some(window) => bar(window, state(status), now),
        None => nothing("Nothing is known of it yet."),
    };
    part("window", "Sequencing window", &content)
}

/// As its condition says.
fn state(status: &Status) -> (Tone, &'static str) {
    let judged = status.conditions.iter().find(|at| at.name == Name::SequencingWindow);
    judged.map_or((Tone::Plain, "not judged"), |at| (at.state.into(), at.state.name()))
}

fn bar(window: &SequencingWindow, (tone, word): (Tone, &str), now: u64) -> Markup {
    let SequencingWindow { size, left, left_seconds } = *window;
    let blocks = format!("{} of {} L1 blocks left", count(left), count(size));
    let ends = left_seconds
        .and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok())
        .and_then(|left| now.checked_add(left.as_secs()));
    html! {
        div.card.window.(tone.class()) {
            p.large {
                (badge(tone, word)) " " b { (blocks) }
                @if let Some(seconds) = left_seconds { " · about " (measured(seconds)) }
            }
            meter.(tone.class()) min="0" max=(size.max(1)) value=(left.min(size))
                aria-label="L1 blocks left of the sequencing window" { (blocks) }
            p.more {
                "Unsafe blocks whose batches are not on L1 by "
                @if let Some(ends) = ends { (dated(ends, now)) } @else { "then" }
                " are replaced by empty ones."
            }
        }
    }
}
