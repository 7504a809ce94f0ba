//! Why op-warden refuses what the program takes: every reason is written here.

use op_gate::{Finding, Gate};

use crate::case::Case;

/// When op-warden may refuse alone.
struct Reason {
    gate: Gate,
    /// A part of the finding: of what was expected, what was found or the mend.
    says: &'static str,
    /// The kinds of change that it explains; any where there are none.
    kinds: &'static [&'static str],
    why: &'static str,
}

const fn reason(
    gate: Gate,
    says: &'static str,
    kinds: &'static [&'static str],
    why: &'static str,
) -> Reason {
    Reason { gate, says, kinds, why }
}

const CASE: &[&str] = &["letter case", "twice"];
const LETTERS: &str = "a name in another letter case: Go reads it, other programs do not";
const TWICE: &str = "a name twice: Go takes the last, other programs the first or none";

const PASSED_OVER: &str = "a name that op-node of 1.19 passes over: what stands there is not in force, and earlier releases stop at it";

const ENDPOINT: &str = "an endpoint that nobody can be asked at: the program tries it for ever";

const BEATEN: &str = "a variable that its flag beats";

#[rustfmt::skip]
const REASONS: &[Reason] = &[
    reason(Gate::ChainFiles, "missing field", CASE, LETTERS),
    reason(Gate::ChainFiles, "unknown field", CASE, LETTERS),
    reason(Gate::ChainFiles, "all names are in small letters", CASE, LETTERS),
    reason(Gate::ChainFiles, "to Go programs, and unknown to others", CASE, LETTERS),
    reason(Gate::FeeParameters, "chain_op_config", CASE, LETTERS),
    reason(Gate::RollupConfig, "chain_op_config", CASE, LETTERS),
    reason(Gate::RollupConfig, "no field of that name", &[], PASSED_OVER),
    reason(Gate::ChainFiles, "unknown field", &[], PASSED_OVER),
    reason(Gate::ChainFiles, "all names are in small letters", &[], PASSED_OVER),
    reason(Gate::ChainFiles, "expected 0x and the right number of hex digits", &[],
        "no address in protocol_versions_address: op-node of 1.19 does not read it, earlier releases stop at it"),
    reason(Gate::ChainFiles, "expected u64", &[],
        "no number in interop_time: op-node of 1.19 does not read it, earlier releases stop at it"),
    reason(Gate::Flags, "lagoonTime: a name that op-node knows", &[],
        "Lagoon among the forks of an L1: not every release knows it, and no L1 has it"),
    reason(Gate::ChainFiles, "`interopTime` is no number", &[],
        "a fork of former releases of op-geth: this one does not read its time"),
    reason(Gate::ChainFiles, "appears twice", &["twice"], TWICE),
    reason(Gate::ChainFiles, "duplicate field", &["twice"], TWICE),
    reason(Gate::ChainFiles, "trailing characters", &["whole file"],
        "text behind the end: op-node does not read on"),
    reason(Gate::FeeParameters, "chain_op_config", &[],
        "other constants of the base fee than the engine's: op-node does not know genesis.json"),
    reason(Gate::FeeParameters, "extraData of the newest fork at genesis", &[],
        "extraData of another fork than that at genesis: op-node does not know genesis.json"),
    reason(Gate::FeeParameters, "no stray bytes", &[],
        "scalars that op-node cannot build block 1 with: it looks at them then"),
    reason(Gate::ForkSchedule, "The engine would not know", &[],
        "a fork that the engine does not have: op-node does not know genesis.json"),
    reason(Gate::ForkSchedule, "op-node would not know", &[],
        "a fork that op-node does not have: it does not know genesis.json"),
    reason(Gate::ForkSchedule, "Whichever comes first", &[],
        "a fork at another time than the engine's: op-node does not know genesis.json"),
    reason(Gate::ForkSchedule, "op-node from 1.19.8 on refuses this", &[],
        "two forks at one time after genesis: op-node 1.16.10 dies at that block only"),
    reason(Gate::ForkSchedule, "op-node refuses this schedule", &[],
        "newer forks out of order: op-node judges them from 1.19.8 on"),
    reason(Gate::ForkSchedule, "op-node refuses a fork without its predecessor", &[],
        "newer forks with a gap: op-node judges them from 1.19.8 on"),
    reason(Gate::BatchCadence, "A batch must be on L1 within", &[],
        "a channel as long as the sequencing window: its batches come too late"),
    reason(Gate::Jwt, "is not one line of text", &[],
        "a secret with other bytes behind it: op-node reads as far as it is hex"),
    reason(Gate::Jwt, "not a URL", &[], ENDPOINT),
    reason(Gate::Flags, "a URL: http://", &[], ENDPOINT),
    reason(Gate::Flags, "URLs, with commas between", &[], ENDPOINT),
    reason(Gate::Flags, "with the URL of the L1", &[],
        "the L1 in the place of an op-node: the program asks it for ever"),
    reason(Gate::Flags, "flags only", &[],
        "an argument that is no flag: the program passes over every flag after it"),
    reason(Gate::Flags, "the next flag", &[], "a flag as another's value: the program takes it for a text"),
    reason(Gate::ChainFiles, "invalid type: null", &[], "null: Go reads 0, and op-node does not mind"),
    reason(Gate::ChainFiles, "missing field `l1_system_config_address`", &[],
        "no SystemConfig: op-node would listen to nobody's changes"),
    reason(Gate::ChainFiles, "string \"0X", &[], "0X: Go takes it, other programs do not"),
    reason(Gate::Predeploys, "found code without it", &[],
        "a predeploy that op-node could not call: op-geth takes any state"),
    reason(Gate::Predeploys, "no code", &[], "a predeploy without code: op-geth takes any state"),
    reason(Gate::ChainFiles, "floating point", &[],
        "a number that JSON readers differ about: Go reads it"),
    reason(Gate::ChainFiles, "integer `-1`", &[], "a number below zero: Go reads it, other programs do not"),
    reason(Gate::RollupConfig, "l1_system_config_address: an address", &[],
        "no SystemConfig: op-node would listen to nobody's changes"),
    reason(Gate::Flags, "--game-type=", &[], "another type than the one that was judged: op-proposer knows of none"),
    reason(Gate::Flags, "games that nobody judged", &[],
        "another factory than the one that was judged: the program knows of none"),
    reason(Gate::Flags, "Nobody would dispute a false claim", &[],
        "game types without the one that was judged: op-challenger knows of none"),
    reason(Gate::Flags, "=-5s", &[], "a time below zero: the program takes it for none"),
    reason(Gate::ProposalCadence, "-5s", &[], "a time below zero: the program takes it for none"),
    reason(Gate::Flags, "=inf", &[], "a number without end: Go reads it"),
    reason(Gate::RootSource, "found neither", &["as a variable"],
        "an empty variable: op-dispute-mon takes it for a node"),
    reason(Gate::Flags, "--metrics.addr with", &[], "an address that is not used while metrics are off"),
    reason(Gate::Flags, "a key from its file", &[], "a key among the arguments: the program takes it"),
    reason(Gate::Jwt, "is not supported, only http", &[], ENDPOINT),
    reason(Gate::Jwt, "error sending request", &[], ENDPOINT),
    reason(Gate::Jwt, "nobody listens", &[], ENDPOINT),
    reason(Gate::Jwt, "is not 32 bytes in hex", &["a comment"],
        "a secret with other bytes behind it: op-node reads as far as it is hex"),
    reason(Gate::Jwt, "is not 32 bytes in hex", &["63 digits"],
        "half a byte less: op-node reads 0 for it, other programs nothing"),
    reason(Gate::L2Chain, "", &[],
        "another chain id than rollup.json's: op-geth does not know that file"),
    reason(Gate::Predeploys, "no message passer", &[],
        "a predeploy that op-node could not call: op-geth takes any state"),
    reason(Gate::RollupConfig, "seq_window_size", &["rollup.json"],
        "what op-node does not start with: op-batcher takes its word for it"),
    reason(Gate::Flags, "the URL of l1.rpc or l1.others", &[],
        "an L1 that the gates do not judge: the program finds out what it does not have later"),
    reason(Gate::ChainFiles, "is no number: -0", &[],
        "a number that JSON readers differ about: Go reads it"),
    reason(Gate::RollupConfig, "genesis.l2_time", &[],
        "a chain that begins in 1970: op-geth knows nothing of rollup.json"),
    reason(Gate::ChainFiles, "missing field `timestamp`", &[], "no time: Go reads 0"),
    reason(Gate::Jwt, "No such file or directory", &[],
        "a secret that is not there yet: op-node makes one, which its engine does not have"),
    reason(Gate::ChainFiles, "string \"+", &[], "a sign: Go takes it, other programs do not"),
    reason(Gate::ChainFiles, "is a name of rollup.json", &[],
        "a name of the other file: op-geth passes over it, and that fork never comes"),
    reason(Gate::ForkSchedule, "bedrock at block 0", &[],
        "Bedrock later or never: op-geth writes block 0, and the blocks after it are no rollup's"),
    reason(Gate::ChainFiles, "missing field `chainId`", &[],
        "no chain id: op-geth writes block 0 of a chain without one"),
    reason(Gate::ChainFiles, "string \"\"", &[], "an empty text: Go reads 0, other programs nothing"),
    reason(Gate::GenesisTimestamp, "", &[],
        "a time other than that of genesis.json or L1's block: op-node knows neither"),
    reason(Gate::ChainFiles, "missing field `number`", &[], "no number: Go reads 0"),
    reason(Gate::Flags, "_COMPRESSOR=", &["as a variable", "another variable"], BEATEN),
    reason(Gate::Flags, "_CONTROLLER_TYPE=", &["as a variable", "another variable"], BEATEN),
    reason(Gate::Flags, "_RPC_ADDR=", &["as a variable", "another variable"],
        BEATEN),
    reason(Gate::Flags, "--metrics.addr=", &[], "an address that is not used while metrics are off"),
    reason(Gate::Flags, "_METRICS_ADDR=", &[], "an address that is not used while metrics are off"),
    reason(Gate::L1Origin, "is final", &[], "an L1 origin that L1 does not have yet: op-node waits for it"),
    reason(Gate::L1Origin, "no such block", &[],
        "an L1 origin that L1 does not have yet: op-node waits for it"),
];

/// The reason for a finding, if there is one.
pub(crate) fn of(case: &Case, finding: &Finding) -> Option<&'static str> {
    let Finding { expected, found, mend, source, .. } = finding;
    let found = format!("found {found}");
    let text = [expected, &found, mend, source].map(String::as_str).join("\n");
    let applies = |reason: &&Reason| {
        let kinds = reason.kinds;
        reason.gate == finding.gate
            && text.contains(reason.says)
            && (kinds.is_empty() || case.kinds.iter().any(|kind| kinds.contains(kind)))
    };
    REASONS.iter().find(applies).map(|reason| reason.why)
}
