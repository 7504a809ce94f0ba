//! The intent of a devnet's chain, as op-deployer reads it.

use std::fmt::Write as _;
use std::path::Path;

use alloy_primitives::{B256, U256};

use crate::games::{BOND_DELAY, CHALLENGE_PERIOD, CLOCK_EXTENSION_SECONDS, PERMISSIONED_CANNON};
use crate::spec::{ChainSpec, L2_BLOCK_TIME, L2_GAS_LIMIT};

/// Active at genesis: the contracts' own L2 genesis has them.
const AT_GENESIS: [&str; 8] =
    ["Canyon", "Delta", "Ecotone", "Fjord", "Granite", "Holocene", "Isthmus", "Jovian"];

/// Where contracts lie, as an intent names it.
pub(super) fn locator(folder: &Path) -> String {
    let mut url = "file://".to_owned();
    for byte in folder.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' => url.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(*byte)),
            byte => {
                let _ = write!(url, "%{byte:02x}");
            }
        }
    }
    url
}

/// The chain of `spec`, with its delays, on a private L1. Forks before Karst are active at genesis.
#[must_use]
pub fn intent(spec: &ChainSpec, locator: &str) -> String {
    let ChainSpec { roles, .. } = spec;
    let owner = roles.owner;
    let offset =
        |fork: &str, seconds: u64| format!("l2Genesis{fork}TimeOffset = \"{seconds:#x}\"\n");
    let forks: String = AT_GENESIS
        .iter()
        .map(|fork| offset(fork, 0))
        .chain(spec.forks.karst.map(|seconds| offset("Karst", seconds)))
        .collect();
    format!(
        r#"configType = "custom"
l1ChainID = {l1_chain_id}
fundDevAccounts = {funded}
useInterop = false
l1ContractsLocator = "{locator}"
l2ContractsLocator = "{locator}"

[superchainRoles]
SuperchainProxyAdminOwner = "{owner}"
SuperchainGuardian = "{owner}"
ProtocolVersionsOwner = "{owner}"
Challenger = "{owner}"

[globalDeployOverrides]
l2BlockTime = {L2_BLOCK_TIME}
respectedGameType = {PERMISSIONED_CANNON}
faultGameAbsolutePrestate = "{prestate}"
dangerouslyAllowCustomDisputeParameters = true
faultGameMaxClockDuration = {clock}
faultGameClockExtension = {CLOCK_EXTENSION_SECONDS}
faultGameWithdrawalDelay = {BOND_DELAY}
preimageOracleChallengePeriod = {CHALLENGE_PERIOD}
proofMaturityDelaySeconds = {maturity}
disputeGameFinalityDelaySeconds = {finality}
{forks}
[[chains]]
id = "{id}"
baseFeeVaultRecipient = "{owner}"
l1FeeVaultRecipient = "{owner}"
sequencerFeeVaultRecipient = "{owner}"
operatorFeeVaultRecipient = "{owner}"
eip1559DenominatorCanyon = 250
eip1559Denominator = 50
eip1559Elasticity = 6
gasLimit = {L2_GAS_LIMIT}
operatorFeeScalar = 0
operatorFeeConstant = 0
minBaseFee = 0
daFootprintGasScalar = 0

[chains.roles]
l1ProxyAdminOwner = "{owner}"
l2ProxyAdminOwner = "{owner}"
systemConfigOwner = "{owner}"
unsafeBlockSigner = "{signer}"
batcher = "{batcher}"
proposer = "{proposer}"
challenger = "{challenger}"
"#,
        l1_chain_id = spec.l1_chain_id,
        funded = !spec.funded.is_empty(),
        prestate = spec.prestate,
        clock = spec.game_clock_seconds,
        maturity = spec.proof_maturity_seconds,
        finality = spec.finality_delay_seconds,
        id = B256::from(U256::from(spec.l2_chain_id)),
        signer = roles.unsafe_block_signer,
        batcher = roles.batcher,
        proposer = roles.proposer,
        challenger = roles.challenger,
    )
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use op_bootstrap::intent::{Meant, lint, report};

    use super::*;
    use crate::{ForkOffsets, Roles};

    fn spec() -> ChainSpec {
        let address = Address::with_last_byte;
        ChainSpec::new(Roles {
            owner: address(1),
            batcher: address(2),
            proposer: address(3),
            challenger: address(4),
            unsafe_block_signer: address(5),
        })
    }

    #[test]
    fn a_folder_of_any_name_is_a_url() {
        assert_eq!(locator(Path::new("/a-b/c_1.2~")), "file:///a-b/c_1.2~");
        assert_eq!(locator(Path::new("/a b/\"#?%ä")), "file:///a%20b/%22%23%3f%25%c3%a4");
    }

    /// As `op-warden bootstrap lint` judges it, whichever op-deployer reads it.
    #[test]
    fn nothing_is_wrong_with_it() {
        let karst = ChainSpec { forks: ForkOffsets::KARST, ..spec() };
        let funded = ChainSpec { funded: vec![Address::ZERO], ..spec() };
        for (spec, before_0_7) in [(spec(), true), (karst, false), (funded, true)] {
            let (l1_chain_id, l2_chain_id) = (Some(spec.l1_chain_id), Some(spec.l2_chain_id));
            let meant = Meant { l1_chain_id, l2_chain_id, private: true, before_0_7 };
            let findings = lint(&intent(&spec, "file:///a"), &meant);
            assert_eq!(findings, [], "{}", report(&findings));
        }
    }

    #[test]
    fn karst_is_scheduled_where_the_engines_know_it() {
        let text = intent(&spec(), "file:///a");
        assert!(text.contains("\nl2GenesisJovianTimeOffset = \"0x0\"\n"), "{text}");
        assert!(!text.contains("Karst"), "{text}");
        let spec = ChainSpec { forks: ForkOffsets::KARST, ..spec() };
        let text = intent(&spec, "file:///a");
        assert!(text.contains("\nl2GenesisKarstTimeOffset = \"0x8\"\n"), "{text}");
    }
}
