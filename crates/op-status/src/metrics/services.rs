//! The services: programs, gates, disks, and their accounts on L1.

use crate::metrics::exposition::{Page, ether, flag};
use crate::status::Status;
use op_gate::Answer;
use op_util::number::float;

pub(super) fn services(page: &mut Page, status: &Status) {
    const ANSWERS: [Answer; 5] =
        [Answer::Skip, Answer::Pass, Answer::Warn, Answer::Wait, Answer::Refuse];
    let services = || status.services.iter().map(|(name, service)| (name.as_str(), service));
    page.gauge(
        "service_up",
        "Whether the service's program answers.",
        services().filter_map(|(name, service)| Some((vec![("service", name)], flag(service.up?)))),
    );
    page.gauge(
        "service_held",
        "Whether somebody keeps the service stopped: no alert of its own.",
        services().map(|(name, service)| {
            (vec![("service", name)], flag(service.held.is_some() && service.up != Some(true)))
        }),
    );
    page.counter(
        "service_restarts_total",
        "How often the service was seen to have been started again.",
        services().map(|(name, service)| (vec![("service", name)], float(service.restarts))),
    );
    page.gauge(
        "gates",
        "Findings of the service's gates by their answer, at the last judgement.",
        services()
            .filter_map(|(name, service)| Some((name, service.judgement.as_ref()?)))
            .flat_map(|(name, judgement)| {
                ANSWERS.into_iter().map(move |answer| {
                    let findings = judgement.findings.iter();
                    let count = findings.filter(|finding| finding.answer == answer).count();
                    (vec![("service", name), ("answer", answer.name())], float(count as u64))
                })
            }),
    );
    page.gauge(
        "disk_free_bytes",
        "Bytes that are free for the service's data.",
        services().filter_map(|(name, service)| {
            Some((vec![("service", name)], float(service.disk_free?)))
        }),
    );
    page.gauge(
        "disk_required_bytes",
        "Bytes that must be free for the service's data.",
        services().filter_map(|(name, service)| {
            Some((vec![("service", name)], float(service.disk_required?)))
        }),
    );
}

pub(super) fn accounts(page: &mut Page, status: &Status) {
    let accounts = || status.accounts.iter().map(|(name, account)| (name.as_str(), account));
    page.gauge(
        "account_balance_ether",
        "Balance of the service's account on L1.",
        accounts()
            .filter_map(|(name, account)| Some((vec![("service", name)], ether(account.balance?)))),
    );
    page.gauge(
        "account_min_balance_ether",
        "Balance that the service's account needs.",
        accounts().filter_map(|(name, account)| {
            Some((vec![("service", name)], ether(account.min_balance?)))
        }),
    );
    page.gauge(
        "account_runway_seconds",
        "Seconds that the account's balance lasts at the rate of the last hours.",
        accounts().filter_map(|(name, account)| Some((vec![("service", name)], account.runway?))),
    );
    page.gauge(
        "account_nonce",
        "Transactions that the service's account has sent.",
        accounts()
            .filter_map(|(name, account)| Some((vec![("service", name)], float(account.nonce?)))),
    );
}
