//! What is known of one follower, from poll to poll.

use serde::{Deserialize, Serialize};

use super::{
    Block, Sample, Verdict,
    search::{Difference, Search},
    view::{Odd, View},
};
use op_chain::rpc::Reading;

/// What is known of one follower. No clock, no I/O: the caller asks both nodes at the same time for
/// their heads and for the blocks that [`union`](super::union) names, and hands the answers to
/// [`judge`](Self::judge). It survives a restart as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Track {
    /// The chain's first block.
    pub(super) first: u64,
    /// The next block to be compared.
    pub(super) next: u64,
    /// The block before it, the same on both.
    pub(super) anchor: Option<Block>,
    pub(super) reference: Past,
    pub(super) follower: Past,
    pub(super) search: Search,
}

/// What is remembered of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Past {
    pub(super) latest: Option<Block>,
    pub(super) safe: Option<Block>,
    /// Blocks by which the head grew between the last two polls.
    pub(super) growth: u64,
    /// The lowest block that was missing below the head.
    pub(super) hole: Option<u64>,
    latest_falls: Falls,
    safe_falls: Falls,
}

/// How often a head has fallen of late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Falls(u8);

/// How a follower's two heads stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    /// The head that came through gossip.
    pub unsafe_head: Verdict,
    /// The head that was derived from L1.
    pub safe_head: Verdict,
}

impl Track {
    /// Nothing is compared yet of a chain that begins with that block.
    #[must_use]
    pub fn new(first: u64) -> Self {
        Self {
            first,
            next: first,
            anchor: None,
            reference: Past::default(),
            follower: Past::default(),
            search: Search::default(),
        }
    }

    /// The next block to be compared: every one below it was.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Judges one poll of both nodes.
    pub fn judge(&mut self, reference: &Reading<Sample>, follower: &Reading<Sample>) -> Verdicts {
        let (ours, theirs) = (view(reference), view(follower));
        if matches!(&ours, Err(Odd::Torn(_))) || matches!(&theirs, Err(Odd::Torn(_))) {
            self.rewind(reference.as_ref().ok().and_then(|sample| sample.finalized));
        }
        let before = [self.reference.clone(), self.follower.clone()];
        for (past, view) in [(&mut self.reference, &ours), (&mut self.follower, &theirs)] {
            if let Ok(view) = view {
                past.see(*view);
            }
        }
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => self.compare(ours, theirs, &before),
            (Err(odd), _) => Verdicts::unknown(format!("the reference: {}", odd.reason())),
            (_, Err(odd)) => Verdicts::unknown(odd.reason()),
        }
    }

    fn compare(&mut self, ours: View<'_>, theirs: View<'_>, before: &[Past; 2]) -> Verdicts {
        let difference = self.search.judge(ours, theirs);
        self.sweep(ours, theirs);
        let poll = Poll { track: self, difference, ours, theirs, before };
        Verdicts { unsafe_head: poll.verdict(Head::Unsafe), safe_head: poll.verdict(Head::Safe) }
    }

    /// Goes on from block to block as far as both have the same.
    fn sweep(&mut self, ours: View<'_>, theirs: View<'_>) {
        let left =
            |anchor: &Block| ours.at(anchor.number).is_some_and(|now| now.hash != anchor.hash);
        let differs = self.search.lowest().is_some_and(|lowest| lowest < self.next);
        if differs || self.anchor.as_ref().is_some_and(left) {
            self.rewind(ours.sample().finalized);
        }
        while let (Some(block), Some(same)) = (ours.at(self.next), theirs.at(self.next)) {
            if block.hash != same.hash {
                return;
            }
            if self.anchor.is_some_and(|anchor| anchor.hash != block.parent) {
                return self.rewind(ours.sample().finalized);
            }
            let Some(next) = self.next.checked_add(1) else { return };
            self.anchor = Some(block);
            self.next = next;
        }
    }

    /// Goes back to the last block that stays, or to the first one where that one is in doubt.
    fn rewind(&mut self, finalized: Option<Block>) {
        let stays = finalized.map_or(self.first, |block| block.number.max(self.first));
        let doubted = self.search.lowest().is_some_and(|lowest| lowest <= stays);
        let back = if doubted { self.search.known_from(self.first) } else { stays };
        if back < self.next {
            (self.next, self.anchor) = (back, None);
        }
    }
}

fn view(reading: &Reading<Sample>) -> Result<View<'_>, Odd> {
    View::of(reading.as_ref().map_err(|unread| Odd::Useless(unread.to_string()))?)
}

impl Verdicts {
    fn unknown(reason: String) -> Self {
        let verdict = Verdict::Unknown { reason };
        Self { unsafe_head: verdict.clone(), safe_head: verdict }
    }
}

