//! The blocks of the L1: one every two seconds, for as long as its state is saved.
//!
//! anvil makes them on request. With a timer of its own it keeps the states of 1,500 blocks, whatever it is
//! told, which is half a gigabyte.

use std::time::Duration;

use anyhow::Result;
use eth_rpc::Rpc;
use op_util::error::with_causes;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use crate::{beacon::Blobs, out, saved::Saved};

const PERIOD: Duration = Duration::from_secs(2);
/// Without a saved state for so long there are no more blocks: an L1 that is killed then never loses more
/// of them than it has after its last final one.
const PATIENCE: Duration = Duration::from_secs(12);
/// For an answer: a second request would make a second block.
const ANSWER: Duration = Duration::from_mins(1);

/// Makes the blocks of the L1 at `url`, and keeps its states and blobs.
pub(crate) async fn make(url: &str, saved: &Saved) {
    let (kept, last_kept) = watch::channel(Instant::now());
    let blobs = saved.blobs();
    tokio::join!(saved.keep(&kept), mine(url, &blobs, &last_kept));
}

async fn mine(url: &str, blobs: &Blobs, last_kept: &watch::Receiver<Instant>) {
    let mut ticks = interval_at(Instant::now() + PERIOD, PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = false;
    loop {
        ticks.tick().await;
        let late = last_kept.borrow().elapsed() > PATIENCE;
        if late != stopped {
            out::line(if late {
                "op-devnet: the L1 makes no blocks until its state can be saved: is the disk full?"
            } else {
                "op-devnet: the L1's state is saved again, and it makes blocks"
            });
            stopped = late;
        }
        if !late && let Err(error) = one(url.to_owned(), blobs.clone()).await {
            out::line(format_args!(
                "op-devnet: the L1 made no block: {}",
                with_causes(error.as_ref())
            ));
        }
    }
}

/// Keeps the blobs of the newest block before there is another, for as long as the L1 answers.
async fn keep(l1: &Rpc, blobs: &Blobs) -> Result<()> {
    for tries in 0.. {
        let Err(error) = blobs.keep(l1).await else { break };
        l1.request::<Value>("eth_chainId", json!([])).await?;
        if tries == 0 {
            let why = with_causes(error.as_ref());
            out::line(format_args!(
                "op-devnet: the L1 makes no block until the last one's blobs are kept: {why}"
            ));
        }
        sleep(PERIOD).await;
    }
    Ok(())
}

/// Goes on to its end whatever becomes of the L1: a block without its blobs would stop every node.
async fn one(url: String, blobs: Blobs) -> Result<()> {
    let block = async move {
        let l1 = Rpc::new(&url, ANSWER)?;
        l1.request::<Value>("evm_mine", json!([])).await?;
        keep(&l1, &blobs).await
    };
    tokio::spawn(block).await?
}
