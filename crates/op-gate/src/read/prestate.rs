//! The fault proof programs' files, each read once.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use op_chain::prestate::{Prestate, PrestateError};
use tokio::task::JoinSet;

use crate::read::apart::apart;
use crate::{Gate, config::Service};

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
        let (file, path) = (file.clone(), file.clone());
        tasks.spawn(async move {
            let read = apart("prestate", patience, move || Prestate::from_file(&path)).await;
            (file, read.unwrap_or_else(|error| Err(PrestateError::Read(error))))
        });
    }
    tasks.join_all().await.into_iter().collect()
}
