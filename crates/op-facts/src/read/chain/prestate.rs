//! The fault proof programs' files, each read once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use alloy_primitives::B256;
use op_chain::game_args::loads_prestate;
use op_chain::prestate::{Prestate, PrestateError};
use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::read::{blocking::on_a_thread, l1::L1Facts, request::Request};

type Prestates = BTreeMap<PathBuf, Result<Prestate, PrestateError>>;

/// Those that are named.
pub(super) async fn read(request: &Request<'_>) -> Prestates {
    let judged = request.judged_by(Gate::Prestate);
    let files = judged.filter_map(|service| service.prestate.as_ref()?.file.clone());
    read_files(request, files.collect()).await
}

/// Of folders, those that L1 names: for new games, and for each that is in play.
pub(in crate::read) async fn read_folders(request: &Request<'_>, l1: &L1Facts) -> Prestates {
    let judged = request.judged_by(Gate::Prestate);
    let files = judged.flat_map(|service| {
        let given = service.prestate.as_ref().filter(|prestate| prestate.file.is_none());
        let hashes = needed(&service.played(), l1);
        given.into_iter().flat_map(move |given| {
            hashes.clone().into_iter().filter_map(|hash| given.path_of(hash))
        })
    });
    read_files(request, files.collect()).await
}

fn needed(played: &BTreeSet<u32>, l1: &L1Facts) -> BTreeSet<B256> {
    let registered = l1.games.iter().filter(|(game_type, _)| loads_prestate(**game_type));
    let registered =
        registered.filter_map(|(kind, game)| Some((kind, *game.prestate.as_ref().ok()?)));
    let in_play = l1.in_play.iter().flat_map(|in_play| in_play.games.iter().flatten());
    let in_play = in_play.filter_map(|game| Some((&game.game_type, game.prestate?)));
    let all = registered.chain(in_play).filter(|(game_type, _)| played.contains(game_type));
    all.map(|(_, hash)| hash).collect()
}

async fn read_files(request: &Request<'_>, files: BTreeSet<PathBuf>) -> Prestates {
    let patience = request.patience_with_files();
    let mut tasks = JoinSet::new();
    for file in files {
        tasks.spawn(async move {
            let path = file.clone();
            let read = on_a_thread("prestate", patience, move || Prestate::from_file(&path)).await;
            (file, read.unwrap_or_else(|error| Err(PrestateError::Read(error))))
        });
    }
    tasks.join_all().await.into_iter().collect()
}
