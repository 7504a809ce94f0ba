//! `/metrics`: the status in Prometheus' text format.
//!
//! A metric whose value is not known now has no sample; that a condition cannot be judged is itself a
//! sample of `op_warden_condition`.

mod chain;
mod exposition;
mod l1;
mod nodes;
mod services;

use self::exposition::Page;
use crate::status::Status;

/// What [`render`] makes, for HTTP's `Content-Type`.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

#[must_use]
pub fn render(status: &Status) -> String {
    let mut page = Page::default();
    chain::about(&mut page, status);
    chain::conditions(&mut page, status);
    chain::causes(&mut page, status);
    services::services(&mut page, status);
    nodes::nodes(&mut page, status);
    nodes::followers(&mut page, status);
    l1::l1(&mut page, status);
    services::accounts(&mut page, status);
    l1::games(&mut page, status);
    l1::dispute_mon(&mut page, status);
    chain::limits(&mut page, status);
    chain::counters(&mut page, status);
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_status_is_a_sample() {
        let status: Status =
            serde_json::from_str(include_str!("../../tests/data/status.json")).unwrap();
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
