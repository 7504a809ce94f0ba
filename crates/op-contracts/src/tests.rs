//! The whole way on a real anvil, checked by what the contracts and op-geth answer.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, net::TcpListener};

use alloy_primitives::{Address, B256, U256, address, b256};
use alloy_sol_types::sol;
use eth_rpc::{Batch, Rpc, transaction::Fees};
use op_chain::contracts::{DisputeGameFactory, OptimismPortal, SystemConfig};
use op_chain::rollup::RollupConfig;

use super::{spec::ForkOffsets, *};

/// More than anvil asks for.
const FEES: Fees = Fees { max: 100_000_000_000, priority: 1_000_000_000 };

/// The first account of anvil's default mnemonic, and its key.
const OWNER: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const OWNER_KEY: B256 = b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

sol! {
    interface AnchorStateRegistry {
        function anchors(uint32 gameType) external view returns (bytes32 root, uint256 l2BlockNumber);
    }
}

fn spec() -> ChainSpec {
    let roles = Roles {
        owner: OWNER,
        batcher: address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        proposer: address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        challenger: address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
        unsafe_block_signer: address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
    };
    let user = address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc");
    ChainSpec { funded: vec![user], ..ChainSpec::new(roles) }
}

/// The official programs and the npm package, as far as they are installed.
struct Installed {
    anvil: PathBuf,
    op_geth: PathBuf,
    package: PathBuf,
}

impl Installed {
    /// `None`, with the reason printed, when something is absent.
    fn find() -> Option<Self> {
        let bin = env::var_os("OP_DEVNET_BIN_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/op-devnet/bin"),
            PathBuf::from,
        );
        let modules = bin.join("../node_modules");
        let installed = Self {
            anvil: modules.join("@foundry-rs/anvil-linux-amd64/bin/anvil"),
            op_geth: bin.join("op-geth"),
            package: modules.join("@eth-optimism/contracts-bedrock"),
        };
        for path in [&installed.anvil, &installed.op_geth, &installed.package] {
            if !path.exists() {
                eprintln!("skipped: {} is not installed", path.display());
                return None;
            }
        }
        Some(installed)
    }
}

/// An anvil that ends with the test, however the test ends.
struct Anvil {
    process: Child,
    rpc: Rpc,
}

impl Anvil {
    async fn start(program: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let arguments = format!(
            "--port {port} --chain-id 900 --block-time 2 --slots-in-an-epoch 2 --hardfork prague \
             --gas-limit 60000000 --timestamp {now} --silent"
        );
        let process = Command::new(program).args(arguments.split_whitespace()).spawn().unwrap();
        let rpc = Rpc::new(&format!("http://127.0.0.1:{port}"), Duration::from_secs(10)).unwrap();
        let anvil = Self { process, rpc };
        anvil.answers().await;
        anvil
    }

