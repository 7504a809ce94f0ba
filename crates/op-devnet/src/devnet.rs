//! Brings a devnet up: components, L1, contracts, services.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use op_chain::{
    key::SecretKey,
    rpc::{Batch, Rpc},
};
use serde_json::json;
use tokio::sync::watch;

use crate::{
    accounts, chain,
    chain::Chain,
    clock::Clock,
    components::{Component, Components, Environment, warden},
    contracts::{self, ChainSpec, Roles},
    deployment::Deployment,
    home::{Home, Lock},
    l1::{self, L1, Start},
    ports::{self, Ports},
    stack::{Service, Stack, Template, Values},
    supervisor::{
        Supervisor,
        board::{Board, Phase, now},
        leftovers,
        process::Spec,
        unit::{Gate, Init, Unit},
    },
};

/// What the user chose.
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
    /// everything is ready to be started, or tampered with.
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
            // A chain that was not finished cannot be continued.
            home.clear(&lock)?;
        }
        for folder in ["chain", "data", "keys", "l1", "logs"] {
            fs::create_dir_all(home.dir().join(folder))?;
        }

        let environment = Environment::from_process()?;
        let warden = warden::locate_or_build(&environment);
        let mut needs = PROGRAMS.to_vec();
        needs.extend(options.deployment.as_ref().map(|_| Component::OpDeployer));
        let components = Components::locate_or_build(environment.clone(), &needs);
        let (components, op_warden) = tokio::try_join!(components, warden)?;

        let template = Template::with_followers(options.followers)?;
        let ports = ports::choose(
            template.ports().into_iter().chain(["l1.rpc".to_owned()]),
            &home.dir().join("ports.json"),
        )?;
        let mut supervisor = Supervisor::new(&home, endpoints(&ports, options.followers));
        let made = match &existing {
            Some(_) => None,
            None => Some(Making::begin(options, &home)?),
        };
        let chain_id = existing.as_ref().map_or_else(
            || made.as_ref().map_or(0, Making::l1_chain_id),
            |chain| chain.l1_chain_id,
        );
        let start = made.as_ref().map_or(Start::Continue, |making| making.start.clone());
        supervisor.start(l1::unit(
            &home,
            L1,
            components.path(Component::Anvil),
            ports["l1.rpc"],
            chain_id,
            &start,
        ));
        wait_running(&mut supervisor.board(), &home, L1).await?;
        clock.say(format!("L1: anvil, chain {chain_id}, {}", l1::url(ports["l1.rpc"])));

        let l1 = Rpc::new(&l1::url(ports["l1.rpc"]), Duration::from_secs(30))?;
        let (chain, deploying) = match (existing, made) {
            (Some(chain), _) => (chain, None),
            (None, Some(making)) => making.files(&l1, &home, &components).await?,
            (None, None) => anyhow::bail!("there is no chain and none is being made"),
        };
        let stack = fill(template, &home, &chain, &components, &ports, options.followers)?;
        write_files(&home, &stack)?;
        let devnet =
            Self { home, chain, supervisor, followers: options.followers, ports, _lock: lock };
        Ok(Prepared { devnet, stack, components, op_warden, l1, deploying })
    }

    /// JSON-RPC of a service's port.
    pub(crate) fn url(&self, port: &str) -> String {
        l1::url(self.ports.get(port).copied().unwrap_or_default())
    }

    /// The followers' names: the prefixes of their services.
    pub(crate) fn followers(&self) -> impl Iterator<Item = String> {
        (1..=self.followers).map(|follower| format!("follower-{follower}"))
    }
}

/// A devnet whose L1 runs and whose services are not started.
pub(crate) struct Prepared {
    pub(crate) devnet: Devnet,
    pub(crate) stack: Stack,
    pub(crate) components: Components,
    pub(crate) op_warden: PathBuf,
    l1: Rpc,
    deploying: Option<contracts::Prepared>,
}

impl Prepared {
    /// Deploys the contracts if that is still to be done; meanwhile the engines start.
    pub(crate) async fn start(mut self, clock: &Clock) -> Result<Devnet> {
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

    /// Deploys the contracts if that is still to be done.
    pub(crate) async fn deploy(&mut self, clock: &Clock) -> Result<()> {
        if let Some(prepared) = self.deploying.take() {
            let deployment = prepared.deploy(&self.l1, &accounts::signer(accounts::OWNER)?).await?;
            self.devnet.chain.save(&self.devnet.home)?;
            clock.say(format!(
                "contracts: {} transactions, {:.1} M gas, L1 block {}",
                deployment.transactions,
                f64::from(u32::try_from(deployment.gas_used / 1_000).unwrap_or(u32::MAX)) / 1_000.0,
                deployment.l1_block
            ));
        }
        Ok(())
    }

    /// A service behind its gate.
    fn unit(&self, name: &str, service: &Service) -> Result<Unit> {
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
            init,
            spec: spec(args, self.op_warden.clone()),
            ready: service.ready.clone(),
            stop_timeout: Duration::from_secs(service.stop_timeout),
        })
    }
}

