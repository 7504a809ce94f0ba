//! Brings a devnet up: components, L1, contracts, services.

use std::path::{Path, PathBuf};
use std::{ffi::OsString, fs, pin::pin, time::Duration};

use anyhow::{Context, Result, ensure};
use eth_rpc::Rpc;
use tokio::{sync::watch, time::timeout};

use crate::components::{Component, Components, Environment, warden};
use crate::home::{Home, Lock};
use crate::l1::{self, L1};
use crate::source::{Made, Source};
use crate::stack::{Service, Stack, Template};
use crate::supervisor::board::{Board, Phase};
use crate::supervisor::process::{Spec, tail};
use crate::supervisor::unit::{Gate, Init, Unit};
use crate::supervisor::{Supervisor, leftovers};
use crate::{accounts, chain::Chain, clock::Clock, health, ports::Ports, wiring};

#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) dir: PathBuf,
    pub(crate) followers: usize,
    /// An op-deployer work directory instead of the npm package's contracts.
    pub(crate) deployment: Option<PathBuf>,
}

/// The programs that run the chain.
const PROGRAMS: [Component; 11] = [
    Component::OpNode,
    Component::OpGeth,
    Component::OpBatcher,
    Component::OpProposer,
    Component::OpChallenger,
    Component::OpDisputeMon,
    Component::Cannon,
    Component::OpProgram,
    Component::Anvil,
    Component::ContractsPackage,
    Component::Prestate,
];

/// A devnet that is up, or coming up.
pub(crate) struct Devnet {
    pub(crate) home: Home,
    pub(crate) chain: Chain,
    pub(crate) supervisor: Supervisor,
    followers: usize,
    pub(crate) ports: Ports,
    _lock: Lock,
}

impl Devnet {
    /// Starts the L1, makes the chain unless the folder holds one, and prepares its services:
    /// everything is ready to be started, or to be broken on purpose.
    pub(crate) async fn prepare(options: &Options, clock: &Clock) -> Result<Prepared> {
        let home = Home::create(&options.dir)?;
        home.check_ours()?;
        let lock = home.lock()?;
        let left = leftovers::end(home.dir()).await;
        if left > 0 {
            clock.say(format!("ended {left} processes that an earlier run had left"));
        }
        let existing = Chain::load(&home)?;
        if existing.is_none() {
            // A chain that was not finished cannot be continued. Keys may be the user's.
            home.clear(&lock, &["keys"])?;
        }
        for folder in ["chain", "data", "keys", "l1", "logs"] {
            fs::create_dir_all(home.dir().join(folder))?;
        }
        let source = Source::read(options.deployment.as_deref())?;
        if let (Some(chain), Some(dir)) = (&existing, &options.deployment) {
            ensure!(
                chain.contracts == source.name(),
                "{} holds a chain from {}, not from {}: op-devnet reset removes it, or choose \
                 another --dir",
                home.dir().display(),
                chain.contracts,
                dir.display()
            );
        }
        let (components, op_warden) = programs(source.needs()).await?;

        let template = Template::with_followers(options.followers)?;
        let mut names = template.ports();
        names.extend(["l1.rpc", health::PORT].map(str::to_owned));
        let ports = Ports::choose(&names, &home.dir().join("ports.json"))?;
        let mut supervisor = Supervisor::new(&home, wiring::endpoints(&ports, options.followers)?);
        let chain_id =
            existing.as_ref().map_or_else(|| source.l1_chain_id(), |chain| chain.l1_chain_id);
        let port = ports.get("l1.rpc")?;
        supervisor.start(l1::unit(&home, L1, components.path(Component::Anvil), port, chain_id));
        wait_running(&mut supervisor.board(), &home, L1).await?;
        clock.say(format!("L1: anvil, chain {chain_id}, {}", l1::url(port)));

        let l1 = Rpc::new(&l1::url(port), Duration::from_secs(30))?;
        let Made { chain, deploying } = match existing {
            Some(chain) => Made { chain, deploying: None },
            None => source.make(&l1, &home, &components).await?,
        };
        let stack = wiring::fill(template, &home, &chain, &components, &ports, options.followers)?;
        wiring::write_files(&home, &stack, ports.get(health::PORT)?)?;
        let devnet =
            Self { home, chain, supervisor, followers: options.followers, ports, _lock: lock };
        Ok(Prepared { devnet, stack, components, op_warden, l1, deploying })
    }

