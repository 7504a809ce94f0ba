//! How long the contracts make a withdrawal and a dispute wait.

use std::{ops::ControlFlow, time::Duration};

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use eth_rpc::{Batch, Rpc};
use op_chain::contracts::{DisputeGame, DisputeGameFactory, OptimismPortal};
use op_util::text::span;
use serde::Serialize;

use super::games::{self, GameStatus};
use super::wait::until;
use crate::chain::Chain;

/// The longest that a proof waits for clocks.
const LONGEST: Duration = Duration::from_mins(10);
/// What op-challenger and L1 may take on top of any clock.
pub(crate) const SLACK: Duration = Duration::from_mins(1);

/// Delays in the L1 contracts; they count L1 block timestamps.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delays {
    /// Seconds of each side's clock in a game.
    pub(crate) game_clock: u64,
    /// Seconds from the proof of a withdrawal.
    pub(crate) proof_maturity: u64,
    /// Seconds from the resolution of its game.
    pub(crate) finality: u64,
}

impl Delays {
    /// Reads the delays of the chain's contracts.
    pub(crate) async fn read(l1: &Rpc, chain: &Chain) -> Result<Self> {
        let mut batch = Batch::default();
        let game = DisputeGameFactory::gameImplsCall { gameType: chain.game_type };
        let game = batch.call(chain.dispute_game_factory, &game);
        let maturity = OptimismPortal::proofMaturityDelaySecondsCall {};
        let maturity = batch.call(chain.optimism_portal, &maturity);
        let finality = OptimismPortal::disputeGameFinalityDelaySecondsCall {};
        let finality = batch.call(chain.optimism_portal, &finality);
        let answers = l1.send(batch).await;
        let portal = "cannot read the portal's delays";
        let game = answers.take(&game).context("cannot read the game's implementation")?;
        Ok(Self {
            game_clock: game_clock(l1, game).await?,
            proof_maturity: seconds(answers.take(&maturity).context(portal)?),
            finality: seconds(answers.take(&finality).context(portal)?),
        })
    }

    pub(crate) fn ensure_short(&self) -> Result<()> {
        let total =
            self.game_clock.saturating_add(self.proof_maturity).saturating_add(self.finality);
        ensure!(
            Duration::from_secs(total) <= LONGEST,
            "these contracts make a withdrawal wait {} (game clock {}, proof maturity {}, finality {}), \
             a proof waits {} at most: use --prove=full without --deployment",
            span(total),
            span(self.game_clock),
            span(self.proof_maturity),
            span(self.finality),
            span(LONGEST.as_secs())
        );
        Ok(())
    }

    /// Waits until op-challenger has resolved a game, and says how it ended.
    pub(crate) async fn resolution(&self, l1: &Rpc, game: Address) -> Result<GameStatus> {
        // A game with moves on both sides runs both clocks down.
        let patience = Duration::from_secs(self.game_clock.saturating_mul(2)) + SLACK;
        until(format!("game {game} to be resolved"), patience, async || {
            Ok(match games::status(l1, game).await? {
                GameStatus::InProgress => ControlFlow::Continue("it is in progress".to_owned()),
                status => ControlFlow::Break(status),
            })
        })
        .await
        .context("op-challenger resolves games: see op-devnet logs challenger")
    }
}

async fn game_clock(l1: &Rpc, game: Address) -> Result<u64> {
    let mut batch = Batch::default();
    let clock = batch.call(game, &DisputeGame::maxClockDurationCall {});
    l1.send(batch).await.take(&clock).context("cannot read the game's clock")
}

fn seconds(value: U256) -> u64 {
    value.saturating_to()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_delays_pass_and_those_of_a_real_chain_are_named() {
        Delays { game_clock: 40, proof_maturity: 12, finality: 6 }.ensure_short().unwrap();
        let real = Delays { game_clock: 302_400, proof_maturity: 604_800, finality: 302_400 };
        let error = real.ensure_short().unwrap_err().to_string();
        assert_eq!(
            error,
            "these contracts make a withdrawal wait 14 d (game clock 3 d 12 h, proof maturity 7 d, \
             finality 3 d 12 h), a proof waits 10 min at most: use --prove=full without --deployment"
        );
    }

    #[test]
    fn delays_that_overflow_are_long() {
        let endless = Delays { game_clock: u64::MAX, proof_maturity: 1, finality: 0 };
        assert!(endless.ensure_short().is_err());
    }
}
