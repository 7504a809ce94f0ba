//! Real genesis files of the superchain registry against their published hashes.
//!
//! The files are not part of the project: `OP_STACK_TEST_DATA` names the folder, else
//! `../shared/data` beside the checkout is looked at.

use std::{fs, path::PathBuf};

use alloy_primitives::{U256, hex};
use op_chain::{
    fees::{ExtraData, FeePair},
    forks::Fork,
    genesis::{GenesisBlock, Setter},
    rollup::RollupConfig,
};
use serde_json::{Value, json};

fn data() -> Option<PathBuf> {
    let folder = test_kit::data();
    folder.join("genesis").is_dir().then_some(folder)
}

/// Calls `judge` with every chain's name, its genesis.json and its rollup.json.
fn every_chain(mut judge: impl FnMut(&str, &[u8], &RollupConfig)) {
    let Some(data) = data() else {
        eprintln!("SKIPPED: no registry files; OP_STACK_TEST_DATA names their folder");
        return;
    };
    let mut seen = 0;
    for chain in fs::read_dir(data.join("genesis")).unwrap() {
        let folder = chain.unwrap().path();
        let json =
            zstd::decode_all(fs::File::open(folder.join("genesis.json.zst")).unwrap()).unwrap();
        let rollup = serde_json::from_slice(&fs::read(folder.join("rollup.json")).unwrap());
        judge(folder.file_name().unwrap().to_str().unwrap(), &json, &rollup.unwrap());
        seen += 1;
    }
    assert!(seen > 0, "the folder is empty");
}

#[test]
fn published_hashes_are_recomputed() {
    every_chain(|name, json, rollup| {
        let started = std::time::Instant::now();
        let block = GenesisBlock::from_json(json, None).unwrap();
        println!("{name} {} bytes: {:?}", json.len(), started.elapsed());
        assert_eq!(block.hash, rollup.genesis.l2.hash, "{name}");
        assert_eq!(block.header.timestamp, rollup.genesis.l2_time, "{name}");
        assert_eq!(block.chain_id, rollup.l2_chain_id, "{name}");
    });
}

/// The flags of `GasPriceOracle` for the forks of that slot.
fn flags(bytes: [u8; 4]) -> U256 {
    U256::from(u32::from_be_bytes(bytes))
}

#[test]
fn published_predeploys_serve_the_forks_at_genesis() {
    use Setter::{Bedrock, Ecotone, Isthmus, Jovian};
    every_chain(|name, json, _| {
        let predeploys = GenesisBlock::from_json(json, None).unwrap().predeploys;
        // Read off the files with a script of another language.
        let (setters, oracle) = match name {
            "mainnet-zora" | "sepolia-op" => (&[Bedrock][..], flags([0, 0, 0, 0])),
            "mainnet-fraxtal" | "mainnet-swan" => (&[Bedrock, Ecotone][..], flags([0, 0, 0, 0])),
            "mainnet-unichain" | "sepolia-ink" | "sepolia-settlus-sepolia" => {
                (&[Bedrock, Ecotone][..], flags([0, 0, 1, 1]))
            }
            "sepolia-devnet-2-sepolia-devnet-2" => {
                (&[Bedrock, Ecotone, Isthmus, Jovian][..], flags([1, 1, 1, 1]))
            }
            other => panic!("{other} is not known to this test"),
        };
        let has = predeploys.l1_block.unwrap();
        let found: Vec<_> = Setter::ALL.into_iter().filter(|&setter| has.has(setter)).collect();
        assert_eq!(found, setters, "{name}");
        assert_eq!(predeploys.gas_price_oracle, Some(oracle), "{name}");
        assert!(predeploys.message_passer, "{name}");
    });
}

