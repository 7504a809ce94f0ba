//! The document that a proof is, and its check without any node.
//!
//! It holds the headers of the reference once. What a follower answered is committed to as keccak-256
//! over its blocks' hashes, one after the other: the same headers give the same commitment, so they are
//! kept once. Where a follower differs, the two first different headers show it.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, Keccak256, keccak256};
use alloy_rlp::Decodable as _;
use serde::{Deserialize, Serialize};

use crate::compare::Verdict;
use crate::evidence::{Different, Evidence};
use crate::node::Node;

/// What was asked, answered and found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    pub version: u32,
    pub op_warden: String,
    /// The reference: scheme, host and port.
    pub reference: String,
    pub node: Node,
    pub from: u64,
    pub to: u64,
    /// Whether every hash was recomputed from its header.
    pub verified: bool,
    /// Last block that was read of the reference.
    pub read_to: Option<u64>,
    /// keccak-256 over the hashes of the blocks that were read of the reference.
    pub commitment: Option<B256>,
    pub followers: Vec<Follower>,
    /// Headers of the blocks that were read of the reference, in RLP; empty where none were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Bytes>,
    /// Hashes of blocks that the verdicts are about.
    #[serde(skip)]
    pub(super) hashes: BTreeMap<u64, B256>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Follower {
    /// Scheme, host and port.
    pub follower: String,
    pub node: Node,
    /// Last block up to which it answered the reference's blocks, one by one.
    pub compared_to: Option<u64>,
    /// keccak-256 over the hashes that it answered up to there.
    pub commitment: Option<B256>,
    /// The first headers that differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// How it stands in the range, by its unsafe head.
    pub result: Verdict,
    /// How its safe head stands to the reference's.
    pub safe: Verdict,
}

/// Two different headers of one number, in RLP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    pub reference: Bytes,
    pub follower: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the proof is of version {0}, this program knows {version}", version = Proof::VERSION)]
    Version(u32),
    #[error("the proof holds no headers: make it with --proof FILE")]
    NoHeaders,
    #[error("header {0} is not RLP of a header: {1}")]
    Header(String, alloy_rlp::Error),
    #[error("{0}")]
    Wrong(String),
}

impl Proof {
    /// The version that this program writes and checks.
    pub const VERSION: u32 = 1;

    pub(super) fn new(reference: String, node: Node, from: u64, to: u64, verified: bool) -> Self {
        Self {
            version: Self::VERSION,
            op_warden: env!("CARGO_PKG_VERSION").to_owned(),
            reference,
            node,
            from,
            to,
            verified,
            read_to: None,
            commitment: None,
            followers: Vec::new(),
            headers: Vec::new(),
            hashes: BTreeMap::new(),
        }
    }

    /// Checks that all it says follows from its headers. That the nodes really answered so does not.
    pub fn check(&self) -> Result<(), Broken> {
        if self.version != Self::VERSION {
            return Err(Broken::Version(self.version));
        }
        ensure(!self.followers.is_empty(), || "the proof names no follower".to_owned())?;
        let claims = self.followers.iter().any(|one| claimed(&one.result) || claimed(&one.safe));
        let shown = self.followers.iter().any(|one| one.difference.is_some());
        if self.headers.is_empty() && claims && !shown {
            return Err(Broken::NoHeaders);
        }
        ensure(self.verified || !claims && self.headers.is_empty(), || {
            "\"verified\" is false, and a proof's headers are verified".to_owned()
        })?;
        let hashes = self.chain()?;
        let whole = hashes.last().map(|_| committed(&hashes));
        ensure(self.commitment == whole, || {
            "the reference's commitment is not that of its headers".to_owned()
        })?;
        let end = (hashes.len() as u64).checked_sub(1).map(|count| self.from.saturating_add(count));
        ensure(self.read_to == end, || "\"readTo\" is not the last header".to_owned())?;
        self.ensure_genesis("the reference", &self.node, &hashes)?;
        self.followers.iter().try_for_each(|follower| self.check_follower(follower, &hashes))
    }

    /// Hashes of the headers, which are children of each other.
    fn chain(&self) -> Result<Vec<B256>, Broken> {
        let mut hashes: Vec<B256> = Vec::with_capacity(self.headers.len());
        for (number, raw) in (self.from..=u64::MAX).zip(&self.headers) {
            let header = decoded(&number.to_string(), raw)?;
            ensure(header.number == number, || {
                format!("header {number} says that it is number {}", header.number)
            })?;
            ensure(hashes.last().is_none_or(|parent| *parent == header.parent_hash), || {
                format!("header {number} is not a child of the one before")
            })?;
            hashes.push(keccak256(raw));
        }
        Ok(hashes)
    }

