//! The data folders of op-geth, each looked into once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
    time::Duration,
};

use op_chain::engine_data::EngineData;
use tokio::task::JoinSet;

use crate::read::apart::apart;
use crate::{Gate, config::Service};

/// Looks into the folders of all services that are judged by them, each within `patience`.
pub(super) async fn read(
    services: &[&Service],
    patience: Duration,
) -> BTreeMap<PathBuf, io::Result<EngineData>> {
    let judged = services.iter().filter(|service| service.gates.contains(&Gate::EngineData));
    let folders: BTreeSet<(PathBuf, Option<PathBuf>)> = judged
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
            (folder, apart("engine-data", patience, look).await.flatten())
        });
    }
    tasks.join_all().await.into_iter().collect()
}
