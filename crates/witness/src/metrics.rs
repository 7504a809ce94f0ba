//! Metrics for Prometheus.

use std::fmt::Write as _;

use crate::serve::Status;

/// The text that a scrape gets.
#[must_use]
pub fn text(status: &Status) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, help: &str, lines: &[(String, f64)]| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP ec_witness_{name} {help}\n# TYPE ec_witness_{name} gauge");
        for (labels, value) in lines {
            let _ = writeln!(text, "ec_witness_{name}{labels} {value}");
        }
    };
    let conditions: Vec<(String, f64)> = status
        .conditions
        .iter()
        .filter_map(|it| {
            Some((format!("{{condition=\"{}\"}}", it.name), f64::from(u8::from(it.holds?))))
        })
        .collect();
    metric(
        "condition",
        "1 if the condition holds, 0 if not; none where nobody can tell.",
        &conditions,
    );
    let plain = |value: f64| [(String::new(), value)];
    #[expect(clippy::cast_precision_loss, reason = "a metric is a float")]
    let time = status.looked_at as f64;
    metric("looked_timestamp_seconds", "When the chain was looked at last.", &plain(time));
    if let Some(chain) = &status.chain {
        metric("members", "Members of the registry.", &plain(f64::from(chain.members)));
        metric(
            "quorum",
            "Attestations that make an observation final.",
            &plain(f64::from(chain.quorum)),
        );
        #[expect(clippy::cast_precision_loss, reason = "a metric is a float")]
        let count = |count: usize| plain(count as f64);
        metric(
            "active_members",
            "Members that attested within the blocks that are read.",
            &count(chain.active),
        );
        metric("open_slots", "Slots that are attested to and not final.", &count(chain.open));
        metric("final_slots", "Final slots within the blocks that are read.", &count(chain.finals));
        metric("balance_eth", "What the witness has for gas, in ETH.", &plain(chain.balance_eth));
    }
    text
}