    /// What a node said of its genesis does not contradict the headers.
    fn ensure_genesis(&self, name: &str, node: &Node, hashes: &[B256]) -> Result<(), Broken> {
        let genesis = (self.from == 0).then(|| hashes.first()).flatten();
        ensure(node.genesis.zip(genesis.copied()).is_none_or(|(one, other)| one == other), || {
            format!("{name}'s genesis is not the first header")
        })
    }

    fn check_follower(&self, claim: &Follower, hashes: &[B256]) -> Result<(), Broken> {
        let name = &claim.follower;
        let count = match claim.compared_to {
            None => 0,
            Some(to) => self.count(to).filter(|count| *count <= hashes.len()).ok_or_else(|| {
                Broken::Wrong(format!("{name}: there are no headers up to block {to}"))
            })?,
        };
        let commitment = claim.compared_to.map(|_| committed(&hashes[..count]));
        ensure(claim.commitment == commitment, || {
            format!("{name}: its commitment is not that of the reference's blocks")
        })?;
        if !claimed(&claim.result) && !claimed(&claim.safe) {
            return Ok(());
        }
        let different =
            claim.difference.as_ref().map(|found| self.different(claim, found)).transpose()?;
        if different.is_none_or(|different| different.number > 0) && count > 0 {
            self.ensure_genesis(name, &claim.node, hashes)?;
        }
        let evidence = Evidence {
            reference: &self.node,
            follower: &claim.node,
            to: self.to,
            compared: claim.compared_to,
            different,
            hash: |number: u64| {
                let place = usize::try_from(number.checked_sub(self.from)?).ok()?;
                hashes[..count].get(place).copied()
            },
        };
        // Why a result is unknown may not be written here; what it does claim is checked all the same.
        let may_be_unknown = !claimed(&claim.result);
        for (head, claim, follows) in
            [("unsafe", &claim.result, evidence.result()), ("safe", &claim.safe, evidence.safe())]
        {
            ensure(*claim == follows || may_be_unknown && !claimed(claim), || {
                format!("{name}: of its {head} head it says {claim}, and what follows is {follows}")
            })?;
        }
        Ok(())
    }

    /// Reads the two first headers that differ: right after the last that is the same.
    fn different(&self, claim: &Follower, found: &Difference) -> Result<Different, Broken> {
        let name = &claim.follower;
        let ours = decoded("of the reference", &found.reference)?;
        let theirs = decoded(name, &found.follower)?;
        let number = claim.compared_to.map_or(Some(self.from), |to| to.checked_add(1));
        let (one, other) = (keccak256(&found.reference), keccak256(&found.follower));
        ensure(
            Some(ours.number) == number && ours.number == theirs.number && one != other,
            || {
                format!(
                    "{name}: the headers that differ are not those after the last that is the same"
                )
            },
        )?;
        let linked = ours.number > 0 && ours.parent_hash == theirs.parent_hash;
        let below = claim
            .compared_to
            .and_then(|to| self.count(to))
            .and_then(|count| self.headers.get(count.checked_sub(1)?));
        let follows = below.is_none_or(|below| linked && keccak256(below) == ours.parent_hash);
        ensure(follows, || {
            format!("{name}: the headers that differ are not children of the last same one")
        })?;
        let here =
            self.count(ours.number).and_then(|count| self.headers.get(count.checked_sub(1)?));
        ensure(here.is_none_or(|here| *here == found.reference), || {
            format!(
                "{name}: the reference's header {} is not the one among its headers",
                ours.number
            )
        })?;
        Ok(Different { number: ours.number, reference: one, follower: other, linked })
    }

    /// How many blocks there are from the first to that one.
    fn count(&self, to: u64) -> Option<usize> {
        usize::try_from(to.checked_sub(self.from)?).ok()?.checked_add(1)
    }
}

/// Unknown is no claim.
const fn claimed(verdict: &Verdict) -> bool {
    !matches!(verdict, Verdict::Unknown { .. })
}

fn decoded(name: &str, mut raw: &[u8]) -> Result<Header, Broken> {
    let header =
        Header::decode(&mut raw).map_err(|error| Broken::Header(name.to_owned(), error))?;
    ensure(raw.is_empty(), || format!("header {name} has bytes after its end"))?;
    Ok(header)
}

fn committed(hashes: &[B256]) -> B256 {
    let mut commitment = Keccak256::new();
    for hash in hashes {
        commitment.update(hash);
    }
    commitment.finalize()
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::Wrong(otherwise())) }
}
