//! The complaints of `OPContractsManagerStandardValidator` (2.9.1, op-contracts v7.0.0), as sentences. It
//! answers with codes such as `PORTAL-40`, with commas between them.

use std::collections::BTreeSet;

use self::Weight::{Lawful, Odd, Wrong};

/// The most codes that an answer has; the validator knows about two hundred.
const MOST: usize = 256;

/// What a complaint means for those who run the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A fresh chain has it, its owner may choose it, or it repeats what the question said.
    Lawful,
    /// Not what the release deploys.
    Odd,
    /// Parts of different chains.
    Wrong,
}

/// A complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// As the validator spells it.
    pub code: String,
    /// What is not as it should be.
    pub says: String,
    /// How much it counts.
    pub weight: Weight,
}

type Rows = &'static [(&'static str, Weight, &'static str)];

/// Codes by what stands before their first hyphen.
#[rustfmt::skip]
const SUBJECTS: [(&str, &str, Rows); 18] = [
    ("OVERRIDES", "the question", &[
        ("L1PAOMULTISIG", Lawful, "named the owner of the ProxyAdmin"),
        ("CHALLENGER", Lawful, "named the challenger"),
    ]),
    ("SPRCFG", "SuperchainConfig", &[("10", Odd, "the guardian paused all chains")]),
    ("PROXYA", "ProxyAdmin", &[("10", Odd, OWNER)]),
    ("SYSCON", "SystemConfig", &[
        ("10", Odd, VERSION),
        ("20", Odd, "the gas limit is above 500 million"),
        ("30", Odd, "the fee scalar is 0: nobody pays for data"),
        ("40", Odd, CODE),
        ("50", Odd, "resourceConfig: maxResourceLimit is not 20 million"),
        ("60", Odd, "resourceConfig: elasticityMultiplier is not 10"),
        ("70", Odd, "resourceConfig: baseFeeMaxChangeDenominator is not 8"),
        ("80", Odd, "resourceConfig: systemTxMaxGas is not 1 million"),
        ("90", Odd, "resourceConfig: minimumBaseFee is not 1 gwei"),
        ("100", Odd, "resourceConfig: maximumBaseFee is not the largest there is"),
        ("110", Lawful, "the operator fee has a scalar"),
        ("120", Lawful, "the operator fee has a constant"),
        ("130", Odd, "its SuperchainConfig is another one"),
    ]),
    ("L1xDM", "L1CrossDomainMessenger", &[
        ("10", Odd, VERSION), ("20", Odd, CODE), ("30", Wrong, OTHER_END), ("40", Wrong, OTHER_END),
        ("50", Wrong, PORTAL), ("60", Wrong, PORTAL), ("70", Wrong, SYSTEM_CONFIG), ("80", Odd, ADMIN),
    ]),
    ("L1SB", "L1StandardBridge", &[
        ("10", Odd, VERSION), ("20", Odd, CODE), ("30", Wrong, MESSENGER), ("40", Wrong, MESSENGER),
        ("50", Wrong, OTHER_END), ("60", Wrong, OTHER_END), ("70", Wrong, SYSTEM_CONFIG), ("80", Odd, ADMIN),
    ]),
    ("L721B", "L1ERC721Bridge", &[
        ("10", Odd, VERSION), ("20", Odd, CODE), ("30", Wrong, OTHER_END), ("40", Wrong, OTHER_END),
        ("50", Wrong, MESSENGER), ("60", Wrong, MESSENGER), ("70", Wrong, SYSTEM_CONFIG), ("80", Odd, ADMIN),
    ]),
    ("MERC20F", "OptimismMintableERC20Factory", &[
        ("10", Odd, VERSION), ("20", Odd, CODE),
        ("30", Wrong, "its bridge is not the chain's"), ("40", Wrong, "its bridge is not the chain's"),
    ]),
    ("PORTAL", "OptimismPortal", &[
        ("10", Odd, VERSION), ("20", Odd, CODE), ("30", Wrong, FACTORY), ("40", Wrong, SYSTEM_CONFIG),
        ("80", Odd, "a withdrawal seems to be under way for ever (l2Sender)"), ("90", Odd, ADMIN),
    ]),
    ("DF", "DisputeGameFactory", &[
        ("10", Odd, VERSION), ("20", Odd, CODE), ("30", Odd, OWNER), ("40", Odd, ADMIN),
        ("50", Odd, "no permissioned game type is registered, to fall back on"),
    ]),
    // Chains of one cluster share a lockbox.
    ("LOCKBOX", "ETHLockbox", &[
        ("10", Odd, VERSION), ("20", Odd, CODE), ("30", Odd, ADMIN), ("40", Odd, SYSTEM_CONFIG),
        ("50", Odd, "the chain's portal may not take ether out: no withdrawal can be paid"),
    ]),
    ("PLDG", "game type 0", GAME),
    ("PDDG", "game type 1", GAME),
    ("SCDG", "game type 4", GAME),
    ("SPDG", "game type 5", GAME),
    ("CKDG", "game type 8", GAME),
    ("SCKDG", "game type 9", GAME),
    ("ZKDG", "game type 10", GAME),
];

