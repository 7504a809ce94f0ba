//! The metrics of the official programs: whether they run, since when, and what else they report.

use eth_rpc::{Reading, Rpc};

use crate::observe::exposition::samples;

/// op-node resets its pipeline once as it starts, some seconds after its metrics are served.
const RESETS_AT_START: f64 = 1.0;

/// What a program's metrics report.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Program {
    /// When the process began, in seconds since the Unix epoch.
    pub(crate) started: Option<f64>,
    /// op-node: resets of the derivation pipeline since then, but for that of its start.
    pub(crate) derivation_resets: Option<f64>,
    /// op-dispute-mon: games that go, or went, another way than it says they should.
    pub(crate) disagreements: Option<f64>,
    /// Of a program that sends to L1: its transactions that got into a block since then.
    pub(crate) confirmed: Option<f64>,
    /// op-dispute-mon: games that it could not judge.
    pub(crate) failed_games: Option<f64>,
}

pub(crate) async fn poll(metrics: &Rpc) -> Reading<Program> {
    metrics.lines("metrics", is_read).await.map(|text| read(&text))
}

/// The metrics that [`read`] looks for.
const STARTED: &str = "process_start_time_seconds";
const RESETS: &str = "op_node_default_pipeline_resets_total";
const AGREEMENT: &str = "op_dispute_mon_games_agreement";
const FAILED_GAMES: &str = "op_dispute_mon_failed_games";
/// Of a program that sends to L1; the counter is there after its first transaction only.
const SENDERS: [(&str, &str); 3] = [
    ("op_batcher_default_txmgr_current_nonce", "op_batcher_default_txmgr_confirm_total"),
    ("op_proposer_default_txmgr_current_nonce", "op_proposer_default_txmgr_confirm_total"),
    ("op_challenger_txmgr_current_nonce", "op_challenger_txmgr_confirm_total"),
];

fn is_read(line: &[u8]) -> bool {
    let names = [STARTED, RESETS, AGREEMENT, FAILED_GAMES];
    names
        .iter()
        .chain(SENDERS.iter().flat_map(|(nonce, confirmed)| [nonce, confirmed]))
        .any(|name| line.starts_with(name.as_bytes()))
}

fn read(text: &str) -> Program {
    let value = |name| samples(text, name).next().map(|(_, value)| value);
    let wrong = "result_correctness=\"incorrect\"";
    let disagreements = samples(text, AGREEMENT)
        .filter(|(labels, _)| labels.contains(wrong))
        .map(|(_, games)| games);
    Program {
        started: value(STARTED),
        derivation_resets: value(RESETS).map(|resets| (resets - RESETS_AT_START).max(0.0)),
        disagreements: samples(text, AGREEMENT).next().is_some().then(|| disagreements.sum()),
        confirmed: SENDERS.into_iter().find_map(|(nonce, confirmed)| {
            value(nonce)?;
            Some(samples(text, confirmed).map(|(_, count)| count).sum())
        }),
        failed_games: value(FAILED_GAMES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_that_goes_the_wrong_way_is_a_disagreement() {
        let text = "process_start_time_seconds 1.795270175e+09
op_dispute_mon_failed_games 0
op_dispute_mon_games_agreement{completion=\"complete\",result_correctness=\"correct\",root_agreement=\"agree\",status=\"agree_defender_wins\"} 4
op_dispute_mon_games_agreement{completion=\"in_progress\",result_correctness=\"incorrect\",root_agreement=\"disagree\",status=\"disagree_defender_ahead\"} 2
op_dispute_mon_games_agreement{completion=\"complete\",result_correctness=\"incorrect\",root_agreement=\"agree\",status=\"agree_challenger_wins\"} 1
";
        let program = Program {
            started: Some(1_795_270_175.0),
            derivation_resets: None,
            disagreements: Some(3.0),
            confirmed: None,
            failed_games: Some(0.0),
        };
        assert_eq!(read(text), program);
        assert_eq!(read(""), Program::default());
    }

    #[test]
    fn a_sender_counts_its_transactions() {
        for (nonce, confirmed) in SENDERS {
            let text = format!("{nonce} 17\n");
            assert_eq!(read(&text).confirmed, Some(0.0));
            let text = format!(
                "{text}{confirmed}{{status=\"success\"}} 5\n{confirmed}{{status=\"failed\"}} 1\n"
            );
            assert_eq!(read(&text).confirmed, Some(6.0));
            assert!(text.lines().all(|line| is_read(line.as_bytes())));
        }
    }

    #[test]
    fn the_reset_of_a_start_is_none() {
        for (counter, resets) in [(0, 0.0), (1, 0.0), (2, 1.0), (7, 6.0)] {
            let text = format!("op_node_default_pipeline_resets_total {counter}\n");
            assert_eq!(read(&text).derivation_resets, Some(resets), "{text}");
        }
    }
}
