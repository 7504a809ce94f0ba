//! Whether the chain is ready, before everything else.

use maud::{Markup, html};

use crate::condition::{Condition, Name, State};
use crate::page::badge::{Tone, shape};
use crate::page::text::{ago, dated, distance, things};
use crate::status::Status;

/// Polls come every few seconds: if the last is older than this, in seconds, they have stopped.
const OLD: u64 = 60;

/// Characters of a cause in the verdict.
const SHORT: usize = 100;

/// The document's title: whether it is ready, and which chain it is.
pub(super) fn title(status: &Status) -> (String, Tone) {
    let (summary, tone) = summary(status);
    (format!("{summary} · chain {} · op-warden", status.l2_chain_id), tone)
}

fn summary(status: &Status) -> (String, Tone) {
    if status.ready {
        return ("Ready".to_owned(), Tone::Good);
    }
    let causes: Vec<&Condition> = status.failed(None).filter(|at| at.follows.is_none()).collect();
    if let [cause @ Condition { name: Name::Gates, state: State::Unknown, .. }] = causes[..]
        && status.followers(cause).any(|follows| follows.name == Name::Service)
    {
        let found: String = cause.found.chars().take(SHORT).collect();
        return (format!("Waiting: {found}"), Tone::Unknown);
    }
    let count = |state| causes.iter().filter(|at| at.state == state).count();
    let (failed, unknown) = (count(State::Failed), count(State::Unknown));
    let conditions = |number| if number == 1 { "condition" } else { "conditions" };
    match (failed, unknown) {
        (0, 0) if status.conditions.is_empty() => {
            ("Not ready: nothing was judged yet".to_owned(), Tone::Unknown)
        }
        (0, 0) => ("Not ready".to_owned(), Tone::Bad),
        (0, _) => (format!("Not ready: {unknown} {} unknown", conditions(unknown)), Tone::Unknown),
        (_, 0) => (format!("Not ready: {failed} {} failed", conditions(failed)), Tone::Bad),
        _ => {
            let conditions = conditions(failed);
            (format!("Not ready: {failed} {conditions} failed, {unknown} unknown"), Tone::Bad)
        }
    }
}

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let (summary, tone) = summary(status);
    html! {
        section.verdict.(tone.class()) aria-labelledby="verdict" {
            h1 #verdict { (shape(tone)) span { (summary) } }
            @if !status.conditions.is_empty() { p.hold { (holding(status)) (following(status)) } }
            p.chain {
                span { "L2 chain " b { (status.l2_chain_id) } }
                span { "on L1 " b { (status.l1_chain_id) } }
                span { "observed " (dated(status.observed_at, now)) }
                @if let Some(at) = status.judged_at { span { "gates judged " (ago(at, now)) } }
            }
        }
        (stale(status, now))
        (maintenance(status, now))
    }
}

fn holding(status: &Status) -> String {
    let count = |state| status.conditions.iter().filter(|at| at.state == state).count();
    let (ok, warn) = (count(State::Ok), count(State::Warn));
    let holding = things((ok + warn) as u64, "condition holds", "conditions hold");
    match warn {
        0 => format!("{holding}."),
        1 => format!("{holding}, of which 1 warns."),
        _ => format!("{holding}, of which {warn} warn."),
    }
}

fn following(status: &Status) -> String {
    match status.failed(None).filter(|condition| condition.follows.is_some()).count() {
        0 => String::new(),
        1 => " 1 follows from what is named.".to_owned(),
        many => format!(" {many} follow from what is named."),
    }
}

fn stale(status: &Status, now: u64) -> Markup {
    let age = now.saturating_sub(status.observed_at);
    html! {
        @if age > OLD {
            p #stale.banner.bad role="status" {
                (shape(Tone::Bad))
                span {
                    "op-warden answers, but its last observation is from "
                    (distance(status.observed_at, now)) ": everything below is from then."
                }
            }
        }
    }
}

fn maintenance(status: &Status, now: u64) -> Markup {
    let until = status.maintenance_until.filter(|&until| until > now);
    html! {
        @if let Some(until) = until {
            p #maintenance.banner.plain role="status" {
                (shape(Tone::Plain))
                span {
                    b { "Maintenance" } " is announced until " (dated(until, now))
                    ". Conditions are judged as usual."
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fixture::status;

    #[test]
    fn the_title_says_whether_it_is_ready() {
        let mut status = status();
        assert_eq!(
            title(&status).0,
            "Not ready: 2 conditions failed, 1 unknown · chain 20260619 · op-warden"
        );
        status.conditions.retain(|condition| condition.state == State::Unknown);
        assert_eq!(summary(&status), ("Not ready: 1 condition unknown".to_owned(), Tone::Unknown));
        status.conditions[0].state = State::Ok;
        assert_eq!(summary(&status), ("Not ready".to_owned(), Tone::Bad));
        status.conditions.clear();
        assert_eq!(summary(&status).0, "Not ready: nothing was judged yet");
        status.ready = true;
        assert_eq!(summary(&status), ("Ready".to_owned(), Tone::Good));
    }

    #[test]
    fn banners_stand_only_while_they_are_true() {
        let status = status();
        let at = |now| section(&status, now).into_string();
        let (observed, until) = (status.observed_at, status.maintenance_until.unwrap());
        assert!(at(observed).contains("id=\"maintenance\""));
        assert!(!at(until).contains("id=\"maintenance\""));
        assert!(!at(observed + OLD).contains("id=\"stale\""));
        assert!(at(observed + OLD + 1).contains("id=\"stale\""));
    }
}