    async fn answers(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.rpc.request::<U64>("eth_chainId", [(); 0]).await.is_err() {
            assert!(Instant::now() < deadline, "anvil does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The genesis hash that op-geth logs when it initialises a database.
fn geth_hash(op_geth: &Path, folder: &Path) -> B256 {
    let output = Command::new(op_geth)
        .args(["--log.format=logfmt", "init", "--state.scheme=hash", "--datadir"])
        .arg(folder.join("geth"))
        .arg(folder.join("genesis.json"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let (_, hash) = log.rsplit_once("hash=").unwrap_or_else(|| panic!("no hash in {log}"));
    hash[..66].parse().unwrap_or_else(|_| panic!("no whole hash in {log}"))
}

#[tokio::test]
async fn the_chain_on_l1_is_the_chain_that_was_asked_for() {
    let Some(Installed { anvil, op_geth, package }) = Installed::find() else { return };
    let l1 = Anvil::start(&anvil).await;
    let folder = tempfile::tempdir().unwrap();
    let spec = spec();

    let started = Instant::now();
    let prepared = prepare(&l1.rpc, &package, &spec, folder.path()).await.unwrap();
    let prepare_took = started.elapsed();
    let started = Instant::now();
    let owner = SecretKey::from_bytes(&OWNER_KEY.0).unwrap();
    let deployment = prepared.deploy(&l1.rpc, &owner, FEES).await.unwrap();
    let deploy_took = started.elapsed();
    let Deployment { transactions, gas_used, l1_block } = deployment;
    eprintln!("prepared in {prepare_took:?}, deployed in {deploy_took:?}");
    eprintln!("{transactions} transactions, {gas_used} gas, complete in L1 block {l1_block}");

    let rollup = rollup(folder.path());
    assert_eq!(rollup.l1_system_config_address, prepared.addresses["SystemConfigProxy"]);
    assert_eq!(rollup.genesis.l2.hash, geth_hash(&op_geth, folder.path()));
    let genesis = GenesisBlock::from_file(&folder.path().join("genesis.json"), None).unwrap();
    contracts_are_configured(&l1.rpc, &spec, &prepared.addresses, output_root(&genesis)).await;
}

fn rollup(folder: &Path) -> RollupConfig {
    serde_json::from_slice(&std::fs::read(folder.join("rollup.json")).unwrap()).unwrap()
}

async fn contracts_are_configured(
    l1: &Rpc,
    spec: &ChainSpec,
    addresses: &Addresses,
    anchor_root: B256,
) {
    let address = |name: &str| addresses[name];
    let factory = address("DisputeGameFactoryProxy");
    let mut batch = Batch::default();
    let batcher = batch.call(address("SystemConfigProxy"), &SystemConfig::batcherHashCall {});
    let signer = batch.call(address("SystemConfigProxy"), &SystemConfig::unsafeBlockSignerCall {});
    let game_type =
        batch.call(address("OptimismPortalProxy"), &OptimismPortal::respectedGameTypeCall {});
    let anchor = batch.call(
        address("AnchorStateRegistryProxy"),
        &AnchorStateRegistry::anchorsCall { gameType: games::PERMISSIONED_CANNON },
    );
    let games = [
        (games::CANNON, "FaultDisputeGameImpl"),
        (games::PERMISSIONED_CANNON, "PermissionedDisputeGameImpl"),
        (games::ALPHABET, "AlphabetDisputeGameImpl"),
    ]
    .map(|(game_type, name)| {
        (batch.call(factory, &DisputeGameFactory::gameImplsCall { gameType: game_type }), name)
    });

    let answers = l1.send(batch).await;
    assert_eq!(answers.take(&batcher).unwrap(), spec.roles.batcher.into_word());
    assert_eq!(answers.take(&signer).unwrap(), spec.roles.unsafe_block_signer);
    assert_eq!(answers.take(&game_type).unwrap(), games::PERMISSIONED_CANNON);
    let anchor = answers.take(&anchor).unwrap();
    assert_eq!((anchor.root, anchor.l2BlockNumber), (anchor_root, U256::ZERO));
    for (implementation, name) in games {
        assert_eq!(answers.take(&implementation).unwrap(), address(name), "{name}");
    }
}

#[tokio::test]
async fn op_geth_computes_the_same_hash_on_other_schedules() {
    let Some(Installed { anvil, op_geth, package }) = Installed::find() else { return };
    let l1 = Anvil::start(&anvil).await;
    let holocene = ForkOffsets { holocene: Some(0), ..ForkOffsets::DEFAULT };
    let regolith = ForkOffsets {
        canyon: Some(2),
        delta: Some(4),
        ecotone: Some(6),
        fjord: Some(8),
        granite: Some(10),
        holocene: Some(12),
        isthmus: Some(14),
        jovian: Some(16),
        karst: None,
    };
    for forks in [holocene, regolith] {
        let folder = tempfile::tempdir().unwrap();
        let spec = ChainSpec { forks, ..spec() };
        prepare(&l1.rpc, &package, &spec, folder.path()).await.unwrap();
        let hash = rollup(folder.path()).genesis.l2.hash;
        assert_eq!(hash, geth_hash(&op_geth, folder.path()), "{forks:?}");
    }
}

#[tokio::test]
async fn a_failing_step_is_named() {
    let Some(Installed { anvil, package, .. }) = Installed::find() else { return };
    let l1 = Anvil::start(&anvil).await;
    let folder = tempfile::tempdir().unwrap();
    // A clock shorter than its extension: the games' constructors refuse it.
    let spec = ChainSpec { game_clock_seconds: 1, ..spec() };
    let prepared = prepare(&l1.rpc, &package, &spec, folder.path()).await.unwrap();
    let owner = SecretKey::from_bytes(&OWNER_KEY.0).unwrap();
    let error = prepared.deploy(&l1.rpc, &owner, FEES).await.unwrap_err();
    assert_eq!(error.to_string(), "L1 deployment: create FaultDisputeGameImpl");
}
