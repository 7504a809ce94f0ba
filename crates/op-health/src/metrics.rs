//! `/metrics`: the status in Prometheus' text format.
//!
//! A metric whose value is not known now has no sample; that a condition cannot be judged is itself a
//! sample of `op_warden_condition`.

use prometheus::{
    Encoder as _, TextEncoder,
    proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType},
};

use crate::{
    condition::State,
    number::float,
    status::{Head, Node, Status},
};
use op_gate::Answer;
use op_prove::compare::Verdict;

/// A sample: labels with their values, and the value.
type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

/// What `/metrics` answers.
#[must_use]
pub fn render(status: &Status) -> String {
    let mut page = Page::default();
    about(&mut page, status);
    conditions(&mut page, status);
    services(&mut page, status);
    nodes(&mut page, status);
    followers(&mut page, status);
    l1(&mut page, status);
    accounts(&mut page, status);
    games(&mut page, status);
    limits(&mut page, status);
    counters(&mut page, status);
    page.text()
}

#[derive(Default)]
struct Page(Vec<MetricFamily>);

impl Page {
    fn gauge<'a>(&mut self, name: &str, help: &str, samples: impl IntoIterator<Item = Sample<'a>>) {
        self.family(MetricType::GAUGE, name, help, samples);
    }

    fn counter<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = Sample<'a>>,
    ) {
        self.family(MetricType::COUNTER, name, help, samples);
    }

    fn family<'a>(
        &mut self,
        kind: MetricType,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = Sample<'a>>,
    ) {
        let metrics: Vec<Metric> =
            samples.into_iter().map(|sample| metric(kind, &sample)).collect();
        if metrics.is_empty() {
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(format!("op_warden_{name}"));
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.0.push(family);
    }

    fn text(&self) -> String {
        let mut text = Vec::new();
        // It refuses only families without a name or samples, and writing to memory does not fail.
        let _ = TextEncoder::new().encode(&self.0, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}

fn metric(kind: MetricType, (labels, value): &Sample<'_>) -> Metric {
    let pair = |(name, value): &(&'static str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    let mut metric = Metric::from_label(labels.iter().map(pair).collect());
    if matches!(kind, MetricType::COUNTER) {
        let mut counter = Counter::default();
        counter.set_value(*value);
        metric.set_counter(counter);
    } else {
        let mut gauge = Gauge::default();
        gauge.set_value(*value);
        metric.set_gauge(gauge);
    }
    metric
}

fn about(page: &mut Page, status: &Status) {
    page.gauge(
        "build_info",
        "The version of op-warden; always 1.",
        [(vec![("version", status.op_warden.as_str())], 1.0)],
    );
    page.gauge("ready", "Whether every condition holds.", one(status.ready));
    page.gauge(
        "maintenance",
        "Whether the operator has announced maintenance.",
        one(status.maintenance_until.is_some_and(|until| until > status.observed_at)),
    );
    page.gauge(
        "observed_timestamp_seconds",
        "When the chain was last observed.",
        one(float(status.observed_at)),
    );
    page.gauge(
        "watching_since_timestamp_seconds",
        "Since when this process watches.",
        one(float(status.watching_since)),
    );
    page.gauge(
        "judged_timestamp_seconds",
        "When the gates were last judged.",
        status.judged_at.map(|at| plain(float(at))),
    );
    page.gauge(
        "clock_skew_seconds",
        "Seconds by which the host's clock is wrong, as far as the chains tell.",
        one(status.host.clock_skew),
    );
}

fn conditions(page: &mut Page, status: &Status) {
    let samples = status.conditions.iter().flat_map(|condition| {
        State::ALL.into_iter().map(move |state| {
            let labels = vec![
                ("condition", condition.name.text()),
                ("subject", condition.subject.as_str()),
                ("state", state.name()),
            ];
            (labels, flag(condition.state == state))
        })
    });
    page.gauge(
        "condition",
        "How each condition stands: 1 for its state, 0 for the others.",
        samples,
    );
}

fn services(page: &mut Page, status: &Status) {
    const ANSWERS: [Answer; 5] =
        [Answer::Skip, Answer::Pass, Answer::Warn, Answer::Wait, Answer::Refuse];
    let services = || status.services.iter().map(|(name, service)| (name.as_str(), service));
    page.gauge(
        "service_up",
        "Whether the service's program answers.",
        services().filter_map(|(name, service)| Some((vec![("service", name)], flag(service.up?)))),
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

/// The heads of a node by name.
fn heads(node: &Node) -> impl Iterator<Item = (&'static str, Head)> {
    let heads = [
        ("unsafe", node.unsafe_head),
        ("safe", node.safe_head),
        ("finalized", node.finalized_head),
    ];
    heads.into_iter().filter_map(|(name, head)| Some((name, head?)))
}

fn nodes(page: &mut Page, status: &Status) {
    let nodes = || status.nodes.iter().map(|(name, node)| (name.as_str(), node));
    let of_heads = |value: fn(&Status, &Head) -> f64| {
        nodes().flat_map(move |(name, node)| {
            heads(node).map(move |(head, block)| {
                (vec![("node", name), ("head", head)], value(status, &block))
            })
        })
    };
    page.gauge(
        "node_up",
        "Whether the node's engine was read at the last poll.",
        nodes().map(|(name, node)| (vec![("node", name)], flag(node.error.is_none()))),
    );
    page.gauge("head_number", "Number of the node's head.", of_heads(|_, head| float(head.number)));
    page.gauge(
        "head_timestamp_seconds",
        "Time of the node's head.",
        of_heads(|_, head| float(head.timestamp)),
    );
    page.gauge(
        "head_stalled_seconds",
        "Seconds since the head's number was last seen to grow.",
        of_heads(|status, head| float(status.observed_at.saturating_sub(head.moved_at))),
    );
    page.gauge(
        "peers",
        "Connected P2P peers.",
        nodes().filter_map(|(name, node)| Some((vec![("node", name)], float(node.peers?)))),
    );
    page.counter(
        "derivation_resets_total",
        "How often the node's derivation pipeline was seen to be reset.",
        nodes().map(|(name, node)| (vec![("node", name)], float(node.derivation_resets))),
    );
}

fn followers(page: &mut Page, status: &Status) {
    const VERDICTS: [&str; 4] = ["equal", "behind", "diverged", "unknown"];
    let followers = || status.nodes.iter().filter(|(_, node)| !node.sequencer);
    let verdicts = || {
        followers().flat_map(|(name, node)| {
            let verdicts = [("unsafe", &node.unsafe_verdict), ("safe", &node.safe_verdict)];
            verdicts
                .into_iter()
                .filter_map(move |(head, verdict)| Some((name.as_str(), head, verdict.as_ref()?)))
        })
    };
    page.gauge(
        "follower_verdict",
        "How the follower's head stands to the sequencer's: 1 for its verdict, 0 for the others.",
        verdicts().flat_map(|(name, head, verdict)| {
            VERDICTS.into_iter().map(move |text| {
                let labels = vec![("node", name), ("head", head), ("verdict", text)];
                (labels, flag(verdict.name() == text))
            })
        }),
    );
    page.gauge(
        "follower_behind_blocks",
        "Blocks that the follower's head is behind the sequencer's.",
        verdicts().filter_map(|(name, head, verdict)| {
            let behind = match verdict {
                Verdict::Equal { .. } => 0,
                Verdict::Behind { head, to } => to.saturating_sub(*head),
                Verdict::Diverged { .. } | Verdict::Unknown { .. } => return None,
            };
            Some((vec![("node", name), ("head", head)], float(behind)))
        }),
    );
    page.gauge(
        "follower_diverging_block_number",
        "The lowest block that is known to differ from the sequencer's.",
        verdicts().filter_map(|(name, head, verdict)| match verdict {
            Verdict::Diverged { block, .. } => {
                Some((vec![("node", name), ("head", head)], float(*block)))
            }
            _ => None,
        }),
    );
    page.gauge(
        "follower_compared_block_number",
        "The next block to be compared: every one below it was.",
        followers().filter_map(|(name, node)| {
            Some((vec![("node", name.as_str())], float(node.compared_to?)))
        }),
    );
}

fn l1(page: &mut Page, status: &Status) {
    let l1 = &status.l1;
    let heads = || {
        let heads = [("latest", l1.head), ("safe", l1.safe), ("finalized", l1.finalized)];
        heads.into_iter().filter_map(|(name, head)| Some((vec![("head", name)], head?)))
    };
    page.gauge(
        "l1_up",
        "Whether L1 was read at the last poll.",
        one(l1.error.is_none() && l1.head.is_some()),
    );
    page.gauge(
        "l1_head_number",
        "Number of L1's head.",
        heads().map(|(labels, head)| (labels, float(head.number))),
    );
    page.gauge(
        "l1_head_timestamp_seconds",
        "Time of L1's head.",
        heads().map(|(labels, head)| (labels, float(head.timestamp))),
    );
    let window = status.sequencing_window;
    page.gauge(
        "sequencing_window_blocks",
        "L1 blocks in which a batch counts.",
        window.map(|window| plain(float(window.size))),
    );
    page.gauge(
        "sequencing_window_left_blocks",
        "L1 blocks until unsafe blocks would be reorganised away.",
        window.map(|window| plain(float(window.left))),
    );
    page.gauge(
        "sequencing_window_left_seconds",
        "Seconds until unsafe blocks would be reorganised away, at L1's measured block time.",
        window.and_then(|window| window.left_seconds).map(plain),
    );
}

fn accounts(page: &mut Page, status: &Status) {
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
        "Seconds that the account's balance lasts at the rate of late.",
        accounts().filter_map(|(name, account)| Some((vec![("service", name)], account.runway?))),
    );
    page.gauge(
        "account_nonce",
        "Transactions that the service's account has sent.",
        accounts()
            .filter_map(|(name, account)| Some((vec![("service", name)], float(account.nonce?)))),
    );
}

fn games(page: &mut Page, status: &Status) {
    let Some(games) = &status.games else { return };
    page.gauge("games", "Dispute games that were made.", one(float(games.count)));
    page.gauge(
        "newest_game_timestamp_seconds",
        "When the newest dispute game was made.",
        games.newest_at.map(|at| plain(float(at))),
    );
    page.gauge("games_open", "Dispute games that are not resolved.", one(float(games.open)));
    page.gauge(
        "games_overdue",
        "Dispute games that are not resolved although the time for it has passed.",
        one(float(games.overdue)),
    );
    page.gauge("games_disputed", "Our games that somebody disputes.", one(float(games.disputed)));
    page.gauge("games_lost", "Our games that were lost.", one(float(games.lost)));
    page.gauge(
        "dispute_mon_disagreements",
        "Games that op-dispute-mon disagrees with.",
        games.disagreements.map(|count| plain(float(count))),
    );
}

fn limits(page: &mut Page, status: &Status) {
    let limits = status.limits;
    let limits = [
        ("unsafe-stall", limits.unsafe_stall),
        ("safe-stall", limits.safe_stall),
        ("finalized-stall", limits.finalized_stall),
        ("safe-lag", limits.safe_lag),
        ("game-age", limits.game_age),
        ("follower-lag", limits.follower_lag),
        ("l1-age", limits.l1_age),
    ];
    page.gauge(
        "limit_seconds",
        "Bounds that the conditions are judged by.",
        limits.into_iter().map(|(name, seconds)| (vec![("limit", name)], float(seconds))),
    );
}

fn counters(page: &mut Page, status: &Status) {
    let counters = status.counters;
    for (name, help, value) in [
        ("polls_total", "Polls of the nodes.", counters.polls),
        ("node_errors_total", "Requests to nodes that were not answered.", counters.node_errors),
        ("l1_errors_total", "Requests to L1 that were not answered.", counters.l1_errors),
        ("l1_limited_total", "Times that L1 said it is asked too much.", counters.l1_limited),
        ("blocks_compared_total", "Blocks of followers compared.", counters.blocks_compared),
        ("divergences_total", "Verdicts that turned to diverged.", counters.divergences),
        ("l1_info_failures_total", "L1-info deposits that failed.", counters.l1_info_failures),
        ("starts_total", "Times that op-warden was started on this chain.", counters.starts),
    ] {
        page.counter(name, help, one(float(value)));
    }
}

/// The only sample of a metric without labels.
fn one<'a>(value: impl Into<f64>) -> [Sample<'a>; 1] {
    [plain(value.into())]
}

fn plain<'a>(value: f64) -> Sample<'a> {
    (Vec::new(), value)
}

fn flag(holds: bool) -> f64 {
    f64::from(holds)
}

fn ether(wei: alloy_primitives::U256) -> f64 {
    f64::from(wei) / 1e18
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_status_is_a_sample() {
        let status: Status =
            serde_json::from_str(include_str!("../tests/data/status.json")).unwrap();
        let text = render(&status);
        for line in [
            "op_warden_ready 0",
            "op_warden_maintenance 1",
            "op_warden_condition{condition=\"gates\",subject=\"batcher\",state=\"failed\"} 1",
            "op_warden_condition{condition=\"gates\",subject=\"batcher\",state=\"ok\"} 0",
            "op_warden_service_up{service=\"dispute-mon\"} 0",
            "op_warden_service_restarts_total{service=\"batcher\"} 3",
            "op_warden_gates{service=\"batcher\",answer=\"refuse\"} 1",
            "op_warden_head_number{node=\"sequencer-node\",head=\"safe\"} 43000",
            "op_warden_head_stalled_seconds{node=\"sequencer-node\",head=\"safe\"} 40",
            "op_warden_follower_verdict{node=\"follower-b-node\",head=\"unsafe\",verdict=\"diverged\"} 1",
            "op_warden_follower_behind_blocks{node=\"follower-a-node\",head=\"unsafe\"} 1",
            "op_warden_follower_diverging_block_number{node=\"follower-b-node\",head=\"unsafe\"} 43190",
            "op_warden_node_up{node=\"elsewhere\"} 0",
            "op_warden_sequencing_window_left_blocks 1700",
            "op_warden_account_balance_ether{service=\"batcher\"} 0.1",
            "op_warden_account_runway_seconds{service=\"batcher\"} 36000",
            "op_warden_games_overdue 1",
            "op_warden_limit_seconds{limit=\"safe-stall\"} 4320",
            "op_warden_divergences_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("account_runway_seconds{service=\"proposer\"}"), "not known");
    }
}
