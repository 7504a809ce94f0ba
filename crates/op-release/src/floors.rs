//! First releases without a known hole.

use crate::Release;

/// A hole, and the release that mends it.
#[derive(Debug)]
pub struct Floor {
    pub component: &'static str,
    pub version: &'static str,
    pub hole: &'static str,
    pub source: &'static str,
}

pub const FLOORS: &[Floor] = &[
    Floor {
        component: "op-node",
        version: "1.19.11",
        hole: "CVE-2026-111943",
        source: "release op-node/v1.19.11",
    },
    Floor {
        component: "op-reth",
        version: "2.6.1",
        hole: "CVE-2026-111943",
        source: "release op-reth/v2.6.1",
    },
];

impl Release<'_> {
    /// The holes that this release has.
    pub fn holes(&self) -> impl Iterator<Item = &'static Floor> {
        FLOORS
            .iter()
            .filter(|floor| floor.component == self.component && self.is_before(floor.version))
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    #[test]
    fn every_version_is_one() {
        for floor in FLOORS {
            assert!(Version::parse(floor.version).is_ok(), "{floor:?}");
        }
    }
}
