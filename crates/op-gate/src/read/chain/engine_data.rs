//! The data folders of op-geth, each looked into once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
};

use op_chain::engine_data::EngineData;
use tokio::task::JoinSet;

use crate::{
    gate::Gate,
    read::{blocking::on_a_thread, request::Request},
};

/// Looks into the folders of all services that are judged by them.
pub(super) async fn read(request: &Request<'_>) -> BTreeMap<PathBuf, io::Result<EngineData>> {
    let patience = request.patience_with_files();
    let folders: BTreeSet<(PathBuf, Option<PathBuf>)> = request
        .judged_by(Gate::EngineData)
        .filter_map(|service| {
            let command = service.command.as_ref()?;
            let ancient = command.value("datadir.ancient").map(PathBuf::from);
            Some((service.data_dir.clone()?, ancient))
        })
        .collect();
    let mut tasks = JoinSet::new();
    for (folder, ancient) in folders {
        let path = folder.clone();
        tasks.spawn(async move {
            let look = move || EngineData::of_geth(&path, ancient.as_deref());
            (folder, on_a_thread("engine-data", patience, look).await.flatten())
        });
    }
    tasks.join_all().await.into_iter().collect()
}
