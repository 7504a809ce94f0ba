//! The first block that differs, by bisection.

use crate::evidence::Different;
use crate::node::{Read, Source};
use crate::proof::Difference;

/// The first block of a range that differs, with both headers where they were verified; `None` where the
/// last one is the same. ⌈log₂ N⌉ probes, then the block and the one below are read again.
pub(super) async fn first_difference(
    ours: &Source,
    theirs: &Source,
    from: u64,
    to: u64,
) -> Result<Option<(Different, Option<Difference>)>, String> {
    if !differs(ours, theirs, to).await? {
        return Ok(None);
    }
    let (mut low, mut high) = (from, to);
    while low < high {
        let middle = low + (high - low) / 2;
        if differs(ours, theirs, middle).await? { high = middle } else { low = middle + 1 }
    }
    confirm(ours, theirs, from, low).await.map(Some)
}

async fn differs(ours: &Source, theirs: &Source, number: u64) -> Result<bool, String> {
    let (ours, theirs) = tokio::join!(ours.block(number), theirs.block(number));
    Ok(ours?.block.hash != theirs?.block.hash)
}

/// Two answers before and after a reorganisation are not a divergence.
async fn confirm(
    ours: &Source,
    theirs: &Source,
    from: u64,
    number: u64,
) -> Result<(Different, Option<Difference>), String> {
    let (one, other) = tokio::join!(ours.block(number), theirs.block(number));
    let (one, other) = (one?, other?);
    let linked = number == 0 || one.block.parent == other.block.parent;
    if one.block.hash == other.block.hash || (number > from && !linked) {
        return Err(format!(
            "block {number} differed once and not again: a reorganisation is under way"
        ));
    }
    let different = Different {
        number,
        reference: one.block.hash,
        follower: other.block.hash,
        linked: number > 0 && linked,
    };
    Ok((different, headers(one, other)))
}

fn headers(one: Read, other: Read) -> Option<Difference> {
    Some(Difference { reference: one.header?, follower: other.header? })
}
