//! Which execution engines a devnet runs. They are chosen with the chain and stay: a database is of one program.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use op_components::Component;
use op_contracts::ForkOffsets;
use serde::{Deserialize, Serialize};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, strum::AsRefStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Engine {
    /// op-reth, production's engine; found in `OP_DEVNET_BIN_DIR`
    Reth,
    /// op-geth, built of its sources
    #[default]
    Geth,
}

impl Engine {
    pub(crate) const fn component(self) -> Component {
        match self {
            Self::Reth => Component::OpReth,
            Self::Geth => Component::OpGeth,
        }
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) sequencer: Option<Engine>,
    pub(crate) followers: Option<Engine>,
}

/// The engines of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Engines {
    pub(crate) sequencer: Engine,
    pub(crate) followers: Engine,
}

impl Engines {
    /// Those of the chain that is there, else those that were asked for: all of one kind, and op-reth
    /// where it is at hand.
    ///
    /// Errors: when the chain has others than were asked for.
    pub(crate) fn choose(
        asked: Asked,
        existing: Option<Self>,
        reth_is_there: bool,
    ) -> Result<Self> {
        let default = if reth_is_there { Engine::Reth } else { Engine::Geth };
        let sequencer =
            asked.sequencer.or(existing.map(|found| found.sequencer)).unwrap_or(default);
        let followers =
            asked.followers.or(existing.map(|found| found.followers)).unwrap_or(sequencer);
        let chosen = Self { sequencer, followers };
        ensure!(
            existing.is_none_or(|found| found == chosen),
            "this chain's engines are {}, not {chosen}: leave --engine out, or choose another --dir",
            existing.unwrap_or_default(),
        );
        Ok(chosen)
    }

    /// Karst, where all of them know it.
    pub(crate) fn forks(self) -> ForkOffsets {
        match (self.sequencer, self.followers) {
            (Engine::Reth, Engine::Reth) => ForkOffsets::KARST,
            _ => ForkOffsets::DEFAULT,
        }
    }

    pub(crate) const fn components(self) -> [Component; 2] {
        [self.sequencer.component(), self.followers.component()]
    }
}

impl std::fmt::Display for Engines {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.sequencer.component().name())?;
        if self.followers != self.sequencer {
            write!(formatter, ", and {} of the followers", self.followers.component().name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Asked = Asked { sequencer: None, followers: None };
    const MIXED: Engines = Engines { sequencer: Engine::Reth, followers: Engine::Geth };

    #[test]
    fn a_chain_keeps_its_engines() {
        assert_eq!(Engines::choose(NOTHING, Some(MIXED), false).unwrap(), MIXED);
        let asked = Asked { sequencer: Some(Engine::Geth), followers: None };
        let error = Engines::choose(asked, Some(MIXED), true).unwrap_err().to_string();
        assert!(error.contains("op-reth, and op-geth of the followers, not op-geth:"), "{error}");
    }

    #[test]
    fn a_new_chain_has_one_kind_unless_two_are_asked_for() {
        let both = |engine| Engines { sequencer: engine, followers: engine };
        assert_eq!(Engines::choose(NOTHING, None, true).unwrap(), both(Engine::Reth));
        assert_eq!(Engines::choose(NOTHING, None, false).unwrap(), both(Engine::Geth));
        let asked = Asked { sequencer: Some(Engine::Geth), followers: None };
        assert_eq!(Engines::choose(asked, None, true).unwrap(), both(Engine::Geth));
        let asked = Asked { sequencer: None, followers: Some(Engine::Geth) };
        assert_eq!(Engines::choose(asked, None, true).unwrap(), MIXED);
    }
}
