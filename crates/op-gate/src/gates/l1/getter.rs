//! Getters of the chain's contracts, some of which not every release has.

use alloy_primitives::Address;
use eth_rpc::{Reading, Unread};
use op_chain::getters::{ANCHOR_STATE_REGISTRY, Getter};

use crate::finding::{Finding, with};
use crate::gate::Gate;
use crate::read::{Facts, l1::contracts::Registry};

/// A contract of the chain.
pub(crate) struct Contract<'a> {
    name: &'static str,
    at: Address,
    version: &'a Reading<String>,
    endpoint: &'a str,
}

impl<'a> Contract<'a> {
    pub(crate) fn system_config(facts: &'a Facts) -> Self {
        let version = &facts.l1.contracts.system_version;
        Self::of(facts, "SystemConfig", facts.rollup.l1_system_config_address, version)
    }

    pub(crate) fn portal(facts: &'a Facts) -> Self {
        let version = &facts.l1.contracts.portal_version;
        Self::of(facts, "OptimismPortal", facts.rollup.deposit_contract_address, version)
    }

    pub(crate) fn factory(facts: &'a Facts) -> Self {
        let version = &facts.l1.contracts.factory_version;
        Self::of(facts, "DisputeGameFactory", facts.config.chain.dispute_game_factory, version)
    }

    fn of(facts: &'a Facts, name: &'static str, at: Address, version: &'a Reading<String>) -> Self {
        Self { name, at, version, endpoint: &facts.l1.endpoint }
    }

    pub(crate) fn source(&self, call: &str) -> String {
        format!("{}.{call} at {} on {}", self.name, self.at, self.endpoint)
    }

    /// Judges the answer of a getter. Where it reverts, the contract's version says whether that is right.
    pub(crate) fn judge<T>(
        &self,
        gate: Gate,
        (getter, reading): (Getter, &Reading<T>),
        judge: impl FnOnce(&T, &str) -> Finding,
    ) -> Finding {
        let source = self.source(&format!("{}()", getter.name));
        match (reading, self.version) {
            (Err(Unread::Reverted(_)), Ok(version)) if !getter.is_in(version) => {
                Finding::skip(gate, format!("{} {version} has no {}()", self.name, getter.name))
            }
            (Err(Unread::Reverted(_)), Err(unread)) => {
                let what = format!("a version, which says whether there is a {}()", getter.name);
                Finding::unread(gate, what, self.source("version()"), unread)
            }
            _ => with(reading, gate, "an answer", &source, |value| judge(value, &source)),
        }
    }
}

/// The portal's registry of games, or why there is nothing to say of it.
pub(crate) fn registry(gate: Gate, facts: &Facts) -> Result<(Address, &Registry), Finding> {
    match (&facts.l1.contracts.registry, &facts.l1.registry) {
        (Ok(at), Some(registry)) => Ok((*at, registry)),
        (reading, _) => {
            let getter = (ANCHOR_STATE_REGISTRY, reading);
            Err(Contract::portal(facts).judge(gate, getter, |_, _| Finding::not_judged(gate)))
        }
    }
}