/// Codes of every game type, after its own.
const GAME: Rows = &[
    ("10", Odd, "it is not registered"),
    ("20", Odd, VERSION),
    ("30", Odd, "its implementation says that it is another type"),
    // The question has no prestate and no roles: the gates on the files and keys compare them.
    ("40", Lawful, "its prestate is not the one in the question"),
    ("60", Wrong, "it is about another L2 chain id"),
    ("70", Odd, "its implementation has an L2 block"),
    ("80", Odd, "the clock's extension is not 3 hours"),
    ("90", Odd, "the split depth is not 30"),
    ("100", Odd, "the depth is not 73"),
    ("110", Odd, "each side's clock is not 3.5 days"),
    ("120", Odd, "the anchor root is zero: no game can be made"),
    ("130", Lawful, "its challenger is not the superchain's"),
    ("140", Lawful, "its proposer is not the one in the question"),
    ("GARGS-10", Odd, "its arguments (gameArgs) have the wrong length"),
    ("VM-10", Odd, "its VM is not the release's"),
    ("VM-20", Odd, "its VM is of another version"),
    ("VM-30", Odd, "its VM executes states of another version than 8"),
    ("PIMGO-10", Odd, "the PreimageOracle is of another version"),
    ("PIMGO-20", Odd, "the PreimageOracle's challenge period is not a day"),
    ("PIMGO-30", Odd, "the PreimageOracle's least proposal is not 126000 bytes"),
    ("DWETH-10", Odd, "its DelayedWETH is of another version"),
    ("DWETH-20", Odd, "its DelayedWETH has other code than the release"),
    ("DWETH-30", Odd, "its DelayedWETH is in other hands than the ProxyAdmin"),
    ("DWETH-40", Odd, "its DelayedWETH pays after another delay"),
    // Chains of one cluster share these two.
    ("DWETH-50", Odd, "its DelayedWETH belongs to another SystemConfig"),
    ("DWETH-60", Odd, "its DelayedWETH has another ProxyAdmin"),
    ("ANCHORP-10", Odd, "its AnchorStateRegistry is of another version"),
    ("ANCHORP-20", Odd, "its AnchorStateRegistry has other code than the release"),
    ("ANCHORP-30", Wrong, "its AnchorStateRegistry belongs to another DisputeGameFactory"),
    ("ANCHORP-40", Odd, "its AnchorStateRegistry belongs to another SystemConfig"),
    ("ANCHORP-50", Odd, "its AnchorStateRegistry has another ProxyAdmin"),
    ("ANCHORP-60", Odd, "its AnchorStateRegistry has no time of retirement"),
    ("SHAPE", Odd, "it is not as on a chain of super roots"),
    ("NOSHAPE", Odd, "it is not as on a chain without super roots"),
];