/// A chain that is being made.
struct Making {
    start: Start,
    source: Source,
}

enum Source {
    /// The contracts of the npm package, deployed by transactions.
    Package,
    /// An op-deployer work directory, whose contracts are in the L1's genesis.
    Deployment(Box<Deployment>),
}

impl Making {
    fn begin(options: &Options, home: &Home) -> Result<Self> {
        let timestamp = now();
        let Some(dir) = &options.deployment else {
            return Ok(Self { start: Start::Empty { timestamp }, source: Source::Package });
        };
        let deployment = Deployment::read(dir)?;
        let genesis = home.dir().join("l1").join("genesis.json");
        deployment.write_l1_genesis(&genesis, timestamp, &accounts::addresses()?)?;
        Ok(Self {
            start: Start::Genesis(genesis),
            source: Source::Deployment(Box::new(deployment)),
        })
    }

    fn l1_chain_id(&self) -> u64 {
        match &self.source {
            Source::Package => contracts::L1_CHAIN_ID,
            Source::Deployment(deployment) => deployment.l1_chain_id,
        }
    }

    /// Writes genesis.json, rollup.json and the role keys.
    async fn files(
        self,
        l1: &Rpc,
        home: &Home,
        components: &Components,
    ) -> Result<(Chain, Option<contracts::Prepared>)> {
        match self.source {
            Source::Package => package_chain(l1, home, components).await,
            Source::Deployment(deployment) => {
                Ok((deployed_chain(l1, home, components, &deployment).await?, None))
            }
        }
    }
}

async fn package_chain(
    l1: &Rpc,
    home: &Home,
    components: &Components,
) -> Result<(Chain, Option<contracts::Prepared>)> {
    let roles = Roles {
        owner: accounts::address(accounts::OWNER)?,
        batcher: accounts::address(accounts::BATCHER)?,
        proposer: accounts::address(accounts::PROPOSER)?,
        challenger: accounts::address(accounts::CHALLENGER)?,
        unsafe_block_signer: accounts::address(accounts::SEQUENCER)?,
    };
    let spec = ChainSpec {
        funded: accounts::addresses()?,
        ..ChainSpec::new(roles, components.prestate()?.hash)
    };
    let package = components.path(Component::ContractsPackage);
    let prepared = contracts::prepare(l1, &package, &spec, &home.chain()).await?;
    chain::write_role_keys(
        home,
        [
            ("batcher", roles.batcher),
            ("proposer", roles.proposer),
            ("challenger", roles.challenger),
            ("sequencer", roles.unsafe_block_signer),
        ],
    )?;
    let address = |name: &str| {
        prepared
            .addresses
            .get(name)
            .copied()
            .with_context(|| format!("the deployment has no {name}"))
    };
    let chain = Chain {
        contracts: "npm contracts-bedrock 0.17.3".to_owned(),
        l1_chain_id: spec.l1_chain_id,
        l2_chain_id: spec.l2_chain_id,
        optimism_portal: address("OptimismPortalProxy")?,
        dispute_game_factory: address("DisputeGameFactoryProxy")?,
        system_config: address("SystemConfigProxy")?,
        anchor_state_registry: address("AnchorStateRegistryProxy")?,
        proposer: roles.proposer,
        challenger: roles.challenger,
        game_types: ["permissioned", "cannon", "alphabet"].map(str::to_owned).to_vec(),
        game_type: 1,
    };
    Ok((chain, Some(prepared)))
}

async fn deployed_chain(
    l1: &Rpc,
    home: &Home,
    components: &Components,
    deployment: &Deployment,
) -> Result<Chain> {
    let mut batch = Batch::default();
    let block = batch.block(0);
    let block = l1.send(batch).await.take(&block)?.context("the L1 has no block 0")?;
    deployment.inspect(&components.path(Component::OpDeployer), &block, &home.chain()).await?;
    let roles = &deployment.roles;
    chain::write_role_keys(
        home,
        [
            ("batcher", roles.batcher),
            ("proposer", roles.proposer),
            ("challenger", roles.challenger),
            ("sequencer", roles.unsafe_block_signer),
        ],
    )?;
    let contracts = &deployment.contracts;
    let chain = Chain {
        contracts: "op-deployer".to_owned(),
        l1_chain_id: deployment.l1_chain_id,
        l2_chain_id: deployment.l2_chain_id,
        optimism_portal: contracts.optimism_portal,
        dispute_game_factory: contracts.dispute_game_factory,
        system_config: contracts.system_config,
        anchor_state_registry: contracts.anchor_state_registry,
        proposer: roles.proposer,
        challenger: roles.challenger,
        game_types: vec!["permissioned".to_owned()],
        game_type: 1,
    };
    chain.save(home)?;
    Ok(chain)
}

