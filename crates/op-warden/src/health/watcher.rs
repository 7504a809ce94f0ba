//! Polls the chain for as long as the service runs: nodes, L1 and programs each at their own pace.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use op_chain::rpc::{Reading, Rpc, RpcUrlError, Unread};
use tokio::{
    sync::watch::{Receiver, Sender},
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    clock::Clock,
    memory::{self, Memory},
    observe::{engine, l1, l1::L1Answers, node, programs, programs::Program},
    plan::Plan,
    report,
    status::Status,
    watch::{NodeNews, Watch},
};
use crate::{
    config::{Config, Endpoint, Serve},
    gate::facts::{apart::apart, disks, endpoint, files},
    record::Record,
};

/// Between two looks at the programs' metrics, which are long.
const PROGRAMS: Duration = Duration::from_secs(5);
/// Between two saves of the state.
const SAVE: Duration = Duration::from_secs(10);

/// Why watching cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// An endpoint's URL is not one.
    #[error("an endpoint of the configuration: {0}")]
    Url(#[from] RpcUrlError),
}

/// What came in.
enum News {
    Nodes(Vec<NodeNews>),
    L1(Reading<L1Answers>),
    Programs(Vec<(String, Reading<Program>)>),
    Disks(Vec<(PathBuf, Result<u64, String>)>),
}

/// Watches until `stopped`, publishes every new status, and leaves the state for the next time.
pub async fn run(
    config: &Config,
    serve: &Serve,
    mut judgements: Receiver<Result<Record, String>>,
    publish: &Sender<Option<Arc<Status>>>,
    stopped: impl Future<Output = ()>,
) -> Result<(), WatchError> {
    let pause = Duration::from_secs(serve.poll_seconds.get().into());
    // A silent node must not hold up the next poll.
    let patience = pause.mul_f64(0.9);
    let l1_pause = Duration::from_secs(serve.l1_poll_seconds.get().into());
    let plan = Plan::of(config, serve, patience)?;
    let mut clock = Clock::start();
    let store = Store(serve.state.clone());
    let now = clock.tick().now;
    let mut watch = Watch::new(config.clone(), plan, store.load(), serve.interval(), now);
    let mut l1 =
        L1Endpoint { endpoint: &config.l1.rpc, patience: l1_pause.mul_f64(0.9), rpc: None };
    let mut nodes = pace(pause);
    let mut blocks = pace(l1_pause);
    let mut metrics = pace(PROGRAMS.max(pause));
    let mut saves = pace(SAVE);
    let mut tasks: JoinSet<News> = JoinSet::new();
    let mut busy = Busy::default();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            _ = nodes.tick(), if !busy.nodes => {
                busy.nodes = true;
                tasks.spawn(poll_nodes(nodes_to_ask(&watch), serve.verify_headers));
            }
            _ = blocks.tick(), if !busy.l1 => {
                load_chain(&mut watch, &store, &config.chain.rollup);
                match l1.get() {
                    Ok(rpc) => {
                        busy.l1 = true;
                        let questions = watch.l1_questions();
                        tasks.spawn(async move { News::L1(l1::poll(&rpc, &questions).await) });
                    }
                    Err(unread) => watch.take_l1(Err(unread)),
                }
            }
            _ = metrics.tick(), if !busy.programs => {
                busy.programs = true;
                let programs = watch.plan.programs.clone().into_iter().collect();
                tasks.spawn(poll_programs(programs));
                if !busy.disks {
                    busy.disks = true;
                    tasks.spawn(poll_disks(folders(config), PROGRAMS));
                }
            }
            _ = saves.tick() => store.save(&mut watch),
            Ok(()) = judgements.changed() => {
                watch.take_judgements(judgements.borrow_and_update().clone());
            }
            Some(Ok(news)) = tasks.join_next() => {
                watch.take_time(clock.tick());
                match news {
                    News::Nodes(news) => {
                        busy.nodes = false;
                        watch.take_nodes(news);
                    }
                    News::L1(reading) => {
                        busy.l1 = false;
                        l1.check(&reading);
                        watch.take_l1(reading);
                    }
                    News::Programs(news) => {
                        busy.programs = false;
                        for (service, reading) in news {
                            watch.take_program(&service, reading);
                        }
                    }
                    News::Disks(news) => {
                        busy.disks = false;
                        watch.disks = news.into_iter().collect();
                    }
                }
            }
        }
        watch.judge();
        publish.send_replace(Some(Arc::new(report::status(&watch))));
    }
    store.save(&mut watch);
    Ok(())
}

