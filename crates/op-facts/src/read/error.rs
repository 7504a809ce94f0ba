//! Why nothing can be judged.

use eth_rpc::RpcUrlError;
use op_chain::genesis::GenesisError;
use op_exec::secret::SecretError;

/// A file without which nothing can be judged.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// A file of the chain is not there, or not readable: wait.
    #[error("cannot read {path}: {reason}")]
    Absent { path: String, reason: std::io::Error },
    /// rollup.json is not one: refuse.
    #[error("{path} is not a rollup.json: {source}")]
    Rollup { path: String, source: serde_json::Error },
    /// genesis.json is not one: refuse.
    #[error("{path}: {source}")]
    Genesis { path: String, source: GenesisError },
    /// Another file in its place: refuse.
    #[error("{path} is {found}, not a {expected}")]
    Other { path: String, found: &'static str, expected: &'static str },
    /// An endpoint's URL is not one: refuse.
    #[error("{what}: {source}")]
    Url { what: &'static str, source: RpcUrlError },
    /// The file with an endpoint's URL is not there, not readable or empty: wait.
    #[error("no URL in {path}: {reason}")]
    NoUrl { path: String, what: &'static str, reason: SecretError },
    /// The content of the file is no URL, and no less a secret for that: refuse.
    #[error("the content of {path} is not an http or https URL in one line")]
    NotUrl { path: String, what: &'static str },
    /// Its right to read every file stays with a process that is about to read what others send: refuse.
    #[error("the capabilities of op-warden cannot be given up: {0}")]
    Rights(std::io::Error),
}

impl FactsError {
    /// Whether it is only not there yet: wait. Everything else is wrong: refuse.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent { .. } | Self::NoUrl { .. })
    }

    /// What to do about it.
    #[must_use]
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::Absent { .. } => {
                "Put the chain's file there: from op-deployer inspect, or the chain's published \
                 files."
            }
            Self::Other { .. } => {
                "Put the chain's own file there, or name it in the configuration."
            }
            Self::Rollup { .. } | Self::Genesis { .. } => {
                "Fetch the file again from where the chain was made; it must not be edited by hand."
            }
            Self::Url { source: RpcUrlError::Scheme(_), .. } => {
                "Use the endpoint's http or https URL: who serves another scheme has one as well."
            }
            Self::Url { .. } => "Correct the URL in the configuration.",
            Self::NoUrl { .. } => "Put the URL there: one line, readable by op-warden only.",
            Self::Rights(_) => "Let op-warden call capset: a filter of system calls forbids it.",
            Self::NotUrl { .. } => "Write the URL as one line, and nothing else.",
        }
    }
}
