//! The L1 deployment as data: which transactions, in which order.
//!
//! A contract's address follows from the deployer and its nonce, so everything that refers to a
//! contract, the L2 genesis above all, can be made before the contract exists.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, TxKind};
use alloy_sol_types::SolCall;
use anyhow::Result;

use crate::{abi::ProxyAdmin, artifacts::Package};

/// Contract addresses by name. Proxies are named as the superchain registry names them.
pub type Addresses = BTreeMap<String, Address>;

/// Gas of a creation before its code is paid for: intrinsic cost and the constructor's writes.
const CREATE_BASE_GAS: u64 = 900_000;
/// Gas per byte of creation code: 200 to store it, 16 to send it, the rest to check it.
const CREATE_GAS_PER_BYTE: u64 = 220;
/// Gas limit of a call; the dearest initialises a proxy.
const CALL_GAS: u64 = 3_000_000;

#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// What it does, for error messages.
    pub(crate) label: String,
    pub(crate) nonce: u64,
    pub(crate) to: TxKind,
    pub(crate) input: Bytes,
    pub(crate) gas_limit: u64,
}

/// Transactions of one account, in order, and the contracts they create.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    package: &'a Package,
    deployer: Address,
    next_nonce: u64,
    pub(crate) steps: Vec<Step>,
    pub(crate) addresses: Addresses,
}

/// The encoded arguments of a constructor that has none.
pub(crate) const NO_ARGUMENTS: &[u8] = &[];

impl<'a> Plan<'a> {
    /// An empty plan for a deployer that has sent `next_nonce` transactions before.
    pub(crate) const fn new(package: &'a Package, deployer: Address, next_nonce: u64) -> Self {
        Self { package, deployer, next_nonce, steps: Vec::new(), addresses: Addresses::new() }
    }

    /// Creates a contract and enters its address under `name`.
    pub(crate) fn create(
        &mut self,
        name: &str,
        contract: &str,
        arguments: &[u8],
    ) -> Result<Address> {
        let code = self.package.artifact(contract)?.creation_code(arguments);
        let gas_limit = CREATE_BASE_GAS + CREATE_GAS_PER_BYTE * code.len() as u64;
        let address = self.deployer.create(self.next_nonce);
        self.push(format!("create {name}"), TxKind::Create, code, gas_limit);
        self.addresses.insert(name.to_owned(), address);
        Ok(address)
    }

    /// Calls a contract; `subject` is what the call is about.
    pub(crate) fn call<C: SolCall>(&mut self, subject: &str, to: Address, call: &C) {
        let function = C::SIGNATURE.split('(').next().unwrap_or_default();
        self.push(
            format!("{function} of {subject}"),
            to.into(),
            call.abi_encode().into(),
            CALL_GAS,
        );
    }

    /// Creates an implementation, then has the `admin` point the `proxy` at it and initialise it.
    pub(crate) fn implement<C: SolCall>(
        &mut self,
        contract: &str,
        arguments: &[u8],
        admin: Address,
        proxy: Address,
        initialize: &C,
    ) -> Result<()> {
        let implementation = self.create(&format!("{contract}Impl"), contract, arguments)?;
        let data = initialize.abi_encode().into();
        self.call(contract, admin, &ProxyAdmin::upgradeAndCallCall { proxy, implementation, data });
        Ok(())
    }

    fn push(&mut self, label: String, to: TxKind, input: Bytes, gas_limit: u64) {
        self.steps.push(Step { label, nonce: self.next_nonce, to, input, gas_limit });
        self.next_nonce += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    #[test]
    fn addresses_follow_from_the_nonce_and_calls_use_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let artifact = folder.path().join("forge-artifacts/Proxy.sol/Proxy.json");
        std::fs::create_dir_all(artifact.parent().unwrap()).unwrap();
        let json = r#"{"bytecode": {"object": "0x6001"}, "storageLayout": {"storage": []}}"#;
        std::fs::write(artifact, json).unwrap();

        let package = Package::new(folder.path());
        let deployer = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        let mut plan = Plan::new(&package, deployer, 0);
        let first = plan.create("First", "Proxy", &[2]).unwrap();
        plan.call("First", first, &ProxyAdmin::setAddressManagerCall { manager: deployer });
        let second = plan.create("Second", "Proxy", NO_ARGUMENTS).unwrap();

        // anvil's first contract: keccak256(rlp([deployer, nonce]))[12..].
        assert_eq!(first, address!("5FbDB2315678afecb367f032d93F642f64180aa3"));
        assert_eq!(second, deployer.create(2));
        assert_eq!(plan.addresses["Second"], second);
        let steps: Vec<_> =
            plan.steps.iter().map(|step| (step.nonce, step.label.as_str())).collect();
        assert_eq!(
            steps,
            [(0, "create First"), (1, "setAddressManager of First"), (2, "create Second")]
        );
        assert_eq!(plan.steps[0].input, Bytes::from_static(&[0x60, 0x01, 2]));
        assert_eq!(plan.steps[1].to, TxKind::Call(first));
    }
}
