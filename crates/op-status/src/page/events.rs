//! The timeline: conditions that turned.

use maud::{Markup, html};

use crate::page::badge::{Tone, badge};
use crate::page::parts::{nothing, part};
use crate::page::text::{clipped, dated, slug};
use crate::status::{Event, Status};

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let content = html! {
        @if status.events.is_empty() { (nothing("Nothing happened since op-warden watches.")) }
        @else { ol.events { @for event in &status.events { (one(event, now)) } } }
    };
    part("events", "Timeline", &content)
}

fn one(event: &Event, now: u64) -> Markup {
    let Event { at, condition, subject, from, to, found } = event;
    html! {
        li.(Tone::from(*to).class()) id={ "event-" (at) "-" (condition.text()) "-" (slug(subject)) "-" (to.name()) } {
            p.when { (dated(*at, now)) }
            p {
                b { (condition.text()) } " " span.subject { (clipped(subject, 60)) } " "
                span.change { (badge((*from).into(), from.name())) " to " (badge((*to).into(), to.name())) }
            }
            @if !found.is_empty() { p.found { (clipped(found, 300)) } }
        }
    }
}
