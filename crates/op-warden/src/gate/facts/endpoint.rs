//! The L1's endpoint, whose URL may stand in a file.

use std::{path::Path, time::Duration};

use op_chain::rpc::{Rpc, RpcUrlError};
use zeroize::Zeroizing;

use super::FactsError;
use crate::{
    config::Endpoint,
    secret::{self, SecretError},
};

/// The endpoint, read anew each time: a file may have come or changed since.
pub(super) fn l1(endpoint: &Endpoint, patience: Duration) -> Result<Rpc, FactsError> {
    match endpoint {
        Endpoint::Url(url) => {
            Rpc::new(url, patience).map_err(|source| FactsError::Url { what: "l1.rpc", source })
        }
        Endpoint::File(path) => of_file(path, patience),
    }
}

fn of_file(path: &Path, patience: Duration) -> Result<Rpc, FactsError> {
    let shown = || path.display().to_string();
    let url = line(path).map_err(|error| match error {
        SecretError::Content => FactsError::NotUrl { path: shown() },
        reason => FactsError::NoUrl { path: shown(), reason },
    })?;
    Rpc::new(&url, patience).map_err(|error| match error {
        // They quote what may be a part of the secret.
        RpcUrlError::Url(_) | RpcUrlError::Scheme(_) => FactsError::NotUrl { path: shown() },
        source @ RpcUrlError::Client(_) => FactsError::Url { what: "l1.rpcFile", source },
    })
}

fn line(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    super::files::regular(path).map_err(SecretError::Read)?;
    secret::line(path)
}
