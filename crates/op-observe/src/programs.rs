//! The metrics of the official programs: whether they run, since when, and what else they report.

use eth_rpc::{Reading, Rpc};
use op_util::number::float;

use crate::exposition::samples;

/// op-node resets its pipeline once as it starts, some seconds after its metrics are served.
const RESETS_AT_START: f64 = 1.0;

/// What a program's metrics report.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Program {
    /// When the process began, in seconds since the Unix epoch.
    pub started: Option<f64>,
    /// op-node: resets of the derivation pipeline since then, but for that of its start.
    pub derivation_resets: Option<f64>,
    /// op-dispute-mon: games that go, or went, another way than it says they should.
    pub disagreements: Option<f64>,
    /// Of a program that sends to L1.
    pub sent: Option<Sent>,
    /// op-dispute-mon: games that it could not judge.
    pub failed_games: Option<f64>,
    /// op-dispute-mon: when it last judged the game that it has not judged for longest, or any round
    /// without games.
    pub judged_at: Option<f64>,
    /// op-dispute-mon: what else it reports, once a round has ended.
    pub monitor: Option<Monitor>,
    /// op-challenger: the newest L1 block that it has acted on.
    pub acted_on: Option<f64>,
}

/// What op-dispute-mon reports (op-dispute-mon `metrics/metrics.go`).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Monitor {
    /// Games about whose roots its nodes do not agree.
    pub different_roots: f64,
    /// Games that it was told to ignore.
    pub ignored: f64,
    /// Bonds that are not there, credits and requests that are off, and claims of ours that are invalid.
    pub wrong_bonds: f64,
}

/// What a program has sent to L1 since it began (op-service `txmgr/metrics/tx_metrics.go`).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sent {
    /// Transactions of which it saw that they got into a block.
    pub confirmed: f64,
    /// Transactions that L1 refused, because another one had their nonce: somebody else's, or the same as
    /// it was sent before.
    pub nonces_taken: f64,
}

pub async fn poll(metrics: &Rpc) -> Reading<Program> {
    metrics.lines("metrics", is_read).await.map(|text| read(&text))
}

/// The metrics that [`read`] looks for.
const STARTED: &str = "process_start_time_seconds";
const RESETS: &str = "op_node_default_pipeline_resets_total";
const AGREEMENT: &str = "op_dispute_mon_games_agreement";
const FAILED_GAMES: &str = "op_dispute_mon_failed_games";
const JUDGED_AT: &str = "op_dispute_mon_oldest_game_update_time";
const DIFFERENT_ROOTS: &str = "op_dispute_mon_different_root_games";
const IGNORED: &str = "op_dispute_mon_ignored_games";
/// Each with the labels of what is wrong.
const WRONG_BONDS: [(&str, &[&str]); 4] = [
    ("op_dispute_mon_bond_collateral_required", &["balance=\"insufficient\""]),
    ("op_dispute_mon_withdrawal_requests", &["credits=\"divergent\""]),
    ("op_dispute_mon_credits", &["credit=\"below\"", "withdrawable=\"non_withdrawable\""]),
    ("op_dispute_mon_honest_actor_claims", &["state=\"invalid\""]),
];
const ACTED_ON: &str = "op_challenger_highest_acted_l1_block";
/// What the names of a sending program's metrics begin with.
const SENDERS: [&str; 3] =
    ["op_batcher_default_txmgr_", "op_proposer_default_txmgr_", "op_challenger_txmgr_"];
const NONCE: &str = "current_nonce";
/// There after the first transaction only.
const CONFIRMED: &str = "confirm_total";
/// There after the first error only.
const ERRORS: &str = "tx_publish_error_count";
/// Of those, the ones of a nonce that another transaction has: in a block, or in L1's pool.
const TAKEN: [&str; 2] = ["error=\"nonce_too_low\"", "error=\"tx_replacement_underpriced\""];

