//! The bonds of dispute games: where each lies, and the way back to whoever put it down.
//!
//! A bond does not come back by itself. Its game has to be resolved and final; then somebody, anybody, calls
//! `claimCredit`. op-challenger does for the accounts that it is told, and looks at the games of the last 28
//! days only. Here all games of the factory are looked at.

mod claim;
mod error;
mod read;

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use op_gate::config::Config;
use serde::Serialize;

pub use self::claim::{Claimed, claim};
pub use self::error::BondsError;
pub use self::read::read;

/// ETH of one account in one game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bond {
    /// Its game's place in the factory's list.
    pub index: u64,
    pub game: Address,
    /// When the game was made, in seconds since the Unix epoch.
    pub created: u64,
    /// Who gets it.
    pub recipient: Address,
    /// Wei.
    pub amount: U256,
    #[serde(flatten)]
    pub place: Place,
}

/// Where a bond lies, in the order of its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "place", rename_all = "kebab-case")]
pub enum Place {
    /// The game is not resolved.
    InPlay,
    /// The game is resolved, and does not let go yet.
    Locked {
        /// What it says.
        why: String,
    },
    /// `claimCredit` begins the delay.
    Unlockable,
    /// Held back by `DelayedWETH`.
    Held {
        /// Seconds since the Unix epoch.
        until: u64,
    },
    /// `claimCredit` pays it.
    Claimable,
}

impl Place {
    /// As people read it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InPlay => "in play",
            Self::Locked { .. } => "locked",
            Self::Unlockable => "unlockable",
            Self::Held { .. } => "held back",
            Self::Claimable => "claimable",
        }
    }

    /// Whether a call of `claimCredit` moves it now.
    #[must_use]
    pub const fn moves(&self) -> bool {
        matches!(self, Self::Unlockable | Self::Claimable)
    }
}

/// The accounts that put bonds down, as far as a configuration names them: the keys of proposer and
/// challenger, and whom the challenger claims for.
#[must_use]
pub fn recipients(config: &Config) -> BTreeSet<Address> {
    let component = |name: &str| {
        let command = config.services.get(name)?.command.as_ref()?;
        Some(command.component.as_str())
    };
    let plays = |name: &str| matches!(component(name), Some("op-proposer" | "op-challenger"));
    let keys = op_gate::read::accounts(config).into_iter().filter(|(name, _)| plays(name));
    let claimants = config
        .commands("op-challenger")
        .flat_map(|command| command.list("additional-bond-claimants"))
        .filter_map(|address| address.parse().ok());
    keys.map(|(_, account)| account).chain(claimants).collect()
}