#[test]
fn published_schedules_and_fees_have_no_fault() {
    every_chain(|name, json, rollup| {
        let block = GenesisBlock::from_json(json, None).unwrap();
        let time = block.header.timestamp;
        assert_eq!(rollup.forks.faults(time), [], "{name}");
        assert_eq!(block.forks.disagreements(&rollup.forks, time), [], "{name}");
        // op-node refuses this one as it is published: it is older than Sepolia's Pectra.
        let pectra = (name == "sepolia-settlus-sepolia").then_some("pectra_blob_schedule_time");
        let faults = rollup.faults();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, pectra.as_slice(), "{name}");
        let engine = block.engine.unwrap();
        let [ours, theirs] = [
            [engine.shanghai_time, engine.cancun_time, engine.prague_time],
            [Fork::Canyon, Fork::Ecotone, Fork::Isthmus].map(|fork| block.forks.time(fork)),
        ];
        assert_eq!(ours, theirs, "{name}");
        assert_eq!(rollup.fee_constants().unwrap(), engine.optimism, "{name}");
        let extra = ExtraData::read(&block.forks, time, &block.header.extra_data).unwrap();
        let pair = extra.map(|extra| extra.pair);
        let holocene = block.forks.is_active(Fork::Holocene, time);
        assert_eq!(pair, holocene.then_some(FeePair::OF_OP_DEPLOYER), "{name}");
        rollup.genesis.system_config.fees().unwrap();
    });
}

/// Code that a running L2 had after Jovian, put into a genesis.
#[test]
fn code_of_a_running_chain_has_the_newest_setter() {
    let Some(data) = data() else {
        eprintln!("SKIPPED: no such code; OP_STACK_TEST_DATA names its folder");
        return;
    };
    let text = fs::read(data.join("l2-jovian-predeploy-code.json")).unwrap();
    let code: Value = serde_json::from_slice(&text).unwrap();
    let account = |name: &str| json!({"balance": "0x0", "code": code[name]["code"], "storage": code[name]["storage"]});
    let small = include_str!("../data/genesis.json");
    let mut genesis: Value = serde_json::from_str(small).unwrap();
    genesis["alloc"]["4200000000000000000000000000000000000015"] = account("0x15");
    genesis["alloc"]["420000000000000000000000000000000000000f"] = account("0xf");
    let block = GenesisBlock::from_json(genesis.to_string().as_bytes(), None).unwrap();
    let setters = block.predeploys.l1_block.unwrap();
    assert!(Setter::ALL.into_iter().all(|setter| setters.has(setter)));
    assert_eq!(block.predeploys.gas_price_oracle, Some(flags([1, 1, 1, 1])));
    // The proxy there points at an account that the file lacks.
    assert!(!block.predeploys.message_passer);
}

/// Wherever in the file the implementation is, and whatever is missing behind the proxy.
#[test]
fn a_predeploy_is_what_its_proxy_leads_to() {
    const SLOT: &str = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    let setter = |setter: Setter| format!("0x63{}", hex::encode(setter.selector()));
    let small = include_str!("../data/genesis.json");
    let file: Value = serde_json::from_str(small).unwrap();
    let word = |address: &str| json!(format!("0x{address:0>64}"));
    let (first, last) = ("1".repeat(40), "f".repeat(40));
    for (name, proxy, at, implementation, expected) in [
        (
            "before it",
            Some(json!("0x6080")),
            &first,
            Some(setter(Setter::Isthmus)),
            Some(Setter::Isthmus),
        ),
        (
            "after it",
            Some(json!("0x6080")),
            &last,
            Some(setter(Setter::Jovian)),
            Some(Setter::Jovian),
        ),
        ("nowhere", Some(json!("0x6080")), &last, None, None),
        ("empty", Some(json!("0x6080")), &last, Some("0x".to_owned()), None),
        ("behind no code", Some(json!("0x")), &first, Some(setter(Setter::Jovian)), None),
        ("behind nothing", None, &first, Some(setter(Setter::Jovian)), None),
    ] {
        let mut genesis = file.clone();
        let alloc = genesis["alloc"].as_object_mut().unwrap();
        if let Some(code) = proxy {
            let slots = json!({SLOT: word(at)});
            let proxy = json!({"balance": "0x0", "code": code, "storage": slots});
            alloc.insert("4200000000000000000000000000000000000015".to_owned(), proxy);
        }
        if let Some(code) = implementation {
            alloc.insert(at.clone(), json!({"balance": "0x0", "code": code}));
        }
        let block = GenesisBlock::from_json(genesis.to_string().as_bytes(), None).unwrap();
        let setters = block.predeploys.l1_block;
        let found =
            Setter::ALL.into_iter().find(|&setter| setters.is_some_and(|all| all.has(setter)));
        assert_eq!((found, setters.is_some()), (expected, expected.is_some()), "{name}");
    }
}
