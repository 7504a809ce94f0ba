use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use alloy_primitives::{B256, U256, address, b256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use op_chain::contracts::SystemConfig;
use tokio::process::{Child, Command};

use super::*;

/// The official deployment among the test data, described in its `intent.toml`.
fn official_work_dir() -> Option<PathBuf> {
    let data = std::env::var_os("OP_STACK_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let dir = data.join("op-deployer");
    let exists = dir.is_dir();
    if !exists {
        println!("skipped: there is no {}", dir.display());
    }
    exists.then_some(dir)
}

const OP_DEPLOYER: &str = "bin/op-deployer";
const ANVIL: &str = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";

/// A program that op-devnet has built.
fn program(name: &str) -> Option<PathBuf> {
    let path = test_kit::components().join(name);
    let exists = path.exists();
    if !exists {
        println!("skipped: there is no {}", path.display());
    }
    exists.then_some(path)
}

fn gzip(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}

/// A state of one chain whose L1 has one account, that is at 0x…02 and has code.
fn example_state() -> Value {
    let address = |byte| Address::with_last_byte(byte);
    json!({
        "appliedIntent": {
            "l1ChainID": 1337,
            "chains": [{
                "id": B256::from(U256::from(901)),
                "roles": {
                    "l1ProxyAdminOwner": address(1),
                    "l2ProxyAdminOwner": address(1),
                    "systemConfigOwner": address(1),
                    "unsafeBlockSigner": address(1),
                    "batcher": address(1),
                    "proposer": address(1),
                    "challenger": address(1),
                },
            }],
        },
        "opChainDeployments": [{
            "SystemConfigProxy": address(2),
            "OptimismPortalProxy": address(2),
            "DisputeGameFactoryProxy": address(2),
            "AnchorStateRegistryProxy": address(2),
            "startBlock": null,
        }],
        "l1StateDump": gzip(&json!({
            address(2).to_string(): {
                "balance": "0x0",
                "nonce": "0x1",
                "code": "0x5b",
                "storage": { B256::ZERO.to_string(): B256::with_last_byte(7) },
            },
        }).to_string()),
    })
}

fn first_block(hash: B256, timestamp: u64) -> BlockHead {
    BlockHead {
        hash,
        number: U64::ZERO,
        parent_hash: B256::ZERO,
        state_root: None,
        timestamp: U64::from(timestamp),
        excess_blob_gas: None,
        requests_hash: None,
        block_access_list_hash: None,
        bal_hash: None,
    }
}

fn error_of(state: &Value) -> String {
    format!("{:#}", WorkDir::from_state(&state.to_string()).unwrap_err())
}

#[test]
fn refuses_what_is_not_a_finished_genesis_deployment() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 9] = [
        (|state| *state = json!([]), "it is not a state of op-deployer"),
        (|state| state["appliedIntent"] = Value::Null, "never applied: run `op-deployer apply`"),
        (|state| state["opChainDeployments"] = Value::Null, "its deployment has 0 chains"),
        (
            |state| {
                let chain = state["appliedIntent"]["chains"][0].clone();
                state["appliedIntent"]["chains"] = json!([chain, chain]);
            },
            "its intent has 2 chains, but a devnet has one",
        ),
        (
            |state| state["appliedIntent"]["chains"][0]["id"] = json!(B256::repeat_byte(1)),
            "no node takes a chain id as large as 0x0101",
        ),
        (|state| state["l1StateDump"] = Value::Null, "--deployment-target genesis"),
        (|state| state["l1StateDump"] = json!("{}"), "malformed: it is not base64"),
        (|state| state["l1StateDump"] = json!("AAAA"), "malformed: it is not gzip"),
        (|state| state["l1StateDump"] = json!(gzip("[]")), "malformed: it does not list accounts"),
    ];
    for (change, message) in cases {
        let mut state = example_state();
        change(&mut state);
        let error = error_of(&state);
        assert!(error.contains(message), "no '{message}' in: {error}");
    }
    let error = WorkDir::from_state("{").unwrap_err().to_string();
    assert_eq!(error, "it is not JSON");
}

#[test]
fn finds_the_state_of_a_work_directory() {
    let dir = tempfile::tempdir().unwrap();
    let find = || state::find(dir.path()).map_err(|error| error.to_string());
    assert!(find().unwrap_err().ends_with("no state.json in it"));
    for name in ["intent.toml", "state-jovian.json"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    assert_eq!(find().unwrap(), dir.path().join("state-jovian.json"));
    fs::write(dir.path().join("state-isthmus.json"), "").unwrap();
    assert!(find().unwrap_err().contains("several states"));
    fs::write(dir.path().join("state.json"), "").unwrap();
    assert_eq!(find().unwrap(), dir.path().join("state.json"));

    let error = WorkDir::read(&dir.path().join("missing")).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the deployment folder"), "{error}");
}

#[test]
fn an_account_is_installed_with_all_it_has() {
    let deployment = WorkDir::from_state(&example_state().to_string()).unwrap();
    let (address, account) = deployment.l1_alloc.first_key_value().unwrap();
    let methods: Vec<_> =
        installation(*address, account).into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods, ["anvil_setNonce", "anvil_setCode", "anvil_setStorageAt"]);
}