/// What nobody registers on a fresh chain: games that are open to everybody come later.
const NOT_YET: [&str; 6] =
    ["PLDG-10", "CKDG-10", "CKDG-NOSHAPE", "SCKDG-10", "SCKDG-SHAPE", "ZKDG-10"];

const VERSION: &str = "it is of another version than the release";
const CODE: &str = "it has other code than the release";
const OWNER: &str = "it is in other hands than expected";
const ADMIN: &str = "it has another ProxyAdmin";
const SYSTEM_CONFIG: &str = "it belongs to another SystemConfig";
const PORTAL: &str = "it belongs to another OptimismPortal";
const MESSENGER: &str = "it belongs to another L1CrossDomainMessenger";
const FACTORY: &str = "it belongs to another DisputeGameFactory";
const OTHER_END: &str = "its other end on L2 is not the predeploy";

/// The complaints of an answer, each once; `None` where it is no answer of a validator.
#[must_use]
pub fn complaints(answer: &str) -> Option<Vec<Complaint>> {
    let codes: BTreeSet<&str> = answer.split(',').filter(|code| !code.is_empty()).collect();
    (codes.len() <= MOST).then(|| codes.into_iter().map(Complaint::read).collect())
}

impl Complaint {
    fn read(code: &str) -> Self {
        let known = code.split_once('-').and_then(|(subject, rest)| {
            let (_, name, rows) = SUBJECTS.iter().find(|known| known.0 == subject)?;
            let (_, weight, says) = rows.iter().find(|row| row.0 == rest)?;
            Some((
                if NOT_YET.contains(&code) { Lawful } else { *weight },
                format!("{name}: {says}"),
            ))
        });
        let unknown = || (Odd, "a complaint that op-warden does not know".to_owned());
        let (weight, says) = known.unwrap_or_else(unknown);
        Self { code: code.to_owned(), says, weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(answer: &str) -> Vec<(String, Weight)> {
        let complaints = complaints(answer).unwrap();
        complaints.into_iter().map(|complaint| (complaint.code, complaint.weight)).collect()
    }

    /// What the validator 1.18.0 itself said of a chain that op-deployer had just deployed (op-contracts
    /// v5.0.0); op-contracts v7 has a time of retirement.
    #[test]
    fn a_fresh_chain_is_known() {
        let answer = "OVERRIDES-L1PAOMULTISIG,PDDG-40,PDDG-ANCHORP-60,PLDG-10";
        let expected = [
            ("OVERRIDES-L1PAOMULTISIG", Lawful),
            ("PDDG-40", Lawful),
            ("PDDG-ANCHORP-60", Odd),
            ("PLDG-10", Lawful),
        ];
        assert_eq!(weights(answer), expected.map(|(code, weight)| (code.to_owned(), weight)));
    }

    #[test]
    fn codes_are_read_whole() {
        for (code, weight, says) in [
            ("PORTAL-40", Wrong, "OptimismPortal: it belongs to another SystemConfig"),
            ("PORTAL-4", Odd, "a complaint that op-warden does not know"),
            ("PORTAL", Odd, "a complaint that op-warden does not know"),
            ("PDDG-10", Odd, "game type 1: it is not registered"),
            ("CKDG-10", Lawful, "game type 8: it is not registered"),
            ("CKDG-60", Wrong, "game type 8: it is about another L2 chain id"),
            ("SCKDG-VM-10", Odd, "game type 9: its VM is not the release's"),
        ] {
            let complaint = Complaint { code: code.to_owned(), says: says.to_owned(), weight };
            assert_eq!(complaints(code), Some(vec![complaint]), "{code}");
        }
        assert_eq!(complaints(""), Some(Vec::new()));
        assert_eq!(complaints("DF-10,DF-10").unwrap().len(), 1);
        let many: Vec<String> = (0..=MOST).map(|code| code.to_string()).collect();
        assert_eq!(complaints(&many.join(",")), None);
    }
}