/// What is under way.
#[derive(Default)]
struct Busy {
    nodes: bool,
    l1: bool,
    programs: bool,
    disks: bool,
}

fn pace(pause: Duration) -> Interval {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn poll_nodes(nodes: Vec<(Option<Rpc>, Rpc, bool, engine::Questions)>, verify: bool) -> News {
    let mut tasks = JoinSet::new();
    for (position, (node, engine, sequencer, questions)) in nodes.into_iter().enumerate() {
        tasks.spawn(async move {
            let node = async {
                match node {
                    Some(node) => Some(node::poll(&node, sequencer).await),
                    None => None,
                }
            };
            let (engine, node) = tokio::join!(engine::poll(&engine, &questions, verify), node);
            (position, NodeNews { engine, node })
        });
    }
    let mut news = tasks.join_all().await;
    news.sort_by_key(|(position, _)| *position);
    News::Nodes(news.into_iter().map(|(_, news)| news).collect())
}

/// Who is asked for what in the next poll.
fn nodes_to_ask(watch: &Watch) -> Vec<(Option<Rpc>, Rpc, bool, engine::Questions)> {
    let questions = watch.node_questions();
    let nodes = watch.plan.nodes.iter().zip(questions);
    nodes
        .map(|(node, questions)| {
            (node.node.clone(), node.engine.clone(), node.sequencer, questions)
        })
        .collect()
}

async fn poll_programs(programs: Vec<(String, Rpc)>) -> News {
    let mut tasks = JoinSet::new();
    for (service, metrics) in programs {
        tasks.spawn(async move { (service, programs::poll(&metrics).await) });
    }
    News::Programs(tasks.join_all().await)
}

/// A network disk may be silent: the others must not wait for it.
async fn poll_disks(folders: Vec<PathBuf>, patience: Duration) -> News {
    let mut free = Vec::new();
    for folder in folders {
        let path = folder.clone();
        let read = apart("disk", patience, move || disks::disk(&path)).await;
        let read = read.and_then(|disk| disk).map(|disk| disk.free);
        free.push((folder, read.map_err(|error| error.to_string())));
    }
    News::Disks(free)
}

fn folders(config: &Config) -> Vec<PathBuf> {
    let judged = config.services.values().filter(|service| service.min_free_bytes.is_some());
    let folders: BTreeSet<&PathBuf> =
        judged.filter_map(|service| service.data_dir.as_ref()).collect();
    folders.into_iter().cloned().collect()
}

/// The endpoint of L1, kept while it is of use.
struct L1Endpoint<'a> {
    endpoint: &'a Endpoint,
    patience: Duration,
    rpc: Option<Rpc>,
}

impl L1Endpoint<'_> {
    fn get(&mut self) -> Reading<Rpc> {
        if let Some(rpc) = &self.rpc {
            return Ok(rpc.clone());
        }
        let rpc = endpoint::of(self.endpoint, ("l1.rpc", "l1.rpcFile"), self.patience)
            .map_err(|error| Unread::Unreachable(error.to_string()))?;
        self.rpc = Some(rpc.clone());
        Ok(rpc)
    }

    /// A file may hold another URL by now.
    fn check(&mut self, reading: &Reading<L1Answers>) {
        if reading.is_err() {
            self.rpc = None;
        }
    }
}

/// Takes rollup.json as soon as it is there.
fn load_chain(watch: &mut Watch, store: &Store, rollup: &Path) {
    if watch.chain.is_some() {
        return;
    }
    if let Ok(chain) = files::rollup(rollup) {
        let genesis = chain.genesis.l2.hash;
        if !watch.take_chain(chain) {
            tracing::warn!("the state is of another chain than {genesis}: it begins anew");
            store.set_aside();
        }
    }
}

/// Where the state lies.
struct Store(Option<PathBuf>);

impl Store {
    /// The state of the last time, if there is one that can be used.
    fn load(&self) -> Memory {
        let Some(path) = &self.0 else { return Memory::new() };
        let (memory, forgotten) = Memory::load(path);
        if let Some(forgotten) = forgotten {
            tracing::warn!("{forgotten}");
        }
        memory
    }

    fn save(&self, watch: &mut Watch) {
        let Some(path) = &self.0 else { return };
        watch.memory.saved_at = watch.now;
        if let Err(error) = watch.memory.save(path) {
            tracing::warn!("cannot write the state to {}: {error}", path.display());
        }
    }

    fn set_aside(&self) {
        let Some(path) = &self.0 else { return };
        // There may be no file yet, and another try is made when the state is read again.
        let _ = std::fs::rename(path, memory::aside(path));
    }
}
