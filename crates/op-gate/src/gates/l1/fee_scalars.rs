//! Users pay for the kind of data that the batcher writes.

use op_chain::fee_scalars::FeeScalars;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::FeeScalars;

/// Gas that a byte of a batch costs in calldata (EIP-7623).
const CALLDATA_GAS: u64 = 40;
/// Blob gas that a byte of a batch costs in a full blob: 131,072 for 130,044 bytes.
const BLOB_GAS: &str = "1.01";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(command), Some(fees)) = (&service.command, &facts.l1.fees) else {
        return Vec::new();
    };
    let kind = command.setting("data-availability-type").unwrap_or("calldata");
    let source = format!(
        "SystemConfig.scalar() at {} on {}",
        facts.rollup.l1_system_config_address, facts.l1.endpoint
    );
    let mut findings = vec![with(&fees.scalar, GATE, "the fee scalars", &source, |&word| {
        pays(kind, FeeScalars::unpack(word), &source)
    })];
    findings.extend(matches!(fees.min_base_fee, Ok(0)).then(no_least_fee));
    findings
}

fn pays(kind: &str, scalars: FeeScalars, source: &str) -> Finding {
    let found = format!(
        "{:.2} gas and {:.2} blob gas for a byte (scalars {} and {})",
        scalars.gas_a_byte(),
        scalars.blob_gas_a_byte(),
        scalars.base,
        scalars.blob
    );
    let (costs, right, holds) = if kind == "calldata" {
        let right = FeeScalars::CALLDATA;
        (format!("{CALLDATA_GAS} gas"), right, scalars.base >= right.base)
    } else {
        let right = FeeScalars::BLOBS;
        // The standard's is what most chains have; half of it is no mistake.
        (format!("{BLOB_GAS} blob gas"), right, scalars.blob >= right.blob / 2)
    };
    Comparison::new(
        GATE,
        (format!("users pay about what a byte costs as {kind}: {costs}"), "L1's rules"),
        (found, source),
    )
    .warn_unless(
        holds,
        format!(
            "The batcher pays for its users, and whoever sends much data empties its account: the \
             owner of SystemConfig calls setGasConfigEcotone({}, {}), or the batcher writes the \
             other kind (--data-availability-type).",
            right.base, right.blob
        ),
    )
}

fn no_least_fee() -> Finding {
    Comparison::new(
        GATE,
        ("a least base fee", "docs chain-operators, \"Setting min base fee\""),
        ("0 wei", "SystemConfig.minBaseFee()"),
    )
    .warn(
        "On a quiet chain blocks are filled for next to nothing: the owner of SystemConfig calls \
         setMinBaseFee(100000), in wei.",
    )
}