#[tokio::test]
async fn shows_what_op_deployer_says() {
    let deployment = WorkDir::from_state(&example_state().to_string()).unwrap();
    let Some(op_deployer) = program(OP_DEPLOYER) else { return };
    let dir = tempfile::tempdir().unwrap();
    let error = deployment
        .inspect(&op_deployer, &first_block(B256::ZERO, 0), dir.path())
        .await
        .unwrap_err();
    let error = format!("{error:#}");
    assert!(error.starts_with("cannot derive the L2's "), "{error}");
    assert!(error.contains("Application failed: "), "{error}");
}

#[test]
fn reads_the_official_deployment() {
    let Some(dir) = official_work_dir() else { return };
    let deployment = WorkDir::read(&dir).unwrap();
    assert_eq!((deployment.l1_chain_id, deployment.l2_chain_id), (1337, 13));
    assert_eq!(deployment.l1_alloc.len(), 69);
    let account9 = address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");
    let roles = &deployment.roles;
    assert_eq!([roles.batcher, roles.proposer, roles.challenger], [account9; 3]);
    assert_eq!(roles.unsafe_block_signer, address!("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"));
    let contracts = &deployment.contracts;
    assert_eq!(
        [contracts.system_config, contracts.optimism_portal, contracts.dispute_game_factory],
        [
            address!("0xb39e4cb1704093755076eb5e0004d089f5026fea"),
            address!("0x751a97b905640bb261eb9b6ca57f76ea56ef3b94"),
            address!("0xe9c32b947969cb6f0369df7dc284d7da34df9909")
        ]
    );
}

/// From the block that op-deployer itself had started from comes the same rollup configuration.
#[tokio::test]
async fn derives_the_official_rollup_configuration() {
    let Some(dir) = official_work_dir() else { return };
    let Some(op_deployer) = program(OP_DEPLOYER) else { return };
    let out_dir = tempfile::tempdir().unwrap();
    let block = first_block(
        b256!("0x4164f92d594b498176fd019835c36b8493f410edc2e019b6a8a03f640dc8dc02"),
        0x6966_7aa3,
    );

    let start = Instant::now();
    let deployment = WorkDir::read(&dir).unwrap();
    let read = start.elapsed();
    let files = deployment.inspect(&op_deployer, &block, out_dir.path()).await.unwrap();
    println!("read in {read:?}, read and inspected in {:?}", start.elapsed());

    let json = |path: &Path| serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap();
    let mut expected = json(&dir.join("rollup-jovian.json"));
    // op-deployer writes it no more, and op-node does not read it.
    expected.as_object_mut().unwrap().remove("protocol_versions_address").unwrap();
    assert_eq!(json(&files.rollup), expected);
    assert_eq!(json(&files.genesis)["alloc"].as_object().unwrap().len(), 2_340);
}

/// Anvil takes the contracts, and its first block gives the L2's files.
#[tokio::test]
async fn anvil_runs_the_official_l1() {
    let Some(dir) = official_work_dir() else { return };
    let (Some(anvil), Some(op_deployer)) = (program(ANVIL), program(OP_DEPLOYER)) else {
        return;
    };
    let deployment = WorkDir::read(&dir).unwrap();
    let out_dir = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _l1 = start_anvil(&anvil, port);
    let l1 = Rpc::new(&format!("http://127.0.0.1:{port}"), Duration::from_secs(5)).unwrap();
    let block = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let mut batch = Batch::default();
            let block = batch.block(0);
            if let Ok(Some(block)) = l1.send(batch).await.take(&block) {
                return block;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();

    deployment.install(&l1).await.unwrap();
    let mut batch = Batch::default();
    let batcher = batch.call(deployment.contracts.system_config, &SystemConfig::batcherHashCall {});
    let batcher = l1.send(batch).await.take(&batcher).unwrap();
    assert_eq!(Address::from_word(batcher), deployment.roles.batcher);

    let files = deployment.inspect(&op_deployer, &block, out_dir.path()).await.unwrap();
    let rollup: Value = serde_json::from_slice(&fs::read(files.rollup).unwrap()).unwrap();
    assert_eq!(rollup["genesis"]["l1"], json!({ "hash": block.hash, "number": 0 }));
    assert_eq!(rollup["genesis"]["l2_time"], 1_800_000_000);
}

fn start_anvil(anvil: &Path, port: u16) -> Child {
    Command::new(anvil)
        .args(["--silent", "--port", &port.to_string(), "--chain-id", "1337"])
        .args(["--timestamp", "1800000000"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}
