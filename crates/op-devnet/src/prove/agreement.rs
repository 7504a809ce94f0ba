//! What op-dispute-mon reports of the games; it compares each of them with its own op-node.

use std::{collections::BTreeMap, ops::ControlFlow, time::Duration};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::time::sleep;

use super::wait::until;

/// Between two readings; op-dispute-mon itself checks every four seconds.
const PAUSE: Duration = Duration::from_secs(1);
/// How long op-dispute-mon may take to answer, and to see what is on L1.
const PATIENCE: Duration = Duration::from_mins(1);
/// For one answer.
const ANSWER: Duration = Duration::from_secs(5);

/// op-dispute-mon's metrics.
#[derive(Debug, Clone)]
pub(crate) struct DisputeMon {
    http: reqwest::Client,
    url: String,
}

/// Games by op-dispute-mon's judgement: whether it agrees with the root, and who wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agreement {
    /// How often it has checked.
    pub(crate) rounds: u64,
    /// Games that it could not judge in its last round: a node may be one block behind the other.
    pub(crate) failed: u64,
    /// True roots, won.
    pub(crate) agree_defender_wins: u64,
    /// True roots, ahead.
    pub(crate) agree_defender_ahead: u64,
    /// True roots, lost.
    pub(crate) agree_challenger_wins: u64,
    /// True roots, behind.
    pub(crate) agree_challenger_ahead: u64,
    /// False roots, won.
    pub(crate) disagree_defender_wins: u64,
    /// False roots, ahead: nobody has attacked them yet.
    pub(crate) disagree_defender_ahead: u64,
    /// False roots, lost.
    pub(crate) disagree_challenger_wins: u64,
    /// False roots, behind.
    pub(crate) disagree_challenger_ahead: u64,
}

impl DisputeMon {
    /// The metrics of the op-dispute-mon at an HTTP address, without a path.
    pub(crate) fn new(address: &str) -> Result<Self> {
        // The first caller in the process decides; reqwest has no provider of its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER)
            .build()
            .context("no HTTP client")?;
        Ok(Self { http, url: format!("{address}/metrics") })
    }

    pub(crate) async fn read(&self) -> Result<Agreement> {
        let answer = self.http.get(&self.url).send().await?.error_for_status()?;
        Agreement::from_metrics(&answer.text().await?)
    }

    /// Reads again and again, and returns the first disagreement.
    pub(crate) async fn disagreement(&self, false_games: u64) -> anyhow::Error {
        loop {
            let agreement = until("op-dispute-mon's metrics", PATIENCE, async || {
                self.read().await.map(ControlFlow::Break)
            })
            .await;
            match agreement.and_then(|agreement| agreement.ensure_agrees(false_games)) {
                Ok(()) => sleep(PAUSE).await,
                Err(error) => return error,
            }
        }
    }

    /// Waits until it has judged every game, the false ones lost and all true ones won or ahead.
    pub(crate) async fn conclusion(&self, false_games: u64) -> Result<Agreement> {
        let what = format!("op-dispute-mon to see {false_games} false roots lost");
        let agreement = until(what, PATIENCE, async || {
            let agreement = self.read().await?;
            let judged = agreement.failed == 0 && agreement.rounds > 0;
            Ok(if judged && agreement.disagree_challenger_wins >= false_games {
                ControlFlow::Break(agreement)
            } else {
                ControlFlow::Continue(format!("{agreement:?}"))
            })
        })
        .await
        .context("see op-devnet logs dispute-mon")?;
        agreement.ensure_agrees(false_games)?;
        Ok(agreement)
    }
}

