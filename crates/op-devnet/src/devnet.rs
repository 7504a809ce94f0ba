//! Brings a devnet up: components, L1, contracts, services.

use std::path::{Path, PathBuf};
use std::{ffi::OsString, fs, pin::pin, rc::Rc, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use eth_rpc::Rpc;
use op_components::{Component, Components, Environment, warden};
use op_util::number::float;
use rustix::process::Signal;
use tokio::{sync::watch, time::timeout};

use crate::beacon::{self, Blobs};
use crate::engine::{Asked, Engines};
use crate::home::Home;
use crate::l1::{self, L1};
use crate::saved::Saved;
use crate::session::Session;
use crate::source::{Made, Source};
use crate::stack::{Service, Stack, Template};
use crate::supervisor::process::{Spec, tail};
use crate::supervisor::unit::{Gate, Init, Unit};
use crate::supervisor::{Supervisor, board::Board};
use crate::{accounts, chain::Chain, clock::Clock, health, out, ports::Ports, wiring};

#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) dir: PathBuf,
    pub(crate) followers: usize,
    /// An op-deployer work directory instead of the npm package's contracts.
    pub(crate) deployment: Option<PathBuf>,
    /// Artifacts of op-contracts instead, of which op-deployer makes the chain.
    pub(crate) artifacts: Option<PathBuf>,
    /// No services but the L1.
    pub(crate) l1_only: bool,
    /// Batches in blobs where they are cheaper, which the chain's fees are made for; else in calldata.
    pub(crate) blobs: bool,
    pub(crate) engines: Asked,
    /// What is needed beside the programs that run the chain.
    pub(crate) needs: &'static [Component],
}

/// The programs that run the chain.
const PROGRAMS: [Component; 8] = [
    Component::OpNode,
    Component::OpBatcher,
    Component::OpProposer,
    Component::OpChallenger,
    Component::OpDisputeMon,
    Component::Cannon,
    Component::Anvil,
    Component::ContractsPackage,
];

/// The services that send transactions to L1.
const SENDERS: [&str; 3] = ["batcher", "proposer", "challenger"];

/// A devnet that is up, or coming up.
pub(crate) struct Devnet {
    pub(crate) home: Home,
    pub(crate) chain: Chain,
    pub(crate) supervisor: Rc<Supervisor>,
    pub(crate) ports: Ports,
    /// Where cast is, if it was built.
    pub(crate) cast: PathBuf,
    followers: usize,
    l1: Rpc,
    saved: Saved,
    /// The chain was made by this run.
    is_new: bool,
}

