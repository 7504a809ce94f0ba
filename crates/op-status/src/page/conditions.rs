//! The conditions: in full what does not hold, in a table what does.

use maud::{Markup, html};

use crate::condition::{Acceptance, Condition, State};
use crate::page::badge::badge;
use crate::page::parts::{nothing, part, table};
use crate::page::text::{ago, clipped, dated, slug, things};
use crate::status::Status;

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let (hold, wrong): (Vec<&Condition>, Vec<&Condition>) =
        status.conditions.iter().partition(|condition| condition.state == State::Ok);
    let causes: Vec<&Condition> =
        wrong.into_iter().filter(|condition| condition.follows.is_none()).collect();
    let content = html! {
        @if status.conditions.is_empty() { (nothing("No condition was judged yet.")) }
        @else if causes.is_empty() { (nothing("Every condition holds.")) }
        @else { ul.conditions { @for condition in causes { (in_full(status, condition, now)) } } }
        @for condition in hold.iter().filter(|condition| condition.accepted.is_some()) {
            (accepted(condition, now))
        }
        @if !hold.is_empty() { (holding(&hold, now)) }
    };
    part("conditions", "Conditions", &content)
}

fn in_full(status: &Status, condition: &Condition, now: u64) -> Markup {
    let Condition { name, subject, state, since, expected, found, mend, .. } = condition;
    let id = format!("condition-{name}-{}", slug(subject));
    html! {
        li.card.condition.(super::badge::Tone::from(*state).class()) id=(id) {
            h3 {
                (badge((*state).into(), state.name()))
                " " span { (name.text()) } " " span.subject { (clipped(subject, 60)) }
            }
            dl.compared {
                div { dt { "Expected" } dd { (expected) } }
                div { dt { "Found" } dd { (found) } }
                @if !mend.is_empty() { div { dt { "Mend" } dd { (mend) } } }
                @if let Some(accepted) = &condition.accepted { div { dt { "Accepted" } dd { (said(accepted, now)) } } }
            }
            p.more {
                span { "since " (dated(*since, now)) }
                a id={ (id) "-runbook" } href={ "/runbooks/" (name.alert()) } {
                    "Runbook " (name.alert())
                }
            }
            (following(&id, &status.followers(condition).collect::<Vec<_>>()))
        }
    }
}

/// What holds since somebody accepted what was found.
fn accepted(condition: &Condition, now: u64) -> Markup {
    let Condition { name, subject, found, accepted, .. } = condition;
    html! {
        p.accepted {
            (badge(State::Ok.into(), "accepted"))
            " " span { (name.text()) } " " span.subject { (clipped(subject, 60)) } ": " (found) ". "
            @if let Some(accepted) = accepted { (said(accepted, now)) }
            " To take it back: op-warden accept " (name.text()) " --revoke."
        }
    }
}

fn said(Acceptance { at, why }: &Acceptance, now: u64) -> Markup {
    html! { (dated(*at, now)) ": " @if why.is_empty() { "nobody said why." } @else { (why) } }
}

/// What a condition brings on: a line each, folded.
fn following(id: &str, conditions: &[&Condition]) -> Markup {
    html! {
        @if !conditions.is_empty() {
            details id={ (id) "-follow" } data-open="false" {
                summary id={ (id) "-follow-summary" } { "and " (conditions.len()) " that follow" }
                ul {
                    @for Condition { name, subject, state, found, .. } in conditions {
                        li { (clipped(subject, 40)) " " (name.text()) ": " (state.name()) ": " (clipped(found, 160)) }
                    }
                }
            }
        }
    }
}

fn holding(conditions: &[&Condition], now: u64) -> Markup {
    let rows = html! {
        thead { tr {
            th scope="col" { "Condition" } th scope="col" { "Of" }
            th scope="col" { "Found" } th scope="col" { "Since" }
        } }
        tbody {
            @for Condition { name, subject, since, found, .. } in conditions {
                tr id={ "condition-" (name.text()) "-" (slug(subject)) } {
                    th scope="row" { (name.text()) }
                    td { (clipped(subject, 40)) }
                    td.found { (clipped(found, 160)) }
                    td { (ago(*since, now)) }
                }
            }
        }
    };
    html! {
        details #holding data-open="false" {
            summary #holding-summary {
                (badge(State::Ok.into(), &things(conditions.len() as u64, "condition holds", "conditions hold")))
            }
            (table("holding", "Conditions that hold", &rows))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fixture::status;

    #[test]
    fn what_was_accepted_is_shown_with_who_said_why() {
        let mut status = status();
        let why = "known since Tuesday <b>".to_owned();
        let holds = status.conditions.iter_mut().find(|one| one.state == State::Ok).unwrap();
        holds.accepted = Some(Acceptance { at: status.observed_at - 60, why });
        let name = holds.name;
        let page = section(&status, status.observed_at).into_string();
        assert!(page.contains("known since Tuesday &lt;b&gt;"), "{page}");
        assert!(page.contains(&format!("op-warden accept {name} --revoke")), "{page}");
    }

    #[test]
    fn what_does_not_hold_is_shown_in_full_with_its_runbook() {
        let status = status();
        let page = section(&status, status.observed_at).into_string();
        for condition in
            status.conditions.iter().filter(|at| at.state != State::Ok && at.follows.is_none())
        {
            assert!(page.contains(&format!("href=\"/runbooks/{}\"", condition.name.alert())));
            assert!(page.contains(&condition.mend));
        }
        assert_eq!(page.matches("class=\"card condition").count(), 4);
        assert!(page.contains("and 1 that follow"));
        assert!(page.contains("3 conditions hold"));
        assert!(page.contains("5 min ago"));
    }
}
