//! Engine and node activate the same forks at the same instants, in an order that op-node accepts.
//!
//! Engines read genesis.json, op-node reads rollup.json. Where the two differ, all is well until the
//! fork comes, and then no block is accepted any more.

use op_chain::forks::{Fork, ForkTimes};
use op_chain::genesis::EngineConfig;
use op_chain::schedule::{Disagreement, ScheduleFault};

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::ForkSchedule;
const MEND: &str = "\
    Engines take the fork times from genesis.json: put the whole file in place (op-deployer \
    inspect genesis), or add the config that the chain publishes.";

const REMAKE: &str = "\
    Make genesis.json and rollup.json again from one intent (op-deployer inspect genesis, \
    inspect rollup); neither is edited by hand.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let genesis = facts.genesis.header.timestamp;
    let mut findings = order(&facts.rollup.forks, facts.rollup.genesis.l2_time);
    let Some(engine) = &facts.genesis.engine else {
        findings.push(no_config());
        return findings;
    };
    findings.extend(agreement(&facts.genesis.forks, &facts.rollup.forks, genesis));
    findings.extend(pairs(engine, &facts.genesis.forks));
    findings.extend(ethereum(engine));
    findings.push(bedrock(engine, facts.genesis.header.number));
    findings
}

fn order(forks: &ForkTimes, genesis: u64) -> Vec<Finding> {
    let expected = ("each fork after the one before it", "op-node's rules");
    let faults = forks.faults(genesis);
    if faults.is_empty() {
        let found = (summary(forks, genesis), "rollup.json");
        return vec![Comparison::new(GATE, expected, found).holds()];
    }
    let refusal = |fault: &ScheduleFault| {
        let mend = match fault {
            ScheduleFault::NoPredecessor { before, .. } => format!(
                "Schedule {before} too (at genesis, or before its successor): op-node refuses a \
                 fork without its predecessor."
            ),
            ScheduleFault::Order { .. } => {
                "Put the forks in order: op-node refuses this schedule.".to_owned()
            }
            ScheduleFault::SameInstant { fork, .. } => format!(
                "Give {fork} a later time of its own, a block time at least, or activate both at \
                 genesis: op-node from 1.19.8 on refuses this, and earlier ones die at that \
                 block."
            ),
        };
        Comparison::new(GATE, expected, (fault, "rollup.json"))
            .refuse(format!("{mend} genesis.json must say the same. {REMAKE}"))
    };
    faults.iter().map(refusal).collect()
}

/// "jovian at genesis, karst at 1781712001".
fn summary(forks: &ForkTimes, genesis: u64) -> String {
    let at_genesis = Fork::ALL.iter().rev().find(|&&fork| forks.is_active(fork, genesis));
    let first =
        at_genesis.map_or("no fork at genesis".to_owned(), |fork| format!("{fork} at genesis"));
    let later = Fork::ALL.iter().filter_map(|&fork| {
        forks.time(fork).filter(|&time| time > genesis).map(|time| format!(", {fork} at {time}"))
    });
    first + &later.collect::<String>()
}

/// The registry publishes files without `config`, for engines that know the chain by its name.
fn no_config() -> Finding {
    Comparison::new(
        GATE,
        ("config with the chain's forks", "op-geth and op-reth"),
        ("none", "genesis.json"),
    )
    .refuse(MEND)
}

fn agreement(engine: &ForkTimes, node: &ForkTimes, genesis: u64) -> Vec<Finding> {
    let disagreements = engine.disagreements(node, genesis);
    if disagreements.is_empty() {
        let comparison = Comparison::new(
            GATE,
            ("the forks of rollup.json", "rollup.json"),
            ("the same in both files", "config of genesis.json"),
        );
        return vec![comparison.holds()];
    }
    let refusal = |&Disagreement { fork, engine, node }: &Disagreement| {
        let mend = match (engine, node) {
            (None, Some(_)) => format!(
                "The engine would not know {fork} and reject every block from then on. A chain \
                 that runs already takes its later forks from newer files too: add {fork}Time to \
                 config of genesis.json and initialise the engine with it again (its data \
                 stays), or fetch the chain's newest published files."
            ),
            (Some(_), None) => format!(
                "op-node would not know {fork} and build blocks that the engine rejects: add \
                 {fork}_time to rollup.json, or fetch the chain's newest published files."
            ),
            _ => format!("Whichever comes first would reject the other's blocks. {REMAKE}"),
        };
        Comparison::new(
            GATE,
            (time(fork.name(), node), format!("{fork}_time of rollup.json")),
            (time(fork.name(), engine), format!("{fork}Time of genesis.json's config")),
        )
        .refuse(mend)
    };
    disagreements.iter().map(refusal).collect()
}