    /// JSON-RPC of a service's port.
    pub(crate) fn url(&self, port: &str) -> Result<String> {
        Ok(l1::url(self.ports.get(port)?))
    }

    pub(crate) fn followers(&self) -> impl Iterator<Item = String> {
        (1..=self.followers).map(|follower| format!("follower-{follower}"))
    }
}

pub(crate) async fn build() -> Result<()> {
    programs(&[Component::OpDeployer, Component::Cast, Component::Forge]).await?;
    Ok(())
}

/// The programs with `others`, and op-warden.
async fn programs(others: &[Component]) -> Result<(Components, PathBuf)> {
    let environment = Environment::from_process()?;
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
    eprintln!("building op-warden from this workspace");
    build.await
}

/// A devnet whose L1 runs and whose services are not started.
pub(crate) struct Prepared {
    pub(crate) devnet: Devnet,
    pub(crate) stack: Stack,
    pub(crate) components: Components,
    pub(crate) op_warden: PathBuf,
    l1: Rpc,
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
            let deployment =
                prepared.deploy(&self.l1, &accounts::key(accounts::OWNER)?, accounts::FEES).await?;
            clock.say(format!(
                "contracts: {} transactions, {:.1} M gas, L1 block {}",
                deployment.transactions,
                f64::from(u32::try_from(deployment.gas_used / 1_000).unwrap_or(u32::MAX)) / 1_000.0,
                deployment.l1_block
            ));
        }
        self.devnet.chain.save(&self.devnet.home)
    }

    /// A service behind its gate.
    pub(crate) fn unit(&self, name: &str, service: &Service) -> Result<Unit> {
        let home = &self.devnet.home;
        let component =
            *PROGRAMS.iter().find(|program| program.name() == service.component).with_context(
                || format!("{name} needs {}, which op-devnet does not build", service.component),
            )?;
        let program = self.components.path(component);
        let spec = |args: Vec<OsString>, program: PathBuf| Spec {
            program,
            args,
            environment: service.environment.clone(),
            home: home.dir().to_owned(),
            log: home.log(name),
        };
        let mut args: Vec<OsString> = vec!["exec".into()];
        for (variable, file) in &service.credentials {
            args.extend(["--credential".into(), format!("{variable}={file}").into()]);
        }
        args.extend(["--".into(), program.clone().into()]);
        args.extend(service.args.iter().map(OsString::from));
        let init =
            service.init.as_ref().zip(service.data_dir.as_ref()).map(|(init, data_dir)| Init {
                spec: spec(init.iter().map(OsString::from).collect(), program),
                done: Path::new(data_dir).with_extension("initialised"),
            });
        let mut after: Vec<String> =
            service.after.iter().chain(&service.requires).cloned().collect();
        after.extend([L1.to_owned()]);
        after.sort();
        after.dedup();
        Ok(Unit {
            name: name.to_owned(),
            after,
            gate: Some(Gate { op_warden: self.op_warden.clone(), config: home.warden_config() }),
            last_run: service.gate.last_run.clone(),
            init,
            spec: spec(args, self.op_warden.clone()),
            ready: service.ready.clone(),
            stop_timeout: Duration::from_secs(service.stop_timeout),
        })
    }
}

/// Waits until a service runs; its end is an error with its last words.
pub(crate) async fn wait_running(
    board: &mut watch::Receiver<Board>,
    home: &Home,
    service: &str,
) -> Result<()> {
    let board = board
        .wait_for(|board| matches!(board.phase(service), Some(Phase::Running | Phase::Restarting)))
        .await
        .context("the supervisor is gone")?;
    ensure!(
        board.is_running(service),
        "{service} ended ({}); the last lines of {}:\n{}",
        board.services[service].last_exit.as_deref().unwrap_or("no exit code"),
        home.log(service).display(),
        tail(&home.log(service), 8)
    );
    Ok(())
}