/// Fills in the placeholders of the service definitions.
fn fill(
    template: Template,
    home: &Home,
    chain: &Chain,
    components: &Components,
    ports: &Ports,
    followers: usize,
) -> Result<Stack> {
    let sequencer = node_key(home, "sequencer")?;
    for follower in 1..=followers {
        node_key(home, &format!("follower-{follower}"))?;
    }
    let p2p_port = ports.get("sequencer-node.p2p").context("the sequencer has no P2P port")?;
    let text = |path: PathBuf| json!(path.display().to_string());
    let mut values = Values::from([
        ("l1.rpc".to_owned(), json!(l1::url(ports["l1.rpc"]))),
        ("l1.chainId".to_owned(), json!(chain.l1_chain_id)),
        ("l1.chainConfig".to_owned(), text(home.chain().join("l1-chain-config.json"))),
        ("chain.genesis".to_owned(), text(home.chain().join("genesis.json"))),
        ("chain.rollup".to_owned(), text(home.chain().join("rollup.json"))),
        ("chain.l2ChainId".to_owned(), json!(chain.l2_chain_id)),
        ("chain.disputeGameFactory".to_owned(), json!(chain.dispute_game_factory)),
        ("dir".to_owned(), text(home.data())),
        ("keys".to_owned(), text(home.keys())),
        ("p2p.bootnodes".to_owned(), json!(sequencer.enode(*p2p_port))),
        (
            "p2p.sequencer".to_owned(),
            json!(format!("/ip4/127.0.0.1/tcp/{p2p_port}/p2p/{}", sequencer.peer_id())),
        ),
        ("proposer.gameType".to_owned(), json!(chain.game_type)),
        ("challenger.gameTypes".to_owned(), json!(chain.game_types.join(","))),
        ("challenger.prestate".to_owned(), text(components.prestate()?.path)),
        ("bin.cannon".to_owned(), text(components.path(Component::Cannon))),
        ("bin.op-program".to_owned(), text(components.path(Component::OpProgram))),
        ("address.proposer".to_owned(), json!(chain.proposer)),
        ("address.challenger".to_owned(), json!(chain.challenger)),
    ]);
    values.extend(ports.iter().map(|(name, port)| (format!("port.{name}"), json!(port))));
    template.fill(&values)
}

/// The P2P identity of a node; its engine's JWT secret is made along with it.
fn node_key(home: &Home, pair: &str) -> Result<SecretKey> {
    chain::jwt_secret(home, &format!("{pair}-engine"))?;
    chain::p2p_identity(home, &format!("{pair}-node"))
}

/// Writes what the services read beside the chain's own files.
fn write_files(home: &Home, stack: &Stack) -> Result<()> {
    use crate::home::write_atomically;
    let warden: op_warden::config::Config = serde_json::from_value(stack.warden.clone())
        .context("the definitions hold no valid op-warden configuration")?;
    write_atomically(&home.warden_config(), &serde_json::to_vec_pretty(&warden)?)?;
    let l1 = l1::chain_config(warden.l1.chain_id);
    write_atomically(&home.chain().join("l1-chain-config.json"), &serde_json::to_vec_pretty(&l1)?)?;
    for service in stack.services.values() {
        for (path, content) in &service.files {
            write_atomically(Path::new(path), content.as_bytes())?;
        }
    }
    Ok(())
}

fn endpoints(ports: &Ports, followers: usize) -> BTreeMap<String, String> {
    let pairs = std::iter::once("sequencer".to_owned())
        .chain((1..=followers).map(|n| format!("follower-{n}")));
    let mut endpoints = BTreeMap::from([(L1.to_owned(), l1::url(ports["l1.rpc"]))]);
    for pair in pairs {
        for (service, port) in [("engine", "http"), ("node", "rpc")] {
            let name = format!("{pair}-{service}");
            if let Some(&port) = ports.get(&format!("{name}.{port}")) {
                endpoints.insert(name, l1::url(port));
            }
        }
    }
    endpoints
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
        crate::supervisor::process::tail(&home.log(service), 8)
    );
    Ok(())
}
