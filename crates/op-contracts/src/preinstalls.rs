//! Widely used contracts that L2 has from its first block (src/libraries/Preinstalls.sol).
//!
//! The package carries their code in that source only, so it is read from there.

use std::collections::BTreeMap;

use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::eip712_domain;
use anyhow::{Context as _, Result};
use op_chain::forks::ForkTimes;

/// Below `src/` of the package.
pub(crate) const SOURCE: &str = "libraries/Preinstalls.sol";

/// Those that every chain has; Permit2 and what belongs to a fork are apart.
const NAMES: [&str; 9] = [
    "MultiCall3",
    "Safe_v130",
    "SafeL2_v130",
    "MultiSendCallOnly_v130",
    "SafeSingletonFactory",
    "DeterministicDeploymentProxy",
    "MultiSend_v130",
    "SenderCreator",
    "EntryPoint",
];

/// The preinstalls' accounts. A fork that activates later brings its own by itself.
pub(crate) fn accounts(
    source: &str,
    l2_chain_id: u64,
    forks: &ForkTimes,
) -> Result<BTreeMap<Address, GenesisAccount>> {
    let mut accounts = BTreeMap::new();
    let mut add = |name: &str, code: Option<Vec<u8>>| -> Result<()> {
        let account =
            GenesisAccount::default().with_nonce(Some(1)).with_code(code.map(Bytes::from));
        accounts.insert(address(source, name)?, account);
        Ok(())
    };
    for name in NAMES {
        add(name, Some(code(source, name)?))?;
    }
    add("Permit2", Some(permit2(source, l2_chain_id)?))?;
    if forks.canyon_time == Some(0) {
        add("Create2Deployer", Some(code(source, "Create2Deployer")?))?;
    }
    if forks.ecotone_time == Some(0) {
        add("BeaconBlockRoots", Some(code(source, "BeaconBlockRoots")?))?;
        // The account whose first transaction creates the contract (EIP-4788).
        add("BeaconBlockRootsSender", None)?;
    }
    Ok(accounts)
}

/// Permit2 has its chain id and EIP-712 domain separator in its code; offsets: `getPermit2Code`.
fn permit2(source: &str, chain_id: u64) -> Result<Vec<u8>> {
    const CHAIN_ID: usize = 6945;
    const DOMAIN_SEPARATOR: usize = 6983;
    let domain = eip712_domain! {
        name: "Permit2",
        chain_id: chain_id,
        verifying_contract: address(source, "Permit2")?,
    };
    let mut code = code(source, "Permit2Template")?;
    for (offset, word) in
        [(CHAIN_ID, U256::from(chain_id).into()), (DOMAIN_SEPARATOR, domain.separator())]
    {
        code.get_mut(offset..offset + 32)
            .with_context(|| format!("Permit2TemplateCode in {SOURCE} ends before byte {offset}"))?
            .copy_from_slice(word.as_slice());
    }
    Ok(code)
}

fn address(source: &str, name: &str) -> Result<Address> {
    constant(source, &format!("address internal constant {name}"))?
        .parse()
        .with_context(|| format!("{name} in {SOURCE} is not an address"))
}

fn code(source: &str, name: &str) -> Result<Vec<u8>> {
    constant(source, &format!("bytes internal constant {name}Code"))?
        .strip_prefix("hex\"")
        .and_then(|literal| hex::decode(literal.strip_suffix('"')?).ok())
        .with_context(|| format!("{name}Code in {SOURCE} is not a hex literal"))
}

/// The right side of `declaration = …;`.
fn constant<'a>(source: &'a str, declaration: &str) -> Result<&'a str> {
    source
        .split_once(&format!("{declaration} ="))
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(value, _)| value.trim())
        .with_context(|| format!("{SOURCE} does not declare `{declaration}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};

    const SAMPLE: &str = r#"
    /// @notice Address of the MultiSend contract; version 1.3.0.
    address internal constant MultiSend_v130 = 0x998739BFdAAdde7C933B942a68053933098f9EDa;
    address internal constant Permit2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    bytes internal constant MultiSendCallOnly_v130Code =
        hex"60";

    bytes internal constant MultiSend_v130Code =
        hex"6001";
    bytes internal constant ShortCode = "6001";
    "#;

    #[test]
    fn constants_are_found_by_their_whole_name() {
        assert_eq!(
            address(SAMPLE, "MultiSend_v130").unwrap(),
            address!("998739BFdAAdde7C933B942a68053933098f9EDa")
        );
        assert_eq!(code(SAMPLE, "MultiSend_v130").unwrap(), [0x60, 0x01]);
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let error = code(SAMPLE, "EntryPoint").unwrap_err().to_string();
        assert_eq!(
            error,
            "libraries/Preinstalls.sol does not declare `bytes internal constant EntryPointCode`"
        );
        let error = code(SAMPLE, "Short").unwrap_err().to_string();
        assert_eq!(error, "ShortCode in libraries/Preinstalls.sol is not a hex literal");
    }

    #[test]
    fn permit2_carries_its_chain_id_and_domain() {
        let template = format!(
            "{SAMPLE} bytes internal constant Permit2TemplateCode = hex\"{}\";",
            "00".repeat(7015)
        );
        let code = permit2(&template, 1).unwrap();
        assert_eq!(code[6945..6977], U256::ONE.to_be_bytes::<32>());
        // `DOMAIN_SEPARATOR()` of Permit2 on Ethereum mainnet.
        let mainnet = b256!("866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28");
        assert_eq!(code[6983..7015], mainnet.0);
    }
}
