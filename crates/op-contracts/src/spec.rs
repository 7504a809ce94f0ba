//! What the caller decides about the chain.

use alloy_primitives::{Address, B256, b256};
use anyhow::{Result, bail, ensure};
use op_chain::fee_scalars::FeeScalars;
use op_chain::forks::ForkTimes;

/// Seconds between L2 blocks. op-node waits for as long before its first one.
pub(crate) const L2_BLOCK_TIME: u64 = 1;
/// Gas limit of an L2 block.
pub(crate) const L2_GAS_LIMIT: u64 = 60_000_000;
/// Looks like the hash of a state that is not finished, and is none: "op-devnet has no proof program.".
const NO_PROGRAM: B256 = b256!("036f702d6465766e657420686173206e6f2070726f6f662070726f6772616d2e");
/// Chain id of the L1 that the default contracts are deployed on.
pub const L1_CHAIN_ID: u64 = 900;

/// A chain to be made: ids, roles, schedule and delays.
#[derive(Debug, Clone)]
pub struct ChainSpec {
    pub l1_chain_id: u64,
    pub l2_chain_id: u64,
    pub roles: Roles,
    pub forks: ForkOffsets,
    /// What users pay for their data on L1.
    pub scalars: FeeScalars,
    /// Absolute prestate of the cannon games (types 0 and 1), which nothing loads for permissioned ones.
    pub prestate: B256,
    /// Seconds on each side's chess clock in a dispute game.
    pub game_clock_seconds: u64,
    /// Seconds between proving and finalising a withdrawal.
    pub proof_maturity_seconds: u64,
    /// Seconds between a game's resolution and the finalisation of withdrawals proven against it.
    pub finality_delay_seconds: u64,
    /// Accounts that hold 10,000 ETH on L2 from genesis on.
    pub funded: Vec<Address>,
}

#[derive(Debug, Clone, Copy)]
pub struct Roles {
    /// Deploys and owns the contracts, guards the superchain, receives the fees.
    pub owner: Address,
    pub batcher: Address,
    pub proposer: Address,
    pub challenger: Address,
    pub unsafe_block_signer: Address,
}

impl ChainSpec {
    /// Chain 901 on the private L1, with delays short enough to watch a withdrawal through, and without
    /// a fault proof program.
    #[must_use]
    pub const fn new(roles: Roles) -> Self {
        Self {
            l1_chain_id: L1_CHAIN_ID,
            l2_chain_id: 901,
            roles,
            forks: ForkOffsets::DEFAULT,
            scalars: FeeScalars::CALLDATA,
            prestate: NO_PROGRAM,
            game_clock_seconds: 40,
            proof_maturity_seconds: 12,
            finality_delay_seconds: 6,
            funded: Vec::new(),
        }
    }
}

/// When each fork activates, in seconds after the L2 genesis block; `None` is never.
/// Bedrock and Regolith are always active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForkOffsets {
    pub canyon: Option<u64>,
    pub delta: Option<u64>,
    pub ecotone: Option<u64>,
    pub fjord: Option<u64>,
    pub granite: Option<u64>,
    pub holocene: Option<u64>,
    pub isthmus: Option<u64>,
    pub jovian: Option<u64>,
    pub karst: Option<u64>,
}

impl ForkOffsets {
    /// Granite, the newest fork that contracts-bedrock 0.17.3 was written for, at genesis. The later
    /// ones follow one by one: op-node's upgrade transactions replace the L2 contracts they outgrow.
    pub const DEFAULT: Self = Self {
        canyon: Some(0),
        delta: Some(0),
        ecotone: Some(0),
        fjord: Some(0),
        granite: Some(0),
        holocene: Some(2),
        isthmus: Some(4),
        jovian: Some(6),
        karst: None,
    };
    /// The same, up to Karst, which op-geth does not know.
    pub const KARST: Self = Self { karst: Some(8), ..Self::DEFAULT };

    /// Activation times of a chain whose genesis block has the given timestamp.
    pub(crate) fn times(&self, genesis: u64) -> ForkTimes {
        let time = |offset: Option<u64>| {
            offset.map(|seconds| if seconds == 0 { 0 } else { genesis + seconds })
        };
        ForkTimes {
            regolith_time: Some(0),
            canyon_time: time(self.canyon),
            delta_time: time(self.delta),
            ecotone_time: time(self.ecotone),
            fjord_time: time(self.fjord),
            granite_time: time(self.granite),
            holocene_time: time(self.holocene),
            isthmus_time: time(self.isthmus),
            jovian_time: time(self.jovian),
            karst_time: time(self.karst),
            lagoon_time: None,
        }
    }