impl Devnet {
    /// Starts the L1, makes the chain unless the folder holds one, and prepares its services:
    /// everything is ready to be started, or to be broken on purpose.
    pub(crate) async fn prepare(
        session: &Session,
        options: &Options,
        clock: &Clock,
    ) -> Result<Prepared> {
        let home = session.home.clone();
        let source = Source::read(options)?;
        let existing = existing(session, &source, clock)?;
        let environment = Environment::from_process()?;
        let engines = Engines::choose(
            options.engines,
            existing.as_ref().map(|chain| chain.engines),
            environment.provided(Component::OpReth).is_some(),
        )?;
        let template = Template::with_followers(options.followers, engines)?;
        let supervisor = Rc::clone(&session.supervisor);
        supervisor.expect([L1.to_owned()]);
        if !options.l1_only {
            supervisor.expect(template.services().chain([health::WARDEN.to_owned()]));
        }
        let needs = [&engines.components(), source.needs(), options.needs].concat();
        let (components, op_warden) = programs(environment, &needs).await?;
        clock.programs_are_there();

        for folder in [home.chain(), home.data(), home.keys(), home.l1(), home.logs()] {
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let source = match &existing {
            Some(_) => source,
            None => source.deployed(&components, engines, &home, clock).await?,
        };
        let mut names = template.ports();
        names.extend(["l1.rpc", beacon::PORT, health::PORT].map(str::to_owned));
        let ports = Ports::choose(&names, &home.dir().join("ports.json"))?;
        supervisor.set_endpoints(wiring::endpoints(&ports, options.followers)?);
        let chain_id =
            existing.as_ref().map_or_else(|| source.l1_chain_id(), |chain| chain.l1_chain_id);
        let port = ports.get("l1.rpc")?;
        let saved = l1::saved(&home, L1);
        let anvil = components.path(Component::Anvil);
        supervisor.start(l1::unit(&home, L1, anvil, port, chain_id, saved.clone()));
        wait_running(&mut supervisor.board(), &home, L1).await?;
        clock.say(format!("L1: anvil, chain {chain_id}, {}", l1::url(port)));

        let l1 = Rpc::new(&l1::url(port), Duration::from_secs(30))?;
        beacon::serve(ports.get(beacon::PORT)?, &l1, saved.blobs()).await?;
        let is_new = existing.is_none();
        let Made { chain, deploying } = match existing {
            Some(chain) => {
                Chain::check_l1(&home, &l1).await?;
                Made { chain, deploying: None }
            }
            None => source.make(&l1, &home, &components, engines, options.blobs).await?,
        };
        let stack = wiring::fill(template, &home, &chain, &components, &ports, options.followers)?;
        wiring::write_files(&home, &stack, ports.get(health::PORT)?)?;
        let followers = options.followers;
        let cast = components.path(Component::Cast);
        let devnet = Self { home, chain, supervisor, ports, cast, followers, l1, saved, is_new };
        Ok(Prepared { devnet, stack, components, op_warden, deploying })
    }

    /// Marks the chain as complete, once its L1 can go on from what is on disk.
    pub(crate) async fn complete(&self) -> Result<()> {
        if self.is_new {
            self.saved.save(&self.l1).await?;
            self.chain.save(&self.home)?;
        }
        Ok(())
    }

    /// The blobs of the L1.
    pub(crate) fn blobs(&self) -> Blobs {
        self.saved.blobs()
    }

    /// JSON-RPC of a service's port.
    pub(crate) fn url(&self, port: &str) -> Result<String> {
        Ok(l1::url(self.ports.get(port)?))
    }

    pub(crate) fn followers(&self) -> impl Iterator<Item = String> {
        (1..=self.followers).map(|follower| format!("follower-{follower}"))
    }
}

/// The chain of the folder. What is left of one that was not finished is removed.
fn existing(session: &Session, source: &Source, clock: &Clock) -> Result<Option<Chain>> {
    let home = &session.home;
    ensure!(
        !home.bundle().exists(),
        "{} follows somebody else's chain: choose another --dir",
        home.dir().display()
    );
    let Some(chain) = Chain::load(home)? else {
        if home.chain().exists() {
            clock.say("an earlier run ended before its chain was complete: a new one is made");
        }
        home.clear(&session.lock)?;
        return Ok(None);
    };
    if let Some(other) = source.differs(&chain) {
        bail!("{} holds {other}. {}", home.dir().display(), home.way_out());
    }
    Ok(Some(chain))
}

/// Builds everything, also what only the tests load.
pub(crate) async fn build() -> Result<()> {
    use Component::{Cast, Forge, OpDeployer, OpGeth, Prestate};
    let others = [OpGeth, OpDeployer, Cast, Forge, Prestate];
    programs(Environment::from_process()?, &others).await.map(drop)
}

/// The programs with `others`, and op-warden.
async fn programs(environment: Environment, others: &[Component]) -> Result<(Components, PathBuf)> {
    let needs = [&PROGRAMS, others].concat();
    let components = Components::locate_or_build(environment.clone(), &needs);
    tokio::try_join!(components, announce_if_slow(warden::locate_or_build(&environment)))
}

/// op-warden is built silently, and within moments unless its sources changed.
async fn announce_if_slow<T>(build: impl Future<Output = T>) -> T {
    let mut build = pin!(build);
    if let Ok(done) = timeout(Duration::from_secs(1), &mut build).await {
        return done;
    }
    out::line("building op-warden from this workspace");
    build.await
}

/// A devnet whose L1 runs and whose services are not started.
pub(crate) struct Prepared {
    pub(crate) devnet: Devnet,
    pub(crate) stack: Stack,
    pub(crate) components: Components,
    pub(crate) op_warden: PathBuf,
    deploying: Option<op_contracts::Prepared>,
}

impl Prepared {
    /// Deploys the contracts if that is still to be done; meanwhile the engines start.
    pub(crate) async fn start(mut self, clock: &Clock) -> Result<Devnet> {
        let op_warden = health::unit(&self.devnet.home, self.op_warden.clone());
        self.devnet.supervisor.start(op_warden);
        let services = std::mem::take(&mut self.stack.services);
        let (engines, others): (Vec<_>, Vec<_>) =
            services.into_iter().partition(|(name, _)| name.ends_with("-engine"));
        for (name, service) in &engines {
            let unit = self.unit(name, service)?;
            self.devnet.supervisor.start(unit);
        }
        self.deploy(clock).await?;
        for (name, service) in &others {
            let unit = self.unit(name, service)?;
            self.devnet.supervisor.start(unit);
        }
        Ok(self.devnet)
    }

