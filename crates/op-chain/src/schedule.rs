//! The rules of a fork schedule.
//!
//! op-node checks its own half (`Config.Check` of `rollup/types.go`, v1.19.8 and later: pull request
//! 22838); whether the engine means the same shows only when blocks are refused.

use crate::forks::{Fork, ForkTimes};

/// What is wrong with a schedule. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ScheduleFault {
    /// A fork builds on the one before it.
    #[error("{fork} at {time}, but {before}, the fork before it, never")]
    NoPredecessor { fork: Fork, time: u64, before: Fork },
    /// A fork comes before one that it builds on.
    #[error("{fork} at {time}, {before} only at {later}")]
    Order { fork: Fork, time: u64, before: Fork, later: u64 },
    /// From Jovian on, a fork's first block is defined only where the fork before it is active already.
    #[error("{before} and {fork} both at {time}, which is after genesis")]
    SameInstant { fork: Fork, before: Fork, time: u64 },
}

/// A fork that engine and node activate at different times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disagreement {
    /// The fork.
    pub fork: Fork,
    /// Its time in genesis.json.
    pub engine: Option<u64>,
    /// Its time in rollup.json.
    pub node: Option<u64>,
}

impl ForkTimes {
    /// What is wrong with this schedule of a chain that begins at `genesis`, in seconds.
    #[must_use]
    pub fn faults(&self, genesis: u64) -> Vec<ScheduleFault> {
        let pairs = Fork::ALL.iter().zip(&Fork::ALL[1..]);
        pairs.filter_map(|(&before, &fork)| self.fault(before, fork, genesis)).collect()
    }

    fn fault(&self, before: Fork, fork: Fork, genesis: u64) -> Option<ScheduleFault> {
        let time = self.time(fork)?;
        match self.time(before) {
            None => Some(ScheduleFault::NoPredecessor { fork, time, before }),
            Some(later) if later > time => Some(ScheduleFault::Order { fork, time, before, later }),
            Some(same) if same == time && time > genesis && fork >= Fork::Jovian => {
                Some(ScheduleFault::SameInstant { fork, before, time })
            }
            Some(_) => None,
        }
    }