fn time(name: &str, time: Option<u64>) -> String {
    time.map_or_else(|| format!("{name} never"), |time| format!("{name} at {time}"))
}

/// An OP fork brings an Ethereum fork along; op-geth refuses a genesis where the two differ (op-geth
/// `params/config.go`, `CheckOptimismValidity`), and op-reth would go by either.
fn pairs(engine: &EngineConfig, forks: &ForkTimes) -> Vec<Finding> {
    let pair = |(name, found, fork): (&str, Option<u64>, Fork)| {
        let expected = forks.time(fork);
        Comparison::new(
            GATE,
            (time(name, expected), format!("{fork}Time of genesis.json's config")),
            (time(name, found), format!("{name}Time of genesis.json's config")),
        )
        .refuse_unless(
            found == expected,
            format!(
                "{fork} brings {name} along: set {name}Time to the same second. op-geth refuses \
                 this genesis.json."
            ),
        )
    };
    [
        ("shanghai", engine.shanghai_time, Fork::Canyon),
        ("cancun", engine.cancun_time, Fork::Ecotone),
        ("prague", engine.prague_time, Fork::Isthmus),
    ]
    .map(pair)
    .into_iter()
    .chain(osaka(engine, forks))
    .collect()
}

/// Karst brings Osaka along. op-geth goes by osakaTime, op-reth by karstTime as well: where the file has
/// both, or Osaka alone, they are to be one.
fn osaka(engine: &EngineConfig, forks: &ForkTimes) -> Option<Finding> {
    let (found, expected) = (engine.osaka_time, forks.time(Fork::Karst));
    found?;
    Some(
        Comparison::new(
            GATE,
            (time("osaka", expected), "karstTime of genesis.json's config"),
            (time("osaka", found), "osakaTime of genesis.json's config"),
        )
        .refuse_unless(
            found == expected,
            "Karst brings Osaka along: set osakaTime to the second of karstTime, or leave it out. Engines that \
             read one of the two would part at that block.",
        ),
    )
}

/// op-geth checks the order of all forks when it is initialised.
fn ethereum(engine: &EngineConfig) -> Option<Finding> {
    let found = engine.out_of_order.as_ref()?;
    let expected = ("Ethereum's forks in their order", "op-geth");
    let finding = Comparison::new(GATE, expected, (found, "config of genesis.json"));
    Some(finding.refuse(format!("op-geth cannot be initialised with it. {REMAKE}")))
}

fn bedrock(engine: &EngineConfig, genesis: u64) -> Finding {
    let found = engine.bedrock_block;
    Comparison::new(
        GATE,
        (format!("bedrock at block {genesis}"), "number of genesis.json"),
        (
            found.map_or_else(
                || "bedrock never".to_owned(),
                |block| format!("bedrock at block {block}"),
            ),
            "bedrockBlock of genesis.json's config",
        ),
    )
    .refuse_unless(
        found.is_some_and(|block| block <= genesis),
        format!(
            "Without Bedrock the engine runs no OP Stack chain: it charges no L1 fee and knows \
             no deposits. {REMAKE}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_one_line() {
        let mut forks = ForkTimes { regolith_time: Some(0), ..ForkTimes::default() };
        assert_eq!(summary(&forks, 100), "regolith at genesis");
        forks.canyon_time = Some(100);
        forks.delta_time = Some(120);
        assert_eq!(summary(&forks, 100), "canyon at genesis, delta at 120");
        assert_eq!(summary(&ForkTimes::default(), 100), "no fork at genesis");
    }
}