impl Past {
    fn see(&mut self, view: View<'_>) {
        let Sample { latest, safe, .. } = view.sample();
        self.latest_falls.see(self.latest, *latest);
        self.safe_falls.see(self.safe, *safe);
        if let (Some(before), Some(now)) = (self.latest, latest) {
            self.growth = now.number.saturating_sub(before.number);
        }
        (self.latest, self.safe) = (*latest, *safe);
        self.hole = view.hole();
    }
}

impl Falls {
    /// What one fall counts; every poll without one takes 1 away.
    const FALL: u8 = 8;

    fn see(&mut self, before: Option<Block>, now: Option<Block>) {
        let fell = matches!((before, now), (Some(before), Some(now)) if now.number < before.number);
        self.0 = if fell { self.0.saturating_add(Self::FALL) } else { self.0.saturating_sub(1) };
    }

    /// One fall is a restart or a reorganisation, several are engines that take turns to answer.
    const fn often(self) -> bool {
        self.0 > Self::FALL
    }
}

/// Which head is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Unsafe,
    Safe,
}

/// One poll, all of it read.
struct Poll<'a> {
    track: &'a Track,
    difference: Difference,
    ours: View<'a>,
    theirs: View<'a>,
    /// The reference and the follower before this poll.
    before: &'a [Past; 2],
}

impl Poll<'_> {
    fn verdict(&self, head: Head) -> Verdict {
        self.judge(head).unwrap_or_else(|reason| Verdict::Unknown { reason })
    }

    fn judge(&self, head: Head) -> Result<Verdict, String> {
        let ours = head.of(self.ours).ok_or_else(|| format!("the reference has no {head} head"))?;
        let theirs = head.of(self.theirs).ok_or_else(|| format!("it has no {head} head"))?;
        let common = ours.number.min(theirs.number);
        match self.difference {
            Difference::Confirmed { pair, after } if pair.number <= common => {
                return Ok(Verdict::Diverged {
                    after,
                    block: pair.number,
                    reference: pair.reference,
                    follower: pair.follower,
                });
            }
            Difference::Once(number) if number <= common => {
                return Err(format!("block {number} differs once: to be read again"));
            }
            Difference::Absurd { differs, same } => {
                return Err(format!("block {differs} differs and block {same} above it does not"));
            }
            _ => self.doubt(head)?,
        }
        self.stand(head, ours, theirs)
    }

    /// What speaks against any verdict but diverged.
    fn doubt(&self, head: Head) -> Result<(), String> {
        let nodes = [
            ("the reference", self.ours, &self.before[0], &self.track.reference),
            ("it", self.theirs, &self.before[1], &self.track.follower),
        ];
        for (name, view, before, now) in nodes {
            if let Some(hole) = before.hole.filter(|hole| view.lacks(*hole) && now.hole.is_some()) {
                return Err(format!("{name} lacks block {hole}, which is below its head"));
            }
            if head.falls(now).often() {
                return Err(format!("the {head} head of {name} jumps back and forth"));
            }
        }
        Ok(())
    }

    fn stand(&self, head: Head, ours: Block, theirs: Block) -> Result<Verdict, String> {
        let same = |view: View<'_>, block: Block| {
            view.at(block.number).is_some_and(|found| found.hash == block.hash)
        };
        let derived = head == Head::Unsafe || theirs.number >= ours.number;
        if derived && same(self.theirs, ours) {
            return Ok(Verdict::Equal { to: ours.number, hash: ours.hash });
        }
        let before = head.before(&self.before[1]);
        let known = same(self.ours, theirs).then_some(theirs).or_else(|| {
            // Its head moves faster than it can be asked for: the one of the poll before tells.
            before.filter(|block| same(self.ours, *block) && same(self.theirs, *block))
        });
        match known {
            Some(block) if block.number <= theirs.number && theirs.number < ours.number => {
                Ok(Verdict::Behind { head: block.number, to: ours.number })
            }
            _ => Err(format!("block {} is not compared yet", ours.number.min(theirs.number))),
        }
    }
}

impl Head {
    const fn of(self, view: View<'_>) -> Option<Block> {
        match self {
            Self::Unsafe => view.sample().latest,
            Self::Safe => view.sample().safe,
        }
    }

    const fn before(self, past: &Past) -> Option<Block> {
        match self {
            Self::Unsafe => past.latest,
            Self::Safe => past.safe,
        }
    }

    const fn falls(self, past: &Past) -> Falls {
        match self {
            Self::Unsafe => past.latest_falls,
            Self::Safe => past.safe_falls,
        }
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        })
    }
}