fn is_read(line: &[u8]) -> bool {
    let begins = |name: &str| line.starts_with(name.as_bytes());
    let of_a_sender = || {
        let rest = SENDERS.iter().find_map(|sender| line.strip_prefix(sender.as_bytes()));
        rest.is_some_and(|rest| {
            [NONCE, CONFIRMED, ERRORS].iter().any(|name| rest.starts_with(name.as_bytes()))
        })
    };
    let named =
        [STARTED, RESETS, AGREEMENT, FAILED_GAMES, JUDGED_AT, DIFFERENT_ROOTS, IGNORED, ACTED_ON];
    named.into_iter().chain(WRONG_BONDS.map(|(name, _)| name)).any(begins) || of_a_sender()
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
        sent: SENDERS.into_iter().find_map(|sender| sent(text, sender)),
        failed_games: value(FAILED_GAMES),
        judged_at: value(JUDGED_AT).filter(|at| *at > 0.0),
        // Without a round its gauges are zero, which says nothing.
        monitor: samples(text, AGREEMENT).next().map(|_| Monitor {
            different_roots: value(DIFFERENT_ROOTS).unwrap_or_default(),
            ignored: value(IGNORED).unwrap_or_default(),
            wrong_bonds: wrong_bonds(text),
        }),
        acted_on: value(ACTED_ON),
    }
}

fn wrong_bonds(text: &str) -> f64 {
    let of = |(name, labels): (&'static str, &'static [&'static str])| {
        let all = samples(text, name);
        let wrong = all.filter(|(found, _)| labels.iter().all(|label| found.contains(label)));
        wrong.filter(|(_, value)| *value > 0.0).count()
    };
    float(WRONG_BONDS.into_iter().map(of).sum::<usize>() as u64)
}

fn sent(text: &str, sender: &str) -> Option<Sent> {
    let named = |name: &str| format!("{sender}{name}");
    samples(text, &named(NONCE)).next()?;
    let taken = |labels: &str| TAKEN.iter().any(|error| labels.contains(error));
    let errors = named(ERRORS);
    let errors = samples(text, &errors).filter(|(labels, _)| taken(labels));
    Some(Sent {
        confirmed: samples(text, &named(CONFIRMED)).map(|(_, count)| count).sum(),
        nonces_taken: errors.map(|(_, count)| count).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_that_goes_the_wrong_way_is_a_disagreement() {
        let text = "process_start_time_seconds 1.795270175e+09
op_dispute_mon_failed_games 0
op_dispute_mon_oldest_game_update_time 1.7952702e+09
op_dispute_mon_games_agreement{completion=\"complete\",result_correctness=\"correct\",root_agreement=\"agree\",status=\"agree_defender_wins\"} 4
op_dispute_mon_games_agreement{completion=\"in_progress\",result_correctness=\"incorrect\",root_agreement=\"disagree\",status=\"disagree_defender_ahead\"} 2
op_dispute_mon_games_agreement{completion=\"complete\",result_correctness=\"incorrect\",root_agreement=\"agree\",status=\"agree_challenger_wins\"} 1
op_dispute_mon_different_root_games 2
op_dispute_mon_bond_collateral_required{balance=\"insufficient\",delayedWETH=\"0x9\"} 0.5
op_dispute_mon_bond_collateral_required{balance=\"sufficient\",delayedWETH=\"0x9\"} 0.5
op_dispute_mon_credits{credit=\"below\",withdrawable=\"non_withdrawable\"} 0
op_dispute_mon_credits{credit=\"below\",withdrawable=\"withdrawable\"} 3
op_dispute_mon_honest_actor_claims{honest_actor_address=\"0x3\",state=\"invalid\"} 1
";
        let program = Program {
            started: Some(1_795_270_175.0),
            derivation_resets: None,
            disagreements: Some(3.0),
            sent: None,
            failed_games: Some(0.0),
            judged_at: Some(1_795_270_200.0),
            monitor: Some(Monitor { different_roots: 2.0, ignored: 0.0, wrong_bonds: 2.0 }),
            acted_on: None,
        };
        assert_eq!(read(text), program);
        assert_eq!(read(""), Program::default());
    }

    #[test]
    fn a_sender_counts_its_transactions() {
        for sender in SENDERS {
            let text = format!("{sender}current_nonce 17\n");
            assert_eq!(read(&text).sent, Some(Sent::default()));
            let text = format!(
                "{text}{sender}confirm_total{{status=\"success\"}} 5
{sender}confirm_total{{status=\"failed\"}} 1
{sender}tx_publish_error_count{{error=\"nonce_too_low\"}} 2
{sender}tx_publish_error_count{{error=\"tx_replacement_underpriced\"}} 1
{sender}tx_publish_error_count{{error=\"unknown_error\"}} 9
"
            );
            assert_eq!(read(&text).sent, Some(Sent { confirmed: 6.0, nonces_taken: 3.0 }));
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
