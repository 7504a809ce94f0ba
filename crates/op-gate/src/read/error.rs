//! Why nothing can be judged.

use eth_rpc::RpcUrlError;
use op_chain::genesis::GenesisError;
use op_exec::secret::SecretError;

use crate::finding::Answer;

/// A file without which nothing can be judged.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// A file of the chain is not there, or not readable: wait.
    #[error("cannot read {path}: {reason}")]
    Absent {
        /// The file.
        path: String,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// rollup.json is not one: refuse.
    #[error("{path} is not a rollup.json: {source}")]
    Rollup {
        /// The file.
        path: String,
        /// Where and what.
        source: serde_json::Error,
    },
    /// genesis.json is not one: refuse.
    #[error("{path}: {source}")]
    Genesis {
        /// The file.
        path: String,
        /// Why it has no hash.
        source: GenesisError,
    },
    /// An endpoint's URL is not one: refuse.
    #[error("{what}: {source}")]
    Url {
        /// Which endpoint.
        what: &'static str,
        /// Why.
        source: RpcUrlError,
    },
    /// The file with an endpoint's URL is not there, not readable or empty: wait.
    #[error("no URL in {path}: {reason}")]
    NoUrl {
        /// The file.
        path: String,
        /// The field of the configuration that names it.
        what: &'static str,
        /// Why.
        reason: SecretError,
    },
    /// The content of the file is no URL, and no less a secret for that: refuse.
    #[error("the content of {path} is not an http or https URL in one line")]
    NotUrl {
        /// The file.
        path: String,
        /// The field of the configuration that names it.
        what: &'static str,
    },
}

impl FactsError {
    /// What follows from an error, and what to do about it.
    #[must_use]
    pub const fn answer(&self) -> (Answer, &'static str) {
        match self {
            Self::Absent { .. } => (
                Answer::Wait,
                "Put the chain's file there: from op-deployer inspect, or the chain's published files.",
            ),
            Self::Rollup { .. } | Self::Genesis { .. } => (
                Answer::Refuse,
                "Fetch the file again from where the chain was made; it must not be edited by hand.",
            ),
            Self::Url { .. } => (Answer::Refuse, "Correct the URL in the configuration."),
            Self::NoUrl { .. } => {
                (Answer::Wait, "Put the URL there: one line, readable by op-warden only.")
            }
            Self::NotUrl { .. } => (Answer::Refuse, "Write the URL as one line, and nothing else."),
        }
    }
}
