//! The fault proof programs' files, each read once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use op_chain::prestate::{Prestate, PrestateError};
use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::read::{blocking::on_a_thread, request::Request};

pub(super) async fn read(
    request: &Request<'_>,
) -> BTreeMap<PathBuf, Result<Prestate, PrestateError>> {
    let patience = request.patience_with_files();
    let judged = request.judged_by(Gate::Prestate);
    let files: BTreeSet<&PathBuf> =
        judged.filter_map(|service| service.prestate.as_ref()?.file.as_ref()).collect();
    let mut tasks = JoinSet::new();
    for file in files {
        let (file, path) = (file.clone(), file.clone());
        tasks.spawn(async move {
            let read = on_a_thread("prestate", patience, move || Prestate::from_file(&path)).await;
            (file, read.unwrap_or_else(|error| Err(PrestateError::Read(error))))
        });
    }
    tasks.join_all().await.into_iter().collect()
}
