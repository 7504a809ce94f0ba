//! Polls the chain for as long as the service runs: nodes, L1 and programs each at their own pace.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use eth_rpc::{Reading, Rpc, RpcUrlError, Unread};
use tokio::{
    sync::watch::{Receiver, Sender},
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval, sleep},
};

use crate::{
    clock::Clock,
    maintenance,
    memory::{self, Memory},
    number::whole,
    observe::{
        engine,
        l1::{self, L1Answers},
        node,
        programs::{self, Program},
        units,
    },
    plan::Plan,
    report,
    status::Status,
    watch::{HostNews, NodeNews, Watch},
};
use op_gate::{
    config::{Config, Endpoint, Serve},
    read::{blocking::on_a_thread, disk, endpoint, files},
    record::Record,
};

/// Between two looks at the programs' metrics, which are long.
const PROGRAMS: Duration = Duration::from_secs(5);
/// What a network disk may take to tell its room, and systemd to tell of its units.
const PATIENCE: Duration = Duration::from_secs(2);
/// A node on the other side of the world answers within this.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(500);
/// Between two saves of the state.
const SAVE: Duration = Duration::from_secs(10);

/// Nodes that are asked at the same moment, and the pause before the next ones. A connection needs memory for
/// its answer, and a process keeps what it once needed.
const AT_ONCE: usize = 4;
const NEXT: Duration = Duration::from_millis(5);

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
    L1(Box<Reading<L1Answers>>),
    Host(HostNews),
}

/// Watches until `stopped`, publishes every new status, and leaves the state for the next time.
pub async fn run(
    config: &Config,
    serve: &Serve,
    mut judgements: Receiver<Result<Record, String>>,
    publish: &Sender<Option<Arc<Status>>>,
    stopped: impl Future<Output = ()>,
) -> Result<(), WatchError> {
    let pause = serve.poll_seconds.get();
    // A silent node must not hold up the next poll, and a far one needs its time.
    let patience = pause.mul_f64(0.9).max(SHORTEST_PATIENCE);
    let l1_pause = Duration::from_secs(serve.l1_poll_seconds.get().into());
    let plan = Plan::of(config, serve, patience)?;
    // Everything was to be read twice by then.
    let grace = PROGRAMS.max(pause).max(l1_pause).as_secs_f64() * 2.0;
    let mut clock = Clock::start();
    let store = Store(serve.state.clone());
    let now = clock.tick().now;
    let mut watch = Watch::new(config.clone(), plan, store.load(), serve.interval(), grace, now);
    let mut l1 =
        L1Endpoint { endpoint: &config.l1.rpc, patience: l1_pause.mul_f64(0.9), rpc: None };
    let mut nodes = Pace::of(pause);
    let mut blocks = Pace::of(l1_pause);
    let mut host = Pace::of(PROGRAMS.max(pause));
    let mut saves = Pace::of(SAVE);
    let mut tasks: JoinSet<News> = JoinSet::new();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            () = nodes.due() => {
                tasks.spawn(poll_nodes(nodes_to_ask(&watch), serve.verify_headers));
            }
            () = blocks.due() => {
                load_chain(&mut watch, &store, &config.chain.rollup);
                let (rpc, questions) = (l1.get(), watch.l1_questions());
                tasks.spawn(poll_l1(rpc, questions));
            }
            () = host.due() => {
                let programs = watch.plan.programs.clone().into_iter().collect();
                tasks.spawn(poll_host(programs, folders(config), units_of(config)));
            }
            () = saves.due() => {
                watch.take_time(clock.tick());
                store.save(&mut watch);
                saves.busy = false;
            }
            Ok(()) = judgements.changed() => {
                watch.take_judgements(judgements.borrow_and_update().clone());
            }
            Some(Ok(news)) = tasks.join_next() => {
                watch.take_time(clock.tick());
                match news {
                    News::Nodes(news) => {
                        nodes.busy = false;
                        watch.take_nodes(news);
                    }
                    News::L1(reading) => {
                        blocks.busy = false;
                        l1.check(&reading);
                        watch.take_l1(*reading);
                    }
                    News::Host(news) => {
                        host.busy = false;
                        watch.take_host(news);
                    }
                }
            }
        }
        let announced = serve.maintenance.as_deref();
        let now = whole(watch.now);
        watch.maintenance_until = announced.and_then(|file| maintenance::until(file, now));
        watch.judge();
        publish.send_replace(Some(Arc::new(report::status(&watch))));
    }
    store.save(&mut watch);
    Ok(())
}

/// When the next poll of a kind is due: never while the last is under way.
struct Pace {
    ticks: Interval,
    busy: bool,
}

impl Pace {
    fn of(pause: Duration) -> Self {
        let mut ticks = interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, busy: false }
    }

    async fn due(&mut self) {
        if self.busy {
            std::future::pending::<()>().await;
        }
        self.ticks.tick().await;
        self.busy = true;
    }
}

async fn poll_nodes(nodes: Vec<(Option<Rpc>, Rpc, bool, engine::Questions)>, verify: bool) -> News {
    let mut tasks = JoinSet::new();
    for (position, (node, engine, sequencer, questions)) in nodes.into_iter().enumerate() {
        if position > 0 && position.is_multiple_of(AT_ONCE) {
            sleep(NEXT).await;
        }
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
            (node.rollup.clone(), node.engine.clone(), node.sequencer, questions)
        })
        .collect()
}

async fn poll_l1(rpc: Reading<Rpc>, questions: l1::Questions) -> News {
    News::L1(Box::new(match rpc {
        Ok(rpc) => l1::poll(&rpc, &questions).await,
        Err(unread) => Err(unread),
    }))
}

async fn poll_host(
    programs: Vec<(String, Rpc)>,
    folders: Vec<PathBuf>,
    units: BTreeMap<String, String>,
) -> News {
    let names: Vec<&str> = units.values().map(String::as_str).collect();
    let (programs, disks, states) =
        tokio::join!(poll_programs(programs), read_disks(folders), units::read(&names, PATIENCE));
    let states = states.unwrap_or_else(|reason| {
        // The programs' own metrics tell of their starts too.
        tracing::debug!("systemd does not tell of the services' units: {reason}");
        BTreeMap::new()
    });
    let units = units
        .into_iter()
        .filter_map(|(service, unit)| Some((service, states.get(&unit)?.clone())))
        .collect();
    News::Host(HostNews { programs, disks, units })
}

/// The systemd units of the services, where they run in any.
fn units_of(config: &Config) -> BTreeMap<String, String> {
    let units = config.services.iter();
    units.filter_map(|(name, service)| Some((name.clone(), service.unit.clone()?))).collect()
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
