//! The fee parameters that the chain begins with can be used, and mean the same in both files.

use op_chain::fees::{ExtraData, FeeConstants, FeePair, GenesisFees};
use op_chain::forks::Fork;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::FeeParameters;
const SET_SCALARS: &str = "\
    op-node takes the largest fee there is for it: set the scalars with \
    SystemConfig.setGasConfigEcotone.";

const SYSTEM_CONFIG: &str = "genesis.system_config of rollup.json";

const REMAKE: &str = "\
    Make genesis.json and rollup.json again from one intent (op-deployer inspect genesis, \
    inspect rollup).";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let (constants, own) = constants(facts);
    let mut findings = vec![constants, gas_limit(facts), scalar(facts)];
    match facts.rollup.genesis.system_config.fees() {
        Ok(fees) => {
            findings.push(pair(&fees));
            findings.extend(extra_data(facts, &fees, own.as_ref()));
        }
        Err(error) => findings.push(
            Comparison::new(
                GATE,
                (
                    "eip1559Params, operatorFeeParams, minBaseFee, daFootprintGasScalar as \
                     op-node reads them",
                    "op-node",
                ),
                (error, SYSTEM_CONFIG),
            )
            .refuse(format!("op-node cannot read the file. {REMAKE}")),
        ),
    }
    findings
}

/// op-node does not start without `chain_op_config`, and halts where the engine's constants are others:
/// it computes the extraData of each block by them.
fn constants(facts: &Facts) -> (Finding, Option<FeeConstants>) {
    let engine = facts.genesis.engine.as_ref().and_then(|engine| engine.optimism);
    let node = facts.rollup.fee_constants();
    let canyon = facts.rollup.forks.time(Fork::Canyon).is_some();
    let (shown, mend) = match (&node, &engine) {
        (Err(error), _) => {
            (error.to_string(), "op-node cannot read chain_op_config of rollup.json.")
        }
        (Ok(None), _) => {
            ("none".to_owned(), "op-node does not start without chain_op_config in rollup.json.")
        }
        (Ok(Some(node)), _) if !usable(node, canyon) => {
            (text(node), "The engine would divide by zero, or refuses the genesis.")
        }
        (Ok(Some(node)), Some(engine)) if node != engine => (
            text(node),
            "Engine and node would compute different base fees and reject each other's blocks.",
        ),
        (Ok(Some(node)), None) => (
            text(node),
            "Without config.optimism in genesis.json the engine runs no OP Stack chain.",
        ),
        (Ok(Some(node)), Some(_)) => (text(node), ""),
    };
    let expected = engine.as_ref().map_or_else(|| "elasticity and denominators".to_owned(), text);
    let finding = Comparison::new(
        GATE,
        (expected, "config.optimism of genesis.json"),
        (shown, "chain_op_config of rollup.json"),
    )
    .refuse_unless(mend.is_empty(), format!("{mend} {REMAKE}"));
    (finding, node.ok().flatten())
}

fn usable(constants: &FeeConstants, canyon: bool) -> bool {
    let denominator = constants.denominator_canyon.unwrap_or(0);
    constants.elasticity != 0 && constants.denominator != 0 && (!canyon || denominator != 0)
}

fn text(constants: &FeeConstants) -> String {
    let FeeConstants { elasticity, denominator, denominator_canyon } = constants;
    let canyon = denominator_canyon.map_or_else(|| "none".to_owned(), |value| value.to_string());
    format!("elasticity {elasticity}, denominator {denominator}, from Canyon on {canyon}")
}

/// Both zero stand for the constants; one of them alone is refused by every engine.
fn pair(fees: &GenesisFees) -> Finding {
    let pair = FeePair::unpack(fees.eip1559_params.0);
    Comparison::new(
        GATE,
        ("denominator and elasticity both 0 or neither", "op-geth and op-node from Holocene on"),
        (pair_text(pair), format!("eip1559Params in {SYSTEM_CONFIG}")),
    )
    .refuse_unless(
        (pair.denominator == 0) == (pair.elasticity == 0),
        format!(
            "The engine would refuse to build any block: set eip1559Denominator and \
             eip1559Elasticity of the intent. {REMAKE}"
        ),
    )
}

fn pair_text(pair: FeePair) -> String {
    format!("denominator {}, elasticity {}", pair.denominator, pair.elasticity)
}

