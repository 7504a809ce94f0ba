//! One poll of this host: the programs' metrics, disks, systemd's units.

use std::collections::{BTreeMap, BTreeSet};
use std::{fs::File, io, io::Read as _, path::Path, path::PathBuf, time::Duration};

use eth_rpc::{Reading, Rpc};
use tokio::task::JoinSet;

use crate::{accept, hold, plan::Plan, update::host::HostNews};
use op_gate::config::{Config, Serve};
use op_gate::read::{blocking::on_a_thread, disk};
use op_observe::programs::{self, Program};
use op_observe::units;
use op_status::condition::{Acceptance, Name};
use op_util::{file, foreign::clean};

/// What a network disk may take to report its room, and systemd to report its units.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of a program's last error that are read.
const LONGEST: u64 = 1024;
/// Bytes of a runner, a short script.
const LONGEST_RUNNER: u64 = 64 * 1024;

/// What is read.
pub(super) struct Sources {
    programs: Vec<(String, Rpc)>,
    folders: Vec<PathBuf>,
    /// The services' systemd units.
    units: BTreeMap<String, String>,
    /// Where the programs' last errors are, by service.
    errors: BTreeMap<String, PathBuf>,
    /// The folder of what is held, and who may be.
    holds: Option<(PathBuf, Vec<String>)>,
    /// The folder of what is accepted.
    accepted: Option<PathBuf>,
    /// What the services were started by, and what they would be started by now: folders.
    runners: Option<[PathBuf; 2]>,
}

pub(super) fn to_read(config: &Config, serve: &Serve, plan: &Plan) -> Sources {
    let programs = plan.programs.clone().into_iter().collect();
    let units = config.services.iter();
    let units = units.filter_map(|(name, service)| Some((name.clone(), service.unit.clone()?)));
    let errors = config.services.iter();
    let errors =
        errors.filter_map(|(name, service)| Some((name.clone(), service.last_error.clone()?)));
    let hold = |folder: &PathBuf| (folder.clone(), config.services.keys().cloned().collect());
    Sources {
        programs,
        folders: folders(config),
        units: units.collect(),
        errors: errors.collect(),
        holds: serve.hold.as_ref().map(hold),
        accepted: serve.accepted.clone(),
        runners: serve.started.clone().zip(serve.runners.clone()).map(<[_; 2]>::from),
    }
}

fn folders(config: &Config) -> Vec<PathBuf> {
    let judged = config.services.values().filter(|service| service.min_free_bytes.is_some());
    let folders: BTreeSet<&PathBuf> =
        judged.filter_map(|service| service.data_dir.as_ref()).collect();
    folders.into_iter().cloned().collect()
}

pub(super) async fn poll(sources: Sources) -> HostNews {
    let names: Vec<&str> = sources.units.values().map(String::as_str).collect();
    let services = sources.units.keys().cloned().collect();
    let (programs, disks, errors, held, accepted, pending, states) = tokio::join!(
        poll_programs(sources.programs),
        read_disks(sources.folders),
        read_texts(sources.errors),
        read_holds(sources.holds),
        read_accepted(sources.accepted),
        read_pending(sources.runners, services),
        units::read(&names, PATIENCE)
    );
    let states = states.unwrap_or_else(|reason| {
        // The programs' own metrics report their starts too.
        tracing::debug!("systemd does not report the services' units: {reason}");
        BTreeMap::new()
    });
    let units = sources.units.into_iter();
    let units = units.filter_map(|(service, unit)| Some((service, states.get(&unit)?.clone())));
    HostNews { programs, disks, units: units.collect(), errors, held, accepted, pending }
}

async fn poll_programs(programs: Vec<(String, Rpc)>) -> Vec<(String, Reading<Program>)> {
    let mut tasks = JoinSet::new();
    for (service, metrics) in programs {
        tasks.spawn(async move { (service, programs::poll(&metrics).await) });
    }
    tasks.join_all().await
}

async fn read_disks(folders: Vec<PathBuf>) -> Vec<(PathBuf, Result<u64, String>)> {
    let mut free = Vec::new();
    for folder in folders {
        let path = folder.clone();
        let read = on_a_thread("disk", PATIENCE, move || disk::disk(&path)).await;
        let read = read.and_then(|disk| disk).map(|disk| disk.free);
        free.push((folder, read.map_err(|error| error.to_string())));
    }
    free
}

async fn read_holds(holds: Option<(PathBuf, Vec<String>)>) -> BTreeMap<String, String> {
    let Some((folder, services)) = holds else { return BTreeMap::new() };
    let read = move || {
        let held = |service: String| {
            let held = hold::of(&folder, &service)?;
            Some((service, held.to_string()))
        };
        services.into_iter().filter_map(held).collect()
    };
    on_a_thread("holds", PATIENCE, read).await.unwrap_or_default()
}

async fn read_accepted(folder: Option<PathBuf>) -> BTreeMap<Name, Acceptance> {
    let Some(folder) = folder else { return BTreeMap::new() };
    on_a_thread("accepted", PATIENCE, move || accept::all(&folder)).await.unwrap_or_default()
}

/// The services that were started by something else than what they would be started by now.
async fn read_pending(folders: Option<[PathBuf; 2]>, services: Vec<String>) -> BTreeSet<String> {
    let Some([started, runners]) = folders else { return BTreeSet::new() };
    let differs = move |service: &String| {
        let [then, now] = [&started, &runners]
            .map(|folder| file::read(&folder.join(service), LONGEST_RUNNER).ok());
        then.zip(now).is_some_and(|(then, now)| then != now)
    };
    let read = move || services.into_iter().filter(differs).collect();
    on_a_thread("runners", PATIENCE, read).await.unwrap_or_default()
}

/// Short texts for people, of the services that have one.
async fn read_texts(files: BTreeMap<String, PathBuf>) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (service, file) in files {
        if let Ok(Ok(text)) = on_a_thread("texts", PATIENCE, move || beginning(&file)).await {
            texts.insert(service, clean(text.trim()));
        }
    }
    texts
}

fn beginning(path: &Path) -> io::Result<String> {
    let mut text = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
