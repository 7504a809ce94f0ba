//! Since when each condition has its state, and the events of those that turned.

use std::cmp::Reverse;

use crate::memory::{EVENTS, Standing, push};
use crate::watch::Watch;
use op_status::condition::{Condition, Name, State};
use op_status::status::Event;
use op_util::number::whole;

/// Takes what was judged now in the place of what was judged before.
pub(crate) fn take(watch: &mut Watch, mut judged: Vec<Condition>) {
    let before = std::mem::take(&mut watch.conditions);
    for condition in &mut judged {
        condition.since = since(watch, condition, &before);
    }
    // What does not hold first, and of that the causes.
    judged.sort_by_key(|condition| {
        (condition.state.is_ready(), condition.follows.is_some(), Reverse(condition.state))
    });
    watch.conditions = judged;
}

/// A condition that turns after it has held once is an event: what a chain that comes up for the first
/// time lacks is none.
fn since(watch: &mut Watch, judged: &Condition, before: &[Condition]) -> u64 {
    let now = whole(watch.seen.now);
    let unread = unread(watch, judged, before);
    let standings = &mut watch.memory.standings;
    match standings.iter_mut().find(|standing| standing.is_of(judged.name, &judged.subject)) {
        // Not read since this process began, which says nothing of the chain.
        Some(_) if unread => whole(watch.setup.watching_since),
        Some(standing) if standing.state == judged.state => standing.since,
        Some(standing) => {
            let event = Event {
                at: now,
                condition: judged.name,
                subject: judged.subject.clone(),
                from: standing.state,
                to: judged.state,
                found: judged.found.clone(),
            };
            log(&event);
            (standing.state, standing.since) = (judged.state, now);
            push(&mut watch.memory.events, event, EVENTS);
            now
        }
        None => {
            if judged.state.is_ready() {
                standings.push(Standing {
                    condition: judged.name,
                    subject: judged.subject.clone(),
                    state: judged.state,
                    since: now,
                });
            }
            let last = last(judged, before).filter(|last| last.state == judged.state);
            last.map_or(now, |last| last.since)
        }
    }
}

/// Whether it is unknown only because it is too early to have been read.
fn unread(watch: &Watch, judged: &Condition, before: &[Condition]) -> bool {
    let start = whole(watch.setup.watching_since);
    let was_read =
        last(judged, before).is_some_and(|last| last.state != State::Unknown || last.since > start);
    judged.state == State::Unknown && !was_read && watch.seen.watched < watch.setup.grace
}

fn last<'a>(judged: &Condition, before: &'a [Condition]) -> Option<&'a Condition> {
    before.iter().find(|last| last.name == judged.name && last.subject == judged.subject)
}

impl Standing {
    fn is_of(&self, name: Name, subject: &str) -> bool {
        self.condition == name && self.subject == subject
    }
}

fn log(event: &Event) {
    let Event { condition, subject, to, found, .. } = event;
    let state = to.name();
    if to.is_ready() {
        tracing::info!("{subject} {condition}: {state}: {found}");
    } else {
        tracing::warn!("{subject} {condition}: {state}: {found}");
    }
}
