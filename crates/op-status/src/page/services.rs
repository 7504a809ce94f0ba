//! The services and their gates.

use maud::{Markup, html};
use op_util::text::bytes;

use crate::page::badge::{Tone, badge};
use crate::page::parts::{nothing, part};
use crate::page::text::{clipped, slug, things};
use crate::status::{Service, Status};
use op_gate::{Answer, Finding, Judgement};

pub(super) fn section(status: &Status) -> Markup {
    let mut services: Vec<(&String, &Service)> = status.services.iter().collect();
    services.sort_by_key(|(name, service)| {
        (std::cmp::Reverse(urgency(service)), place(status, name, service))
    });
    let content = html! {
        @if services.is_empty() { (nothing("No service was observed yet.")) }
        @else {
            div.services { @for (name, service) in services { (row(name, service)) } }
        }
    };
    part("services", "Services and their gates", &content)
}

/// Its place in the order of the data: who makes blocks, who brings them to L1, who follows.
fn place(status: &Status, name: &str, service: &Service) -> usize {
    const ORDER: [&str; 4] = ["op-batcher", "op-proposer", "op-challenger", "op-dispute-mon"];
    let component = service.component.as_deref().unwrap_or_default();
    if let Some(place) = ORDER.iter().position(|one| *one == component) {
        return 2 + place;
    }
    let sequencer = status.nodes.iter().find(|(_, node)| node.sequencer).map(|(name, _)| name);
    let stem = |name: &str| name.trim_end_matches("-engine").trim_end_matches("-node").to_owned();
    match sequencer {
        Some(sequencer) if sequencer == name => 1,
        Some(sequencer) if stem(sequencer) == stem(name) => 0,
        _ => 2 + ORDER.len(),
    }
}

/// What is wrong stands first; else the data's order holds.
fn urgency(service: &Service) -> Tone {
    let gates = service.judgement.as_ref().map_or(Tone::Unknown, |judged| judged.answer.into());
    gates.max(up(service).0)
}

fn up(service: &Service) -> (Tone, &'static str) {
    match service.up {
        Some(true) => (Tone::Good, "up"),
        Some(false) => (Tone::Bad, "down"),
        None => (Tone::Unknown, "unknown"),
    }
}

fn row(name: &str, service: &Service) -> Markup {
    let id = format!("service-{}", slug(name));
    let (tone, word) = up(service);
    html! {
        details.service id=(id) data-open="false" {
            summary id={ (id) "-summary" } {
                h3 { (clipped(name, 60)) }
                span.component { (clipped(service.component.as_deref().unwrap_or_default(), 40)) }
                span.up { (badge(tone, word)) }
                span.gates { (gates(service.judgement.as_ref())) }
                span.restarts { (things(service.restarts, "restart", "restarts")) }
                span.disk { (disk(service)) }
            }
            @match &service.judgement {
                Some(judgement) => (findings(&id, judgement)),
                None => (nothing("Its gates were not judged yet.")),
            }
        }
    }
}

fn gates(judgement: Option<&Judgement>) -> Markup {
    let Some(judgement) = judgement else { return badge(Tone::Unknown, "gates not judged") };
    let wrong = judgement.findings.iter().filter(|finding| finding.answer > Answer::Pass).count();
    let all = judgement.findings.len() as u64;
    let text = match wrong {
        0 => format!("{}: {}", judgement.answer.name(), things(all, "gate", "gates")),
        _ => format!("{}: {wrong} of {}", judgement.answer.name(), things(all, "gate", "gates")),
    };
    badge(judgement.answer.into(), &text)
}

fn disk(service: &Service) -> Markup {
    let Some(free) = service.disk_free else { return html! {} };
    let short = service.disk_required.is_some_and(|required| free < required);
    let text = format!("{} free", bytes(free));
    let needed = service.disk_required.map(|required| format!("{} needed", bytes(required)));
    html! {
        span title=[needed] { @if short { (badge(Tone::Bad, &text)) } @else { (text) } }
    }
}

/// The findings, the worst first.
fn findings(service: &str, judgement: &Judgement) -> Markup {
    let mut findings: Vec<(usize, &Finding)> = judgement.findings.iter().enumerate().collect();
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.answer.max(Answer::Pass)));
    html! { div.findings { @for (number, finding) in findings { (one(service, number, finding)) } } }
}

fn one(service: &str, number: usize, finding: &Finding) -> Markup {
    let Finding { gate, answer, expected, found, source, mend, .. } = finding;
    let id = format!("{service}-{gate}-{number}");
    let wrong = *answer > Answer::Pass;
    html! {
        details.finding id=(id) open[wrong] data-open=(wrong) {
            summary id={ (id) "-summary" } {
                (badge((*answer).into(), answer.name())) " " b { (gate) }
                " " span.glance { (clipped(found, 90)) }
            }
            dl.compared {
                @for (name, value) in [("Expected", expected), ("Found", found), ("Source", source), ("Mend", mend)] {
                    @if !value.is_empty() { div { dt { (name) } dd { (value) } } }
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
    fn what_is_wrong_stands_first_and_open() {
        let page = section(&status()).into_string();
        let place = |text: &str| page.find(text).unwrap();
        assert!(place("service-batcher") < place("service-challenger"));
        assert!(place("service-dispute-mon") < place("service-challenger"));
        assert!(place("service-challenger") < place("service-follower-a-engine"));
        assert!(page.contains("id=\"service-batcher-batcher-key-1\" open data-open=\"true\""));
        assert!(page.contains("refuse: 1 of 2 gates"));
        assert!(page.contains("gates not judged"));
    }

    #[test]
    fn services_stand_in_the_order_of_the_data() {
        let mut status = status();
        let of = |component: &str| Service {
            component: Some(component.to_owned()),
            up: Some(true),
            ..Service::default()
        };
        let ordered = [
            ("sequencer-engine", "op-geth"),
            ("sequencer-node", "op-node"),
            ("batcher", "op-batcher"),
            ("proposer", "op-proposer"),
            ("challenger", "op-challenger"),
            ("dispute-mon", "op-dispute-mon"),
            ("follower-a-engine", "op-geth"),
            ("follower-a-node", "op-node"),
        ];
        status.services =
            ordered.iter().map(|(name, component)| ((*name).to_owned(), of(component))).collect();
        let page = section(&status).into_string();
        let places: Vec<_> = ordered
            .iter()
            .map(|(name, _)| page.find(&format!("service-{name}\"")).unwrap())
            .collect();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn a_full_disk_is_shown_by_word_and_shape() {
        let service = |free| Service {
            disk_free: Some(free),
            disk_required: Some(20_000_000_000),
            ..Service::default()
        };
        assert!(disk(&service(19_000_000_000)).into_string().contains("badge bad"));
        assert!(!disk(&service(20_000_000_000)).into_string().contains("badge"));
    }
}
