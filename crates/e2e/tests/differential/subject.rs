//! What is spoilt, and for whom.

use op_chain::genesis::{Fallback, GenesisBlock};
use serde_json::{Value, json};

use e2e::{devnet::Result, random::Random};

use crate::{
    base::Base,
    case::Case,
    component::Component::{self, Batcher, Challenger, DisputeMon, Engine, Node, Proposer},
    mutate,
};

/// A subject of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// rollup.json, by op-node.
    Rollup,
    /// What op-batcher hears of rollup.json.
    Channels,
    /// genesis.json, by op-geth's `init`.
    Genesis,
    /// Key files, by those that sign.
    Keys,
    /// Arguments and environment, by all but op-geth.
    Flags,
}

impl Subject {
    /// With the share of the cases that is its own, in hundredths.
    pub(crate) const ALL: [(Self, u64); 5] = [
        (Self::Rollup, 34),
        (Self::Channels, 6),
        (Self::Genesis, 8),
        (Self::Keys, 14),
        (Self::Flags, 38),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rollup => "rollup.json",
            Self::Channels => "channels",
            Self::Genesis => "genesis.json",
            Self::Keys => "key files",
            Self::Flags => "flags",
        }
    }

    /// The case of a seed.
    pub(crate) fn case(self, seed: u64) -> Result<Case> {
        let random = &mut Random::of(seed);
        let component = match self {
            Self::Rollup => Node,
            Self::Channels => Batcher,
            Self::Genesis => Engine,
            Self::Keys => *random.pick(&[Node, Batcher, Proposer, Challenger]),
            Self::Flags => *random.pick(&[Node, Node, Batcher, Proposer, Challenger, DisputeMon]),
        };
        let base = if matches!(self, Self::Keys | Self::Flags) {
            Base::newest()?
        } else {
            Base::any(random)?
        };
        let mut case = Case::right(component, base);
        let changes = if random.one_in(40) { 0 } else { 1 + u64::from(random.one_in(5)) };
        for _ in 0..changes {
            self.spoil(random, &mut case)?;
        }
        Ok(case)
    }

    fn spoil(self, random: &mut Random, case: &mut Case) -> Result<()> {
        match self {
            Self::Rollup => json_file(random, case, "rollup.json", &[]),
            Self::Channels => channels(random, case)?,
            Self::Genesis => {
                let apart: &[&str] = if random.one_in(4) { &[] } else { &["alloc"] };
                json_file(random, case, "genesis.json", apart);
                follow(case)?;
            }
            Self::Keys => {
                let (kind, content) = mutate::key::any(random);
                let file = match case.component {
                    Component::Node if random.one_in(3) => "jwt.hex",
                    _ => "service.key",
                };
                case.note(kind, format!("{file}: {kind}: {:?}", String::from_utf8_lossy(&content)));
                case.files.insert(file, content);
            }
            Self::Flags => mutate::flags::any(random, case)?,
        }
        Ok(())
    }
}

fn json_file(random: &mut Random, case: &mut Case, file: &'static str, apart: &[&str]) {
    let time = case.base.time;
    if let Some(change) = mutate::json::any(random, &case.text(file), apart, time) {
        case.note(change.kind, change.what);
        case.files.insert(file, change.text.into_bytes());
    }
}

/// rollup.json of the same genesis, so that no difference of the two hides another fault.
pub(crate) fn follow(case: &mut Case) -> Result<()> {
    let mut rollup: Value = serde_json::from_str(&case.text("rollup.json"))?;
    let fallback = Fallback { chain_id: 901, forks: serde_json::from_value(rollup.clone())? };
    if let Ok(block) = GenesisBlock::from_json(&case.files["genesis.json"], Some(&fallback)) {
        case.base.l2_hash = block.hash.to_string();
        case.base.time = block.header.timestamp;
        rollup["genesis"]["l2"]["hash"] = json!(block.hash);
        rollup["genesis"]["l2_time"] = json!(block.header.timestamp);
        case.files.insert("rollup.json", rollup.to_string().into_bytes());
    }
    Ok(())
}

/// What decides how long a channel may stay open.
fn channels(random: &mut Random, case: &mut Case) -> Result<()> {
    let numbers =
        [0, 1, 2, 3, 4, 5, 10, 49, 50, 51, 99, 100, 101, 299, 300, 301, 3599, 3600, 3601, u64::MAX];
    let number = *random.pick(&numbers);
    if random.one_in(4) {
        let field = *random.pick(&["channel_timeout", "seq_window_size"]);
        let mut rollup: Value = serde_json::from_str(&case.text("rollup.json"))?;
        rollup[field] = json!(number);
        case.files.insert("rollup.json", rollup.to_string().into_bytes());
        case.note("rollup.json", format!("{field}: {number}"));
    } else {
        let flag = *random.pick(&[
            "sub-safety-margin",
            "max-channel-duration",
            "max-l1-tx-size-bytes",
            "target-num-frames",
            "batch-type",
        ]);
        let arg = format!("--{flag}={number}");
        case.args.push(arg.clone());
        case.note("flags", arg);
    }
    Ok(())
}