fn extra_data(facts: &Facts, fees: &GenesisFees, own: Option<&FeeConstants>) -> Vec<Finding> {
    let header = &facts.genesis.header;
    let source = "extraData of genesis.json";
    let read = ExtraData::read(&facts.rollup.forks, header.timestamp, &header.extra_data);
    let extra = match read {
        Ok(Some(extra)) => extra,
        Ok(None) => return vec![free(&header.extra_data, source)],
        Err(error) => {
            let finding = Comparison::new(
                GATE,
                ("extraData of the newest fork at genesis", "the forks of rollup.json"),
                (format!("{}: {error}", header.extra_data), source),
            );
            return vec![finding.refuse(format!(
                "The engine computes the first block's base fee from it and would fail. {REMAKE}"
            ))];
        }
    };
    vec![known_pair(extra.pair, fees, own, source), min_base_fee(extra.min_base_fee, fees, source)]
}

/// Before Holocene nobody reads it, and both usual contents are known.
fn free(found: &[u8], source: &str) -> Finding {
    let found_text = String::from_utf8_lossy(found);
    Comparison::new(
        GATE,
        ("none, or \"BEDROCK\"", "no fork at genesis reads it"),
        (format!("{found_text:?}"), source),
    )
    .warn_unless(
        matches!(found, b"" | b"BEDROCK"),
        format!(
            "It is harmless, but shows that the genesis was made for other forks than \
             rollup.json has. {REMAKE}"
        ),
    )
}

/// It decides the base fee of block 1 only: later blocks carry what `SystemConfig` says.
fn known_pair(
    found: FeePair,
    fees: &GenesisFees,
    own: Option<&FeeConstants>,
    source: &str,
) -> Finding {
    let set = FeePair::unpack(fees.eip1559_params.0);
    let is_constant = own.is_some_and(|own| {
        own.denominator_canyon == Some(u64::from(found.denominator))
            && own.elasticity == u64::from(found.elasticity)
    });
    Comparison::new(
        GATE,
        (
            format!(
                "the chain's own, or {} as op-deployer writes always",
                pair_text(FeePair::OF_OP_DEPLOYER)
            ),
            "rollup.json",
        ),
        (pair_text(found), source),
    )
    .warn_unless(
        found == set || is_constant || found == FeePair::OF_OP_DEPLOYER,
        format!(
            "Block 1 gets another base fee than rollup.json asks for; later blocks do not. {REMAKE}"
        ),
    )
}

fn min_base_fee(found: Option<u64>, fees: &GenesisFees, source: &str) -> Finding {
    let found = found.unwrap_or(0);
    let meant = fees.min_base_fee;
    Comparison::new(
        GATE,
        (
            format!("least base fee {meant} wei, or 0 as op-deployer writes always"),
            format!("minBaseFee in {SYSTEM_CONFIG}"),
        ),
        (format!("least base fee {found} wei"), source),
    )
    .warn_unless(
        found == meant || found == 0,
        format!(
            "Block 1 gets another least base fee than rollup.json asks for; later blocks do not. \
             {REMAKE}"
        ),
    )
}

fn gas_limit(facts: &Facts) -> Finding {
    let (meant, found) =
        (facts.rollup.genesis.system_config.gas_limit, facts.genesis.header.gas_limit);
    Comparison::new(
        GATE,
        (format!("gas limit {meant}"), format!("gasLimit in {SYSTEM_CONFIG}")),
        (format!("gas limit {found}"), "gasLimit of genesis.json"),
    )
    .warn_unless(
        found == meant,
        format!(
            "Block 0 has another gas limit than all that follow: the files were not made \
             together. {REMAKE}"
        ),
    )
}

/// The packed L1 fee scalars, read by every block's first transaction from Ecotone on (op-node
/// `op-service/eth/types.go`, `CheckEcotoneL1SystemConfigScalar`).
fn scalar(facts: &Facts) -> Finding {
    let scalar = facts.rollup.genesis.system_config.scalar;
    let ecotone = facts.rollup.forks.is_active(Fork::Ecotone, facts.genesis.header.timestamp);
    let is_zero = |range: std::ops::Range<usize>| scalar[range].iter().all(|&byte| byte == 0);
    let comparison = Comparison::new(
        GATE,
        ("version 0 or 1, no stray bytes", "op-node from Ecotone on"),
        (scalar, format!("scalar in {SYSTEM_CONFIG}")),
    );
    match scalar[0] {
        _ if !ecotone => comparison.holds(),
        0 => comparison.warn_unless(is_zero(1..28), SET_SCALARS),
        1 => comparison
            .refuse_unless(is_zero(1..24), format!("op-node cannot build block 1. {REMAKE}")),
        _ => comparison.refuse(format!("op-node cannot build block 1. {REMAKE}")),
    }
}