    pub(crate) async fn deploy(&mut self, clock: &Clock) -> Result<()> {
        if let Some(prepared) = self.deploying.take() {
            let owner = accounts::key(accounts::OWNER)?;
            let made = prepared.deploy(&self.devnet.l1, &owner, accounts::FEES).await?;
            let (count, gas) = (made.transactions, float(made.gas_used) / 1e6);
            clock.say(format!(
                "contracts: {count} transactions, {gas:.1} M gas, L1 block {}",
                made.l1_block
            ));
        }
        Ok(())
    }

    /// A service behind its gate, after the L1.
    pub(crate) fn unit(&self, name: &str, service: &Service) -> Result<Unit> {
        let programs = [&PROGRAMS[..], &self.devnet.chain.engines.components()].concat();
        let parts = Parts {
            home: &self.devnet.home,
            programs: &programs,
            components: &self.components,
            op_warden: &self.op_warden,
        };
        service_unit(&parts, name, service, Some(L1))
    }
}

/// What units are made of.
pub(crate) struct Parts<'a> {
    pub(crate) home: &'a Home,
    pub(crate) programs: &'a [Component],
    pub(crate) components: &'a Components,
    pub(crate) op_warden: &'a Path,
}

/// A service behind its gate, after an L1 of this machine if there is one.
pub(crate) fn service_unit(
    parts: &Parts<'_>,
    name: &str,
    service: &Service,
    l1: Option<&str>,
) -> Result<Unit> {
    let Parts { home, programs, components, op_warden } = parts;
    let component =
        *programs.iter().find(|program| program.name() == service.component).with_context(
            || format!("{name} needs {}, which op-devnet does not build", service.component),
        )?;
    let program = components.path(component);
    let spec = |args: Vec<OsString>, program: PathBuf| Spec {
        program,
        args,
        environment: service.environment.clone(),
        home: home.dir().to_owned(),
        log: home.log(name),
        at_end: if name.ends_with("-engine") { Signal::TERM } else { Signal::KILL },
    };
    let mut args: Vec<OsString> = vec!["exec".into()];
    for (variable, file) in &service.credentials {
        args.extend(["--credential".into(), format!("{variable}={file}").into()]);
    }
    args.extend(["--".into(), program.clone().into()]);
    args.extend(service.args.iter().map(OsString::from));
    let init = |data: &String| {
        let of = |init: &crate::stack::Init| Init {
            spec: spec(init.args.iter().map(OsString::from).collect(), program.clone()),
            data: PathBuf::from(data),
            done: init.done.clone(),
            makes: init.makes.clone(),
        };
        service.init.iter().map(of).collect()
    };
    let init = service.data_dir.as_ref().map(init).unwrap_or_default();
    let after = service.after.iter().chain(&service.requires).cloned();
    Ok(Unit {
        name: name.to_owned(),
        after: after.chain(l1.map(str::to_owned)).collect(),
        gate: Some(Gate { op_warden: op_warden.to_path_buf(), config: home.warden_config() }),
        last_run: service.gate.last_run.clone(),
        init,
        spec: spec(args, op_warden.to_path_buf()),
        ready: service.ready.clone(),
        stop_timeout: Duration::from_secs(service.stop_timeout),
        l1: None,
        // What was killed lacks its last blocks, and who knows them would wait for them: the L1's senders,
        // who would take nonces after theirs, and an engine's op-node.
        ends_with: if SENDERS.contains(&name) {
            l1.map(str::to_owned)
        } else {
            name.strip_suffix("-node").map(|node| format!("{node}-engine"))
        },
    })
}

/// Waits until a service runs; its end is an error with its last words.
pub(crate) async fn wait_running(
    board: &mut watch::Receiver<Board>,
    home: &Home,
    service: &str,
) -> Result<()> {
    let board = board
        .wait_for(|board| board.is_running(service) || board.has_ended(service))
        .await
        .context("the supervisor is gone")?;
    if board.is_running(service) { Ok(()) } else { Err(last_words(&board, home, service)) }
}

/// Waits for the first service that ends, and says which.
pub(crate) async fn first_end(devnet: &Devnet) -> anyhow::Error {
    let mut board = devnet.supervisor.board();
    let ended = |board: &Board| board.services.keys().find(|name| board.has_ended(name)).cloned();
    match board.wait_for(|board| ended(board).is_some()).await {
        Ok(board) => last_words(&board, &devnet.home, &ended(&board).unwrap_or_default()),
        Err(_) => anyhow!("the supervisor is gone"),
    }
}

fn last_words(board: &Board, home: &Home, service: &str) -> anyhow::Error {
    let exit = board.services.get(service).and_then(|status| status.last_exit.as_deref());
    anyhow!(
        "{service} ended ({}); the last lines of {}:\n{}",
        exit.unwrap_or("no exit code"),
        home.log(service).display(),
        tail(&home.log(service), 8)
    )
}
