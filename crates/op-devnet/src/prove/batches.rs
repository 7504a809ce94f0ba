//! What batches cost: how much data the batcher brings to L1 for a block of L2.

use std::fmt;

use alloy_primitives::U64;
use anyhow::{Context, Result, ensure};
use eth_rpc::{Batch, Rpc};
use op_chain::rollup::RollupConfig;

use crate::beacon::Blobs;
use crate::{chain::Chain, l1};

/// What is on L1 of a chain that is safe up to a block.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Batches {
    transactions: usize,
    blobs: usize,
    /// Of frames, in calldata and in blobs.
    bytes: u64,
    safe: u64,
}

/// Reads what the batcher sent to the inbox up to now, and asks that it is of one kind: blobs or calldata.
pub(super) async fn read(
    chain: &Chain,
    rollup: &RollupConfig,
    l1: &Rpc,
    kept: &Blobs,
    safe: u64,
) -> Result<Batches> {
    let mut batch = Batch::default();
    let head = batch.head("latest");
    let head = l1.send(batch).await.take(&head)?.context("the L1 has no head")?;
    let mut batches = Batches { safe, ..Batches::default() };
    for number in 0..=head.number.to() {
        let sent = l1::transactions(l1, U64::from(number)).await?.into_iter();
        let inbox = Some(rollup.batch_inbox_address);
        for transaction in sent.filter(|sent| sent.from == chain.batcher && sent.to == inbox) {
            batches.transactions += 1;
            batches.bytes += transaction.input.len() as u64;
            for hash in transaction.blob_versioned_hashes {
                let blob = kept.read(hash).with_context(|| format!("blob {hash} was not kept"))?;
                batches.blobs += 1;
                batches.bytes += content(&blob)?;
            }
        }
    }
    ensure!(batches.transactions > 0 && safe > 0, "nothing of L2 is on L1 yet");
    let blobs = chain.data_availability != "calldata";
    ensure!(blobs == (batches.blobs > 0), "{} was expected: {batches}", chain.data_availability);
    Ok(batches)
}

/// Bytes that a blob holds (op-service `eth/blob.go`: version, then the length in three bytes).
fn content(blob: &[u8]) -> Result<u64> {
    let [_, 0, a, b, c] = *blob.first_chunk().context("the blob is short")? else {
        anyhow::bail!("the blob is of a version that nobody knows");
    };
    Ok(u64::from_be_bytes([0, 0, 0, 0, 0, a, b, c]))
}

impl fmt::Display for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transactions, blobs, bytes, safe } = *self;
        let a_block = bytes.checked_div(safe).unwrap_or_default();
        write!(
            f,
            "{a_block} bytes for a block of L2: {bytes} bytes in {transactions} transactions"
        )?;
        if blobs > 0 {
            write!(f, " and {blobs} blobs")?;
        }
        write!(f, ", up to block {safe}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_says_how_much_it_holds() {
        let mut blob = [0; 64];
        blob[2..5].copy_from_slice(&[1, 0, 2]);
        assert_eq!(content(&blob).unwrap(), 65_538);
        blob[1] = 1;
        assert!(content(&blob).is_err());
        assert!(content(&[0; 4]).is_err());
    }
}
