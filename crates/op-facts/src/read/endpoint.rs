//! Endpoints whose URLs may stand in files.

use std::{path::Path, time::Duration};

use eth_rpc::{Clients, Rpc, RpcUrlError};
use op_exec::secret::{self, SecretError};
use zeroize::Zeroizing;

use crate::{
    config::{Endpoint, L1},
    read::error::FactsError,
};

/// The endpoint that the official programs use.
pub fn of_l1(l1: &L1, patience: Duration) -> Result<Rpc, FactsError> {
    let rpc = of(&l1.rpc, ("l1.rpc", "l1.rpcFile"), patience)?;
    Ok(match l1.max_batch_size {
        Some(most) => rpc.with_batches_of(most),
        None => rpc,
    })
}

/// The endpoint, read anew each time: a file may have come or changed since. `names` are the fields
/// that a URL and a file stand in.
pub fn of(
    endpoint: &Endpoint,
    names: (&'static str, &'static str),
    patience: Duration,
) -> Result<Rpc, FactsError> {
    among(&mut Clients::default(), endpoint, names, patience)
}

/// The same with the connections of others.
pub fn among(
    clients: &mut Clients,
    endpoint: &Endpoint,
    (of_url, of_file): (&'static str, &'static str),
    patience: Duration,
) -> Result<Rpc, FactsError> {
    match endpoint {
        Endpoint::Url(url) => clients
            .endpoint(url, patience)
            .map_err(|source| FactsError::Url { what: of_url, source }),
        Endpoint::File(path) => in_file(clients, path, of_file, patience),
    }
}

fn in_file(
    clients: &mut Clients,
    path: &Path,
    what: &'static str,
    patience: Duration,
) -> Result<Rpc, FactsError> {
    let shown = || path.display().to_string();
    let url = secret::line(path).map(Zeroizing::new).map_err(|error| match error {
        SecretError::Content => FactsError::NotUrl { path: shown(), what },
        reason => FactsError::NoUrl { path: shown(), what, reason },
    })?;
    clients.endpoint(&url, patience).map_err(|error| match error {
        RpcUrlError::Scheme(scheme) if matches!(&*scheme, "ws" | "wss") => {
            FactsError::Url { what, source: RpcUrlError::Scheme(scheme) }
        }
        // They quote what may be a part of the secret.
        RpcUrlError::Url(_) | RpcUrlError::Scheme(_) => FactsError::NotUrl { path: shown(), what },
        source @ RpcUrlError::Client(_) => FactsError::Url { what, source },
    })
}
