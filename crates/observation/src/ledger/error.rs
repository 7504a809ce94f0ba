//! Why something on chain could not be read or done.

use std::path::PathBuf;

use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::SolInterface as _;
use eth_rpc::{Rpc, Unread, fees::TooDear, key::SignError};

use crate::contracts::EveryChannelObservationLedger::EveryChannelObservationLedgerErrors;
use crate::contracts::EveryChannelRail::EveryChannelRailErrors;
use crate::contracts::EveryChannelWitnessRegistry::EveryChannelWitnessRegistryErrors;

#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot read {what} from {endpoint}: {source}")]
    Unread { what: &'static str, endpoint: String, source: Unread },
    #[error(
        "{address} is no observation ledger on chain {chain}: {source}. `ec-observe deploy` makes one"
    )]
    NoLedger { address: Address, chain: u64, source: Unread },
    #[error(
        "expected chain {expected}, found chain {found} at {endpoint}: nothing was signed. Point --rpc to a node of \
         the deployment's chain"
    )]
    WrongChain { expected: u64, found: u64, endpoint: String },
    #[error(
        "{endpoint} does not have block 0, by which a chain is told from others with its id: take a node that has it"
    )]
    NoGenesis { endpoint: String },
    #[error(
        "{account} is no witness of the registry {registry} now: its owner adds one with `ec-observe witness add`"
    )]
    NoWitness { account: Address, registry: Address },
    #[error(
        "expected the rail of the ledger {ledger}, found that of {found} at {rail}: nothing was signed. Give the file \
         that `ec-observe deploy` wrote, or the right --rail"
    )]
    OtherRail { rail: Address, found: Address, ledger: Address },
    #[error("{what} is refused: {reason}")]
    Refused { what: String, reason: String },
    #[error("{what} ran out of gas after {gas}: run the same command again")]
    OutOfGas { what: String, gas: u64 },
    #[error(
        "{count} transactions of {account} are on their way that are not in the journal: who else sends from it? Run \
         the same command again when they are in a block"
    )]
    InFlight { account: Address, count: u64 },
    #[error(
        "the ledger says that {witness} has attested to two observations of the slot {slot}, of which {other} is the \
         second: who else holds its key?"
    )]
    Equivocated { witness: Address, slot: B256, other: B256 },
    #[error(
        "another ec-observe signed for the same slots just now, as {} says: run the same command again",
        journal.display()
    )]
    SignedMeanwhile { journal: PathBuf },
    #[error("another ec-observe sends from {account}: it holds {}", journal.display())]
    Busy { account: Address, journal: PathBuf },
    #[error("cannot keep the journal {}: {error}", journal.display())]
    Journal { journal: PathBuf, error: std::io::Error },
    #[error("{account} has {found} wei and needs {needed} for {what}: send it some")]
    Poor { account: Address, found: U256, needed: U256, what: String },
    #[error(
        "{transaction} ({what}) is in no block after {seconds} s. Run the same command again: it goes on with this one"
    )]
    Pending { transaction: B256, what: String, seconds: u64 },
    #[error("the node does not take {transaction} ({what}): {reason}")]
    NotTaken { transaction: B256, what: String, reason: String },
    #[error(
        "{account} sent another transaction in the place of {transaction} ({what}): who else sends from it?"
    )]
    Overtaken { account: Address, transaction: B256, what: String },
    #[error(transparent)]
    TooDear(#[from] TooDear),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("{}: {reason}", file.display())]
    Deployment { file: PathBuf, reason: String },
}

impl LedgerError {
    /// Whether a contract refused it with this error of its own.
    #[must_use]
    pub fn is_refusal(&self, error: &str) -> bool {
        matches!(self, Self::Refused { reason, .. } if reason.starts_with(error))
    }
}

pub(super) fn unread(rpc: &Rpc, what: &'static str) -> impl Fn(Unread) -> LedgerError + use<> {
    let endpoint = rpc.shown();
    move |source| LedgerError::Unread { what, endpoint: endpoint.clone(), source }
}

/// Many nodes may be behind an endpoint, and not all of them have to be of one chain.
pub(super) fn is_on(rpc: &Rpc, expected: u64, found: u64) -> Result<(), LedgerError> {
    if found == expected {
        return Ok(());
    }
    Err(LedgerError::WrongChain { expected, found, endpoint: rpc.shown() })
}

/// A contract's error in words: nodes give its bytes only.
#[must_use]
pub(super) fn reason(text: &str) -> String {
    let bytes = text.rsplit_once("0x").and_then(|(_, rest)| {
        let digits = rest.find(|digit: char| !digit.is_ascii_hexdigit()).unwrap_or(rest.len());
        hex::decode(&rest[..digits]).ok()
    });
    let Some(bytes) = bytes else { return text.to_owned() };
    if let Ok(error) = EveryChannelObservationLedgerErrors::abi_decode(&bytes) {
        return inner(&format!("{error:?}"));
    }
    if let Ok(error) = EveryChannelRailErrors::abi_decode(&bytes) {
        return inner(&format!("{error:?}"));
    }
    match EveryChannelWitnessRegistryErrors::abi_decode(&bytes) {
        Ok(error) => inner(&format!("{error:?}")),
        Err(_) => text.to_owned(),
    }
}

/// `NotWitness(NotWitness { witness: 0x… })` without the variant around it.
fn inner(debug: &str) -> String {
    let inner = debug.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.unwrap_or(debug).to_owned()
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolError as _;

    use super::*;
    use crate::contracts::EveryChannelWitnessRegistry::NotWitness;

    #[test]
    fn a_contracts_error_is_shown_in_words() {
        let data = hex::encode_prefixed(NotWitness { witness: Address::ZERO }.abi_encode());
        let expected = format!("NotWitness {{ witness: {:?} }}", Address::ZERO);
        for text in [
            format!("execution reverted ({data})"),
            format!("execution reverted: custom error {data}"),
        ] {
            assert_eq!(reason(&text), expected);
        }
        for text in ["execution reverted", "execution reverted: no (0x12)", "0xzz"] {
            assert_eq!(reason(text), text);
        }
    }
}