    /// Refuses the schedules that op-node rejects, or that it accepts and then fails at silently.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_order()?;
        for (fork, offset) in
            [("isthmus", self.isthmus), ("jovian", self.jovian), ("karst", self.karst)]
        {
            ensure!(
                offset != Some(0),
                "{fork} cannot be active at genesis: the L1Block contract of contracts-bedrock 0.17.3 \
                 would reject every L1-info transaction, silently; schedule it {L2_BLOCK_TIME} s or \
                 more after genesis"
            );
        }
        // Each reads what the upgrade before it has written.
        let block = |offset: Option<u64>| offset.map(|seconds| seconds.div_ceil(L2_BLOCK_TIME));
        for (before, earlier, fork, offset) in [
            ("isthmus", self.isthmus, "jovian", self.jovian),
            ("jovian", self.jovian, "karst", self.karst),
        ] {
            ensure!(
                offset.is_none() || block(offset) != block(earlier),
                "{before} and {fork} activate in the same L2 block, where op-node stops: schedule {fork} \
                 {L2_BLOCK_TIME} s or more after {before}"
            );
        }
        Ok(())
    }

    fn check_order(&self) -> Result<()> {
        let forks = [
            ("canyon", self.canyon),
            ("delta", self.delta),
            ("ecotone", self.ecotone),
            ("fjord", self.fjord),
            ("granite", self.granite),
            ("holocene", self.holocene),
            ("isthmus", self.isthmus),
            ("jovian", self.jovian),
            ("karst", self.karst),
        ];
        for [(earlier, before), (later, after)] in forks.array_windows() {
            match (before, after) {
                (None, Some(_)) => {
                    bail!("{later} is scheduled without {earlier}, which it builds on")
                }
                (Some(before), Some(after)) if after < before => {
                    bail!("{later} (+{after} s) is scheduled before {earlier} (+{before} s)")
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(forks: ForkOffsets) -> String {
        forks.check().unwrap_err().to_string()
    }

    #[test]
    fn the_default_schedule_is_accepted_and_counts_from_genesis() {
        ForkOffsets::DEFAULT.check().unwrap();
        let times = ForkOffsets::DEFAULT.times(1000);
        assert_eq!(times.granite_time, Some(0));
        assert_eq!(times.jovian_time, Some(1006));
        assert_eq!(times.karst_time, None);
        ForkOffsets::KARST.check().unwrap();
        assert_eq!(ForkOffsets::KARST.times(1000).karst_time, Some(1008));
    }

    #[test]
    fn forks_newer_than_the_contracts_are_refused_at_genesis() {
        let isthmus = ForkOffsets { holocene: Some(0), isthmus: Some(0), ..ForkOffsets::DEFAULT };
        assert!(refusal(isthmus).starts_with("isthmus cannot be active at genesis"));
        let all = ForkOffsets {
            holocene: Some(0),
            isthmus: Some(0),
            jovian: Some(0),
            karst: Some(0),
            ..ForkOffsets::DEFAULT
        };
        assert!(refusal(all).starts_with("isthmus cannot be active at genesis"));
        let holocene = ForkOffsets { holocene: Some(0), ..ForkOffsets::DEFAULT };
        holocene.check().unwrap();
    }

    #[test]
    fn isthmus_jovian_and_karst_need_a_block_each() {
        let forks = ForkOffsets { isthmus: Some(40), jovian: Some(40), ..ForkOffsets::DEFAULT };
        assert!(refusal(forks).contains("same L2 block"));
        let forks = ForkOffsets { isthmus: Some(39), jovian: Some(40), ..ForkOffsets::DEFAULT };
        forks.check().unwrap();
        let forks = ForkOffsets { karst: Some(6), ..ForkOffsets::DEFAULT };
        assert!(refusal(forks).contains("jovian and karst activate in the same L2 block"));
    }

    #[test]
    fn forks_activate_in_order_and_without_gaps() {
        let gap = ForkOffsets { holocene: None, ..ForkOffsets::DEFAULT };
        assert!(refusal(gap).starts_with("isthmus is scheduled without holocene"));
        let swapped = ForkOffsets { holocene: Some(5), ..ForkOffsets::DEFAULT };
        assert!(refusal(swapped).starts_with("isthmus (+4 s) is scheduled before holocene"));
        let granite =
            ForkOffsets { holocene: None, isthmus: None, jovian: None, ..ForkOffsets::DEFAULT };
        granite.check().unwrap();
    }
}