    /// Where this schedule of an engine differs from that of a node, for a chain that begins at
    /// `genesis`: times up to then mean the same. Delta changes batches only, engines do not know it.
    #[must_use]
    pub fn disagreements(&self, node: &Self, genesis: u64) -> Vec<Disagreement> {
        let since = |time: Option<u64>| time.map(|time| time.max(genesis));
        let differ = |&fork: &Fork| {
            let (engine, node) = (self.time(fork), node.time(fork));
            (since(engine) != since(node)).then_some(Disagreement { fork, engine, node })
        };
        Fork::ALL.iter().filter(|&&fork| fork != Fork::Delta).filter_map(differ).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The schedule with these times, in the order of the forks.
    fn schedule(times: [Option<u64>; 11]) -> ForkTimes {
        let [
            regolith,
            canyon,
            delta,
            ecotone,
            fjord,
            granite,
            holocene,
            isthmus,
            jovian,
            karst,
            lagoon,
        ] = times;
        ForkTimes {
            regolith_time: regolith,
            canyon_time: canyon,
            delta_time: delta,
            ecotone_time: ecotone,
            fjord_time: fjord,
            granite_time: granite,
            holocene_time: holocene,
            isthmus_time: isthmus,
            jovian_time: jovian,
            karst_time: karst,
            lagoon_time: lagoon,
        }
    }

    /// Up to granite at genesis (100), then these.
    fn later(times: [Option<u64>; 5]) -> ForkTimes {
        let mut all = [Some(0); 11];
        all[6..].copy_from_slice(&times);
        schedule(all)
    }

    #[test]
    fn schedules_that_were_tried_are_judged_as_op_node_did() {
        // What op-node v1.16.10 did with a devnet, and v1.19.8 does by its own rules.
        for (times, expected) in [
            ([Some(120), Some(140), Some(160), None, None], vec![]),
            ([Some(102), Some(104), Some(106), None, None], vec![]),
            ([Some(110), Some(110), Some(112), None, None], vec![]),
            ([Some(0), Some(0), Some(100), None, None], vec![]),
            ([Some(100), Some(100), Some(100), Some(100), Some(100)], vec![]),
            (
                [Some(110), Some(120), Some(120), None, None],
                vec![ScheduleFault::SameInstant {
                    fork: Fork::Jovian,
                    before: Fork::Isthmus,
                    time: 120,
                }],
            ),
            (
                [Some(0), Some(0), Some(0), Some(101), Some(101)],
                vec![ScheduleFault::SameInstant {
                    fork: Fork::Lagoon,
                    before: Fork::Karst,
                    time: 101,
                }],
            ),
            (
                [None, Some(110), None, None, None],
                vec![ScheduleFault::NoPredecessor {
                    fork: Fork::Isthmus,
                    time: 110,
                    before: Fork::Holocene,
                }],
            ),
            (
                [Some(120), Some(110), None, None, None],
                vec![ScheduleFault::Order {
                    fork: Fork::Isthmus,
                    time: 110,
                    before: Fork::Holocene,
                    later: 120,
                }],
            ),
        ] {
            assert_eq!(later(times).faults(100), expected, "{times:?}");
        }
    }

    #[test]
    fn times_before_genesis_are_one_and_the_same() {
        let node = later([Some(50), Some(110), None, None, None]);
        let mut engine = node.clone();
        engine.canyon_time = Some(100);
        engine.delta_time = None;
        assert_eq!(engine.disagreements(&node, 100), []);
        engine.canyon_time = Some(101);
        engine.isthmus_time = None;
        let differing = [(Fork::Canyon, Some(101), Some(0)), (Fork::Isthmus, None, Some(110))];
        let expected = differing.map(|(fork, engine, node)| Disagreement { fork, engine, node });
        assert_eq!(engine.disagreements(&node, 100), expected);
    }

    /// Any schedule around a genesis at 100.
    fn any_schedule() -> impl Strategy<Value = ForkTimes> {
        prop::array::uniform11(prop::option::of(95_u64..110)).prop_map(schedule)
    }

    /// A schedule as chains have them: it breaks off somewhere, and each fork comes after the last.
    fn right_schedule() -> impl Strategy<Value = ForkTimes> {
        (0_usize..12, 90_u64..110, prop::array::uniform11(1_u64..5)).prop_map(
            |(count, start, steps)| {
                let mut time = start;
                let mut times = [None; 11];
                for (slot, step) in times.iter_mut().zip(steps).take(count) {
                    *slot = Some(time);
                    time += step;
                }
                schedule(times)
            },
        )
    }

    proptest! {
        #[test]
        fn right_schedules_have_no_fault(times in right_schedule()) {
            prop_assert_eq!(times.faults(100), vec![]);
        }

        /// op-node's rules as in its source, fork by fork, in the reverse direction: what a
        /// schedule without faults must satisfy.
        #[test]
        fn without_fault_means_in_order(times in any_schedule(), genesis in 95_u64..110) {
            let set: Vec<(Fork, u64)> =
                Fork::ALL.iter().filter_map(|&fork| Some((fork, times.time(fork)?))).collect();
            let gapless = set.iter().zip(Fork::ALL).all(|((fork, _), expected)| fork == expected);
            let ordered = set.windows(2).all(|pair| pair[0].1 <= pair[1].1);
            let apart = set.windows(2).all(|pair| {
                pair[1].0 < Fork::Jovian || pair[1].1 <= genesis || pair[0].1 < pair[1].1
            });
            prop_assert_eq!(times.faults(genesis).is_empty(), gapless && ordered && apart);
        }

        #[test]
        fn two_agree_when_every_block_has_the_same_forks(
            engine in any_schedule(),
            node in any_schedule(),
            genesis in 95_u64..110,
        ) {
            let engine_forks = Fork::ALL.iter().filter(|&&fork| fork != Fork::Delta);
            let same = engine_forks.clone().all(|&fork| {
                (genesis..120).all(|now| engine.is_active(fork, now) == node.is_active(fork, now))
            });
            prop_assert_eq!(engine.disagreements(&node, genesis).is_empty(), same);
        }
    }
}
