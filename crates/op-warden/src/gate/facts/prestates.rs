//! The fault proof programs' files, each read once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use op_chain::prestate::{Prestate, PrestateError};
use tokio::{sync::oneshot, task::JoinSet, time::timeout};

use crate::{config::Service, gate::Gate};

/// Reads the files of all services that are judged by them, each within `patience`.
pub(super) async fn read(
    services: &[&Service],
    patience: Duration,
) -> BTreeMap<PathBuf, Result<Prestate, PrestateError>> {
    let judged = services.iter().filter(|service| service.gates.contains(&Gate::Prestate));
    let files: BTreeSet<&PathBuf> =
        judged.filter_map(|service| service.prestate.as_ref()?.file.as_ref()).collect();
    let mut tasks = JoinSet::new();
    for file in files {
        let file = file.clone();
        tasks.spawn(async move {
            let read = timeout(patience, read_apart(&file)).await;
            (file, read.unwrap_or_else(|_| Err(too_late(patience))))
        });
    }
    tasks.join_all().await.into_iter().collect()
}

/// Reads a file on a thread of its own: at its end, the runtime would wait for one of its blocking
/// threads, however long a pipe or a network disk stays silent.
async fn read_apart(file: &Path) -> Result<Prestate, PrestateError> {
    let (tell, told) = oneshot::channel();
    let path = file.to_owned();
    thread::Builder::new()
        .name("prestate".to_owned())
        // Nobody listens any more when it comes too late.
        .spawn(move || drop(tell.send(Prestate::from_file(&path))))
        .map_err(PrestateError::Read)?;
    told.await.map_err(|error| PrestateError::Read(io::Error::other(error)))?
}

fn too_late(patience: Duration) -> PrestateError {
    PrestateError::Read(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("not read within {patience:?}"),
    ))
}
