//! Polls the chain for as long as the service runs: nodes, L1 and this host each at their own pace.

mod host;
mod l1;
mod nodes;
mod pace;
mod store;

use std::{path::Path, sync::Arc, time::Duration};

use eth_rpc::{Reading, RpcUrlError};
use tokio::sync::watch::{Receiver, Sender};
use tokio::task::JoinSet;

use self::{l1::L1Endpoint, pace::Pace, store::Store};
use crate::update::{self, host::HostNews, nodes::NodeNews};
use crate::{
    causes, clock::Clock, history, judge, maintenance, plan::Plan, report, setup::Setup, turn,
    watch::Watch,
};
use op_gate::config::{Config, Serve};
use op_gate::{read::files, record::Record};
use op_observe::l1::L1Answers;
use op_status::status::Status;
use op_util::number::whole;

/// Between two looks at the programs' metrics, which are long.
const HOST: Duration = Duration::from_secs(5);
/// A node on the other side of the world answers within this.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(500);
/// Between two saves of the state.
const SAVE: Duration = Duration::from_secs(10);

enum News {
    Nodes(Vec<NodeNews>),
    L1(Box<Reading<L1Answers>>),
    Host(HostNews),
}

/// When each kind of poll is due.
struct Paces {
    nodes: Pace,
    l1: Pace,
    host: Pace,
    save: Pace,
}

/// Polls until `stopped`, publishes every new status, and leaves the state for the next time.
pub(crate) async fn run(
    config: &Config,
    serve: &Serve,
    mut judgements: Receiver<Result<Record, String>>,
    publish: &Sender<Option<Arc<Status>>>,
    stopped: impl Future<Output = ()>,
) -> Result<(), RpcUrlError> {
    let pause = serve.poll_seconds.get();
    let l1_pause = Duration::from_secs(serve.l1_poll_seconds.get().into());
    let mut clock = Clock::start();
    let store = Store(serve.state.clone());
    let setup = setup(config, serve, clock.tick().now)?;
    let mut watch = Watch::new(setup, store.load());
    update::time::resume(&mut watch);
    let mut l1 = L1Endpoint::new(&config.l1, l1_pause.mul_f64(0.9));
    let mut paces = Paces {
        nodes: Pace::of(pause),
        l1: Pace::of(l1_pause),
        host: Pace::of(HOST.max(pause)),
        save: Pace::of(SAVE),
    };
    let mut tasks: JoinSet<News> = JoinSet::new();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            () = paces.nodes.due() => {
                let nodes = nodes::to_ask(&watch, serve.verify_headers);
                tasks.spawn(async { News::Nodes(nodes::poll(nodes).await) });
            }
            () = paces.l1.due() => {
                load_chain(&mut watch, &store, &config.chain.rollup);
                let (rpc, questions) = (l1.get(), update::l1::questions(&watch));
                tasks.spawn(async move { News::L1(Box::new(l1::poll(rpc, &questions).await)) });
            }
            () = paces.host.due() => {
                update::senders::before_the_poll(&mut watch.seen, &watch.memory);
                let host = host::to_read(config, serve, &watch.setup.plan);
                tasks.spawn(async { News::Host(host::poll(host).await) });
            }
            () = paces.save.due() => {
                update::time::pass(&mut watch, clock.tick());
                store.save(&mut watch.memory, watch.seen.now);
                paces.save.done();
            }
            Ok(()) = judgements.changed() => {
                let judgements = judgements.borrow_and_update().clone();
                update::chain::take_judgements(&mut watch, judgements);
            }
            Some(Ok(news)) = tasks.join_next() => {
                update::time::pass(&mut watch, clock.tick());
                take(&mut watch, &mut paces, &mut l1, news);
            }
        }
        let announced = serve.maintenance.as_deref();
        let now = whole(watch.seen.now);
        watch.seen.maintenance_until = announced.and_then(|file| maintenance::until(file, now));
        let mut judged = judge::all(&watch);
        causes::mark(&watch, &mut judged);
        turn::take(&mut watch, judged);
        history::draw(&mut watch);
        publish.send_replace(Some(Arc::new(report::status(&watch))));
        // Outside systemd nobody watches it.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
    }
    store.save(&mut watch.memory, watch.seen.now);
    Ok(())
}

fn setup(config: &Config, serve: &Serve, now: f64) -> Result<Setup, RpcUrlError> {
    let pause = serve.poll_seconds.get();
    let l1_pause = Duration::from_secs(serve.l1_poll_seconds.get().into());
    // A silent node must not hold up the next poll, and a far one needs its time.
    let patience = pause.mul_f64(0.9).max(SHORTEST_PATIENCE);
    Ok(Setup {
        config: config.clone(),
        plan: Plan::of(config, serve, patience)?,
        judging_interval: serve.interval(),
        // Everything should have been read twice by then.
        grace: HOST.max(pause).max(l1_pause).as_secs_f64() * 2.0,
        watching_since: now,
    })
}

fn take(watch: &mut Watch, paces: &mut Paces, l1: &mut L1Endpoint<'_>, news: News) {
    match news {
        News::Nodes(news) => {
            paces.nodes.done();
            update::nodes::take(watch, news);
        }
        News::L1(reading) => {
            paces.l1.done();
            l1.check(&reading);
            update::l1::take(watch, *reading);
        }
        News::Host(news) => {
            paces.host.done();
            update::host::take(watch, news);
        }
    }
}

/// Takes rollup.json as soon as it is there.
fn load_chain(watch: &mut Watch, store: &Store, rollup: &Path) {
    if watch.seen.chain.is_some() {
        return;
    }
    if let Ok(chain) = files::rollup(rollup) {
        let genesis = chain.genesis.l2.hash;
        if !update::chain::take(watch, chain) {
            tracing::warn!("the state is of another chain than {genesis}: it begins anew");
            store.set_aside();
        }
    }
}
