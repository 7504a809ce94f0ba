//! rollup.json's copy of `SystemConfig` is what the contract had when the chain began.
//!
//! Its owner may change these values at any time, and nodes read each change from L1. So the contract of
//! today says nothing of the file: the one at the L1 origin does, as far as the endpoint remembers it. A
//! difference stops nobody: all nodes take the file's values until the first change, and op-deployer itself
//! writes the intent's operator fee into the file alone.

use std::fmt::Display;

use alloy_primitives::U256;
use eth_rpc::{Reading, Unread};
use op_chain::fees::{FeePair, GenesisFees};
use op_chain::getters::{DA_FOOTPRINT, EIP1559, Getter, MIN_BASE_FEE, OPERATOR_FEE, START_BLOCK};

use super::getter::Contract;
use crate::finding::{Comparison, Finding};
use crate::gate::Gate;
use crate::read::Facts;
use crate::read::l1::{contracts::Beginning, first_block};

const GATE: Gate = Gate::Contracts;
const MEND: &str = "\
    The chain begins with the values of the file, and its contract had others. Before the first \
    block, make the files again (op-deployer inspect rollup). Later, leave rollup.json as it is, \
    since another value makes another chain; the owner sets what is meant in SystemConfig, and \
    every node follows.";

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut findings = vec![started(facts)];
    let block = first_block(&facts.rollup, &facts.l1.contracts);
    if let (Some(block), Some(then)) = (block, &facts.l1.beginning) {
        findings.push(match facts.rollup.genesis.system_config.fees() {
            Ok(fees) => values(facts, then, &fees, block),
            Err(_) => Finding::skip(
                GATE,
                "the fee parameters of rollup.json cannot be read, so they are not compared with \
                 SystemConfig's",
            ),
        });
    }
    findings
}

/// A contract that came to be after the L1 origin is lawful: until then the file's values hold.
fn started(facts: &Facts) -> Finding {
    let newest = facts.l1.latest.as_ref().ok().and_then(Option::as_ref);
    let newest = newest.map_or(U256::ZERO, |block| block.number.to());
    let getter = (START_BLOCK, &facts.l1.contracts.start_block);
    Contract::system_config(facts).judge(GATE, getter, |start, source| {
        Comparison::new(
            GATE,
            (format!("block {newest} or one before it"), format!("latest of {}", facts.l1.endpoint)),
            (format!("block {start}"), source),
        )
        .refuse_unless(
            *start <= newest,
            "A contract that is there cannot begin in a block to come: the address in rollup.json is \
             none of a SystemConfig's proxy.",
        )
    })
}

/// A value in both places, as text.
struct Value {
    name: &'static str,
    getter: Getter,
    file: String,
    contract: Reading<String>,
}

fn value<T: Display>(
    name: &'static str,
    getter: Getter,
    file: impl Display,
    contract: &Reading<T>,
) -> Value {
    let contract = contract.as_ref().map(ToString::to_string).map_err(Clone::clone);
    Value { name, getter, file: file.to_string(), contract }
}

fn values(facts: &Facts, then: &Beginning, fees: &GenesisFees, block: u64) -> Finding {
    let source = Contract::system_config(facts).source(&format!("*() after block {block}"));
    let forgotten = |reason: &Unread| {
        Finding::skip(GATE, format!("SystemConfig after block {block} cannot be read: {reason}"))
    };
    let version = match &then.version {
        Ok(version) => version,
        // There may be no such contract yet, in a chain that was moved to another one.
        Err(unread) => return forgotten(unread),
    };
    let mut compared = Vec::new();
    for value in both(facts, then, fees) {
        match value.contract {
            Ok(contract) => {
                compared.push([value.file, contract].map(|text| format!("{} {text}", value.name)));
            }
            Err(Unread::Reverted(_)) if !value.getter.is_in(version) => {}
            Err(unread @ Unread::Unreachable(_)) => return forgotten(&unread),
            Err(unread) => return Finding::unread(GATE, value.name, source, &unread),
        }
    }
    let different = compared.iter().any(|[file, contract]| file != contract);
    compared.retain(|[file, contract]| !different || file != contract);
    let text =
        |place: usize| compared.iter().map(|texts| &*texts[place]).collect::<Vec<_>>().join(", ");
    Comparison::new(GATE, (text(0), "genesis.system_config of rollup.json"), (text(1), source))
        .warn_unless(!different, MEND)
}

fn both(facts: &Facts, then: &Beginning, fees: &GenesisFees) -> [Value; 8] {
    let file = &facts.rollup.genesis.system_config;
    let pair = FeePair::unpack(fees.eip1559_params.0);
    let operator = fees.operator_fee();
    [
        value("gasLimit", Getter::of_all("gasLimit"), file.gas_limit, &then.gas_limit),
        value("scalar", Getter::of_all("scalar"), file.scalar, &then.scalar),
        value("eip1559Denominator", EIP1559, pair.denominator, &then.denominator),
        value("eip1559Elasticity", EIP1559, pair.elasticity, &then.elasticity),
        value("operatorFeeScalar", OPERATOR_FEE, operator.scalar, &then.operator_scalar),
        value("operatorFeeConstant", OPERATOR_FEE, operator.constant, &then.operator_constant),
        value("minBaseFee", MIN_BASE_FEE, fees.min_base_fee, &then.min_base_fee),
        value(
            "daFootprintGasScalar",
            DA_FOOTPRINT,
            fees.da_footprint_gas_scalar,
            &then.da_footprint,
        ),
    ]
}
