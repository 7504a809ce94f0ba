//! Which releases of the official contracts have a getter that others lack, by the contract's own
//! `version()` (op-contracts v1.1.0 to v7.0.0, and v8 where it takes one away).

use semver::Version;

/// A getter, and the versions of its contract that have it.
#[derive(Debug, Clone, Copy)]
pub struct Getter {
    /// Its name.
    pub name: &'static str,
    since: [u64; 3],
    until: [u64; 3],
}

/// `SystemConfig`; op-contracts v8 has it no more.
pub const BATCH_INBOX: Getter =
    Getter { until: [4, 0, 0], ..Getter::since("batchInbox", [1, 10, 0]) };
/// `SystemConfig`.
pub const START_BLOCK: Getter = Getter::since("startBlock", [1, 10, 0]);
/// `SystemConfig`, as `eip1559Elasticity`.
pub const EIP1559: Getter = Getter::since("eip1559Denominator", [2, 3, 0]);
/// `SystemConfig`, as `operatorFeeConstant`.
pub const OPERATOR_FEE: Getter = Getter::since("operatorFeeScalar", [2, 5, 0]);
/// `SystemConfig`.
pub const L2_CHAIN_ID: Getter = Getter::since("l2ChainId", [3, 4, 0]);
/// `SystemConfig`.
pub const PAUSED: Getter = Getter::since("paused", [3, 4, 0]);
/// `SystemConfig`.
pub const MIN_BASE_FEE: Getter = Getter::since("minBaseFee", [3, 11, 0]);
/// `SystemConfig`.
pub const DA_FOOTPRINT: Getter = Getter::since("daFootprintGasScalar", [3, 11, 0]);
/// `SystemConfig`. v6 has it too, and there every game has a contract of its own.
pub const DELAYED_WETH: Getter = Getter::since("delayedWETH", [3, 14, 2]);
/// `SystemConfig`.
pub const LAST_USED_OPCM: Getter = Getter::since("lastUsedOPCM", [3, 14, 2]);
/// `DisputeGameFactory`.
pub const GAME_ARGS: Getter = Getter::since("gameArgs", [1, 3, 0]);
/// `OptimismPortal`.
pub const ANCHOR_STATE_REGISTRY: Getter = Getter::since("anchorStateRegistry", [4, 6, 0]);

impl Getter {
    const fn since(name: &'static str, since: [u64; 3]) -> Self {
        Self { name, since, until: [u64::MAX; 3] }
    }

    /// A getter that every release has.
    #[must_use]
    pub const fn of_all(name: &'static str) -> Self {
        Self::since(name, [0; 3])
    }

    /// Whether a contract of this version has it. A pre-release may lack what its release has, and nobody
    /// knows about a version that is none.
    #[must_use]
    pub fn is_in(&self, version: &str) -> bool {
        let Ok(version) = Version::parse(version) else { return false };
        let release = [version.major, version.minor, version.patch];
        let complete = release > self.since || version.pre.is_empty();
        release >= self.since && complete && release < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_says_what_a_contract_has() {
        for (getter, version, has) in [
            (EIP1559, "2.2.0", false),
            (EIP1559, "2.3.0-beta.2", false),
            (EIP1559, "2.3.0", true),
            (EIP1559, "2.4.0-beta.1", true),
            (EIP1559, "2.3.0+custom", true),
            (EIP1559, "3.14.2", true),
            (EIP1559, "", false),
            (EIP1559, "v9", false),
            (BATCH_INBOX, "3.14.2", true),
            (BATCH_INBOX, "4.0.0", false),
            (BATCH_INBOX, "4.0.0-beta.1", false),
            (LAST_USED_OPCM, "3.13.1", false),
            (LAST_USED_OPCM, "4.0.0", true),
        ] {
            assert_eq!(getter.is_in(version), has, "{} in {version:?}", getter.name);
        }
    }
}