impl Agreement {
    /// Reads the Prometheus text format.
    fn from_metrics(text: &str) -> Result<Self> {
        let values: BTreeMap<&str, u64> = text.lines().filter_map(sample).collect();
        let value = |name: &str| {
            values.get(name).copied().with_context(|| {
                format!("op-dispute-mon has no metric {name}: is it that program?")
            })
        };
        // Appears with the first check.
        let games = |status: &str| values.get(status).copied().unwrap_or_default();
        Ok(Self {
            rounds: value("op_dispute_mon_monitor_duration_seconds_count")?,
            failed: value("op_dispute_mon_failed_games")?,
            agree_defender_wins: games("agree_defender_wins"),
            agree_defender_ahead: games("agree_defender_ahead"),
            agree_challenger_wins: games("agree_challenger_wins"),
            agree_challenger_ahead: games("agree_challenger_ahead"),
            disagree_defender_wins: games("disagree_defender_wins"),
            disagree_defender_ahead: games("disagree_defender_ahead"),
            disagree_challenger_wins: games("disagree_challenger_wins"),
            disagree_challenger_ahead: games("disagree_challenger_ahead"),
        })
    }

    /// An error when a true root is losing, a false one has won, or more are false than were made.
    pub(crate) fn ensure_agrees(&self, false_games: u64) -> Result<()> {
        let disagree = self.disagree_challenger_ahead
            + self.disagree_challenger_wins
            + self.disagree_defender_ahead
            + self.disagree_defender_wins;
        let lost = self.agree_challenger_ahead + self.agree_challenger_wins;
        ensure!(
            lost == 0 && self.disagree_defender_wins == 0,
            "op-dispute-mon finds {lost} true roots lost and {} false roots won: see op-devnet logs \
             dispute-mon",
            self.disagree_defender_wins
        );
        ensure!(
            disagree <= false_games,
            "op-dispute-mon finds {disagree} false roots, {false_games} were made: see op-devnet logs \
             dispute-mon"
        );
        Ok(())
    }
}

/// A metric and its value; games are named by their status alone, the other labels follow from it.
fn sample(line: &str) -> Option<(&str, u64)> {
    let (name, value) = line.rsplit_once(' ')?;
    let name = match name.strip_prefix("op_dispute_mon_games_agreement{") {
        Some(labels) => labels.split_once("status=\"")?.1.split_once('"')?.0,
        None => name,
    };
    Some((name, value.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of op-dispute-mon v1.16.10.
    const METRICS: &str = "\
# TYPE op_dispute_mon_failed_games gauge
op_dispute_mon_failed_games 0
op_dispute_mon_games_agreement{completion=\"complete\",result_correctness=\"correct\",\
root_agreement=\"agree\",status=\"agree_defender_wins\"} 4
op_dispute_mon_games_agreement{completion=\"complete\",result_correctness=\"correct\",\
root_agreement=\"disagree\",status=\"disagree_challenger_wins\"} 1
op_dispute_mon_games_agreement{completion=\"in_progress\",result_correctness=\"correct\",\
root_agreement=\"agree\",status=\"agree_defender_ahead\"} 3
op_dispute_mon_last_output_fetch 1.795270175e+09
op_dispute_mon_monitor_duration_seconds_count 66
";

    fn agreement() -> Agreement {
        Agreement::from_metrics(METRICS).unwrap()
    }

    #[test]
    fn games_are_counted_by_status() {
        let expected = Agreement {
            rounds: 66,
            agree_defender_wins: 4,
            agree_defender_ahead: 3,
            disagree_challenger_wins: 1,
            ..Agreement::default()
        };
        assert_eq!(agreement(), expected);
        assert!(Agreement::from_metrics("up 1").is_err());
    }

    #[test]
    fn only_as_many_false_roots_as_were_made_are_agreed_with() {
        agreement().ensure_agrees(1).unwrap();
        assert!(agreement().ensure_agrees(0).is_err());
    }

    #[test]
    fn lost_true_roots_and_won_false_roots_are_disagreements() {
        let wrong = [
            Agreement { agree_challenger_ahead: 1, ..agreement() },
            Agreement { agree_challenger_wins: 1, ..agreement() },
            Agreement { disagree_defender_wins: 1, disagree_challenger_wins: 0, ..agreement() },
        ];
        for agreement in wrong {
            assert!(agreement.ensure_agrees(1).is_err(), "{agreement:?}");
        }
    }
}
