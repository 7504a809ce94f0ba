//! What an operator must believe in: a withdrawal comes to its end, and a false output root does not.

use std::time::Duration;

use anyhow::{Result, ensure};
use eth_rpc::{Rpc, units::ether};

use super::bonds::{self, Returned};
use super::wallet::{ONE_ETHER, Wallet};
use super::withdrawal::{self, Bridge};
use super::{agreement::DisputeMon, delays::Delays, dispute, proof::Recorder, wait::ANSWER};
use crate::{accounts, devnet::Devnet};

/// For a step that waits for clocks of the contracts; each wait inside has an end of its own.
const CLOCKS: Duration = Duration::from_mins(10);
/// False roots that the proof proposes.
const FALSE_GAMES: u64 = 1;

struct Scene<'a> {
    devnet: &'a Devnet,
    recorder: &'a Recorder<'a>,
    l1: Rpc,
    node: Rpc,
    delays: Delays,
}

/// The withdrawal and the dispute side by side, with op-dispute-mon agreeing throughout.
pub(super) async fn run(devnet: &Devnet, recorder: &Recorder<'_>) -> Result<()> {
    let l1 = Rpc::new(&devnet.url("l1.rpc")?, ANSWER)?;
    let node = Rpc::new(&devnet.url("sequencer-node.rpc")?, ANSWER)?;
    let delays = Delays::read(&l1, &devnet.chain).await?;
    delays.ensure_short()?;
    let scene = Scene { devnet, recorder, l1, node, delays };
    let monitor = DisputeMon::new(&devnet.url("dispute-mon.metrics")?)?;
    tokio::select! {
        done = async { tokio::try_join!(scene.dispute(), scene.withdrawal(), scene.bonds()) } => done?,
        disagreement = monitor.disagreement(FALSE_GAMES) => return Err(disagreement),
    };
    recorder
        .step("op-dispute-mon agreed throughout", CLOCKS, monitor.conclusion(FALSE_GAMES), |seen| {
            format!(
                "{} true roots won, {} ahead; the false one lost; {} rounds",
                seen.agree_defender_wins, seen.agree_defender_ahead, seen.rounds
            )
        })
        .await?;
    Ok(())
}

impl Scene<'_> {
    /// A false output root, from its proposal to its loss; true ones stand.
    async fn dispute(&self) -> Result<()> {
        let Self { devnet, recorder, l1, node, delays } = self;
        let chain = &devnet.chain;
        let key = devnet.home.keys().join("proposer.key");
        let proposer = Wallet::from_key_file(l1.clone(), chain.l1_chain_id, &key)?;
        let propose = dispute::propose(chain, &proposer, node);
        let game = recorder
            .step("false output root proposed", CLOCKS, propose, |game| {
                format!("game {} on L2 block {}", game.address, game.l2_block)
            })
            .await?;
        recorder
            .step(
                "attacked by op-challenger",
                CLOCKS,
                dispute::attack(chain, l1, &game),
                |attack| format!("{} claims {}", attack.challenger, attack.claim),
            )
            .await?;
        recorder
            .step("false root lost", CLOCKS, dispute::loss(l1, &game, *delays), |()| {
                "CHALLENGER_WINS".to_owned()
            })
            .await?;
        let honest = async {
            let honest = dispute::honest_games(chain, l1, node).await?;
            ensure!(honest.won > 0, "no game about a true root has been won yet");
            Ok(honest)
        };
        recorder
            .step("true roots stand", CLOCKS, honest, |games| {
                format!("{} won, {} in progress", games.won, games.in_progress)
            })
            .await?;
        Ok(())
    }

    /// What op-proposer put down for a game comes back to it.
    async fn bonds(&self) -> Result<()> {
        let Self { devnet, recorder, l1, delays, .. } = self;
        let returned = bonds::returned(&devnet.chain, l1, delays.game_clock);
        recorder
            .step("bonds came back", CLOCKS, returned, |returned| {
                let Returned { amount, games, l1_block } = returned;
                let games = if *games == 1 { "a game" } else { "games" };
                format!(
                    "{} ETH of {games} to {} in L1 block {l1_block}, claimed by op-challenger",
                    ether(*amount),
                    devnet.chain.proposer
                )
            })
            .await?;
        Ok(())
    }

    /// A withdrawal of what was deposited, to its end.
    async fn withdrawal(&self) -> Result<()> {
        let Self { devnet, recorder, l1, node, delays } = self;
        let chain = &devnet.chain;
        let engine = Rpc::new(&devnet.url("sequencer-engine.http")?, ANSWER)?;
        let user = || accounts::key(accounts::USER);
        let bridge = Bridge {
            chain,
            l1: &Wallet::new(l1.clone(), chain.l1_chain_id, user()?),
            l2: &Wallet::new(engine, chain.l2_chain_id, user()?),
            node,
        };
        let initiated = recorder
            .step(
                "withdrawal initiated",
                CLOCKS,
                withdrawal::initiate(bridge, ONE_ETHER),
                |initiated| format!("in L2 block {}", initiated.l2_block.number),
            )
            .await?;
        let proven = recorder
            .step("withdrawal proven", CLOCKS, withdrawal::prove(bridge, initiated), |proven| {
                format!("against game {} on L2 block {}", proven.game.index, proven.game.l2_block)
            })
            .await?;
        recorder
            .step(
                "its game resolved",
                CLOCKS,
                withdrawal::resolution(bridge, &proven, *delays),
                |()| "DEFENDER_WINS".to_owned(),
            )
            .await?;
        recorder
            .step(
                "withdrawal finalised",
                CLOCKS,
                withdrawal::finalise(bridge, proven, *delays),
                |withdrawal| {
                    format!(
                        "1 ETH to {} in L1 block {}",
                        withdrawal.recipient, withdrawal.l1_block.number
                    )
                },
            )
            .await?;
        Ok(())
    }
}
