//! The rules by which a genesis.json becomes a block hash, on a chain of three accounts.

use alloy_primitives::{B256, b256, hex};
use op_chain::{
    forks::ForkTimes,
    genesis::{Fallback, GenesisBlock, GenesisError},
};
use serde_json::{Value, json};

const SMALL: &str = include_str!("../data/genesis.json");
/// Storage root of a stock `L2ToL1MessagePasser`, published for many chains.
const STOCK_MESSAGE_PASSER: B256 =
    b256!("8ed4baae3a927be3dea54996b4d5899f8c01e7594bf50b17dc1e741388ce3d12");
const MESSAGE_PASSER: &str = "4200000000000000000000000000000000000016";
const PRECOMPILE: &str = "0000000000000000000000000000000000000001";

fn small() -> Value {
    serde_json::from_str(SMALL).unwrap()
}

fn block(file: &Value) -> Result<GenesisBlock, GenesisError> {
    GenesisBlock::from_json(file.to_string().as_bytes(), None)
}

/// The file's hash after a change.
fn hash_with(change: impl FnOnce(&mut Value)) -> Result<B256, String> {
    let mut file = small();
    change(&mut file);
    block(&file).map(|block| block.hash).map_err(|error| error.to_string())
}

/// The file's hash after a replacement in its text, for what a `Value` cannot hold.
fn hash_of_text(from: &str, to: &str) -> Result<B256, String> {
    assert!(SMALL.contains(from), "{from}");
    GenesisBlock::from_json(SMALL.replacen(from, to, 1).as_bytes(), None)
        .map(|block| block.hash)
        .map_err(|error| error.to_string())
}

fn original() -> B256 {
    block(&small()).unwrap().hash
}

/// The expected values come from a program that shares nothing with this crate: Keccak-256, RLP and
/// the Merkle-Patricia trie written out in Python.
#[test]
fn hash_and_roots_are_those_of_an_independent_implementation() {
    let block = block(&small()).unwrap();
    assert_eq!(
        block.hash,
        b256!("964e727459cfd380ebd3fe3c3d5e599fbe0a486e7467e98dde8cde119533a81f")
    );
    assert_eq!(
        block.header.state_root,
        b256!("ab7828583bdce771332fd5bf0841fea925aebbad1b5bc173b9be54923ede0021")
    );
    assert_eq!(block.message_passer_root, STOCK_MESSAGE_PASSER);
    assert_eq!(block.header.withdrawals_root, Some(STOCK_MESSAGE_PASSER));
    assert_eq!(block.chain_id, 901);
    assert_eq!(block.header.timestamp, 1_781_926_452);
    assert_eq!(block.forks.jovian_time, Some(0));
    assert_eq!(block.forks.karst_time, None);
    assert_eq!(block.header.nonce.0, hex!("000000000000002a"));
}

#[test]
fn every_spelling_of_a_number_is_the_same_number() {
    for gas_limit in [json!("0x3938700"), json!("0x03938700"), json!("60000000"), json!(60_000_000)]
    {
        assert_eq!(hash_with(|file| file["gasLimit"] = gas_limit.clone()), Ok(original()));
    }
    for balance in [json!("0x1"), json!("0x01"), json!("1"), json!(1)] {
        let hash = hash_with(|file| file["alloc"][PRECOMPILE]["balance"] = balance.clone());
        assert_eq!(hash, Ok(original()), "{balance}");
    }
}

#[test]
fn what_is_not_a_number_is_an_error_not_a_zero() {
    let too_long = format!("0x1{}", "0".repeat(64));
    for wrong in [
        json!(""),
        json!("0x"),
        json!("0xg"),
        json!("0x+1"),
        json!("+1"),
        json!("-1"),
        json!(-1),
        json!(1.5),
        json!("1_0"),
        json!(" 1"),
        json!("0b1"),
        json!("0o1"),
        json!(true),
        json!([1]),
        json!(null),
        json!(too_long),
    ] {
        for place in ["/gasLimit", "/timestamp", &format!("/alloc/{PRECOMPILE}/balance")] {
            let hash = hash_with(|file| *file.pointer_mut(place).unwrap() = wrong.clone());
            assert!(hash.is_err(), "{place} {wrong}");
        }
    }
    assert!(hash_with(|file| file["gasLimit"] = json!("0x10000000000000000")).is_err(), "65 bits");
}

#[test]
fn fields_without_which_there_is_no_genesis_are_demanded() {
    for field in ["timestamp", "gasLimit", "difficulty", "alloc"] {
        let hash = hash_with(|file| drop(file.as_object_mut().unwrap().remove(field)));
        assert!(hash.unwrap_err().contains(&format!("missing field `{field}`")), "{field}");
    }
    let hash = hash_with(|file| file["alloc"][PRECOMPILE] = json!({}));
    assert!(hash.unwrap_err().contains("missing field `balance`"));
}

#[test]
fn an_address_that_appears_twice_is_refused_in_every_spelling() {
    for again in [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "F39FD6E51AAD88F6F4CE6AB8827279CFFFB92266",
    ] {
        let twice = format!(r#""alloc": {{ "{again}": {{ "balance": "0x0" }},"#);
        let error = hash_of_text(r#""alloc": {"#, &twice).unwrap_err();
        assert!(error.contains("an address appears twice"), "{again}: {error}");
    }
}

#[test]
fn addresses_with_and_without_prefix_are_the_same_others_are_refused() {
    let address = format!("\"{PRECOMPILE}\"");
    assert_eq!(hash_of_text(&address, &format!("\"0x{PRECOMPILE}\"")), Ok(original()));
    for wrong in ["", "0x", "01", &format!("{PRECOMPILE}00"), &PRECOMPILE.replace('1', "g")] {
        let error = hash_of_text(&address, &format!("\"{wrong}\"")).unwrap_err();
        assert!(error.contains("a 20-byte address in hex"), "{wrong}: {error}");
    }
}

fn storage(entries: &str) -> Result<B256, String> {
    hash_of_text(
        r#"{ "balance": "0x1" }"#,
        &format!(r#"{{ "balance": "0x1", "storage": {entries} }}"#),
    )
}

#[test]
fn slots_of_zero_are_not_part_of_the_state() {
    for nothing in ["null", "{}", r#"{"0x01": "0x00"}"#, r#"{"01": "", "0x02": "0x"}"#] {
        assert_eq!(storage(nothing), Ok(original()), "{nothing}");
    }
    assert_ne!(storage(r#"{"0x01": "0x01"}"#), Ok(original()));
}

#[test]
fn slots_and_values_are_padded_on_the_left() {
    let padded = format!(r#"{{"0x{:064x}": "0x{:064x}"}}"#, 1, 5);
    for short in [r#"{"0x01": "0x05"}"#, r#"{"01": "0005"}"#] {
        assert_eq!(storage(short), storage(&padded), "{short}");
    }
}

#[test]
fn a_slot_that_appears_twice_is_refused_even_if_one_is_zero() {
    for twice in [
        r#"{"0x01": "0x05", "0x01": "0x05"}"#,
        r#"{"0x01": "0x05", "0x0001": "0x06"}"#,
        r#"{"0x01": "0x05", "01": "0x00"}"#,
        r#"{"0x01": "0x00", "0x01": "0x05"}"#,
    ] {
        let error = storage(twice).unwrap_err();
        assert!(error.contains("a storage slot appears twice"), "{twice}: {error}");
    }
}

#[test]
fn slots_and_values_that_are_no_hex_are_refused() {
    let long = "00".repeat(33);
    for wrong in ["zz", "0x1", "0x0x01", long.as_str()] {
        for entries in [
            format!(r#"{{"{wrong}": "0x01"}}"#),
            format!(r#"{{"{wrong}": "0x00"}}"#),
            format!(r#"{{"0x01": "{wrong}"}}"#),
        ] {
            let error = storage(&entries).unwrap_err();
            assert!(error.contains("up to 32 bytes in hex"), "{entries}: {error}");
        }
    }
}

#[test]
fn no_code_has_two_spellings_and_other_code_begins_with_0x() {
    for (code, accepted) in [
        ("", true),
        ("0x", true),
        ("60", false),
        ("0x6", false),
        ("0x0x60", false),
        ("0X60", false),
        ("0xzz", false),
    ] {
        let hash = hash_with(|file| file["alloc"][PRECOMPILE]["code"] = json!(code));
        if accepted {
            assert_eq!(hash, Ok(original()), "{code:?}");
        } else {
            assert!(hash.unwrap_err().contains("code"), "{code:?}");
        }
    }
}

#[test]
fn escapes_in_strings_do_not_change_the_hash() {
    for (plain, escaped) in [
        ("\"0x60806040\"", "\"\\u0030x608060\\u0034\\u0030\""),
        (
            "\"0000000000000000000000000000000000000001\": {",
            "\"000000000000000000000000000000000000000\\u0031\": {",
        ),
        ("\"0x360894", "\"\\u0030x360894"),
        ("\"gasLimit\"", "\"gas\\u004cimit\""),
        ("\"0x3938700\"", "\"\\u0030x3938700\""),
    ] {
        assert_eq!(hash_of_text(plain, escaped), Ok(original()), "{escaped}");
    }
}

#[test]
fn a_missing_config_is_taken_from_rollup_json_only() {
    let mut file = small();
    let forks = block(&file).unwrap().forks;
    file["config"].take();
    assert!(matches!(block(&file), Err(GenesisError::NoConfig)));

    let fallback = Fallback { chain_id: 7, forks };
    let text = file.to_string();
    let from_fallback = GenesisBlock::from_json(text.as_bytes(), Some(&fallback)).unwrap();
    assert_eq!((from_fallback.hash, from_fallback.chain_id), (original(), 7));

    let fallback = Fallback { chain_id: 7, forks: ForkTimes::default() };
    let from_file = GenesisBlock::from_json(SMALL.as_bytes(), Some(&fallback)).unwrap();
    assert_eq!((from_file.hash, from_file.chain_id), (original(), 901), "the file's own counts");
}

#[test]
fn ethereum_and_optimism_times_must_agree_about_genesis() {
    let now = 1_781_926_452_u64;
    for (ethereum, optimism) in [
        ("shanghaiTime", "canyonTime"),
        ("cancunTime", "ecotoneTime"),
        ("pragueTime", "isthmusTime"),
    ] {
        for (of_ethereum, of_optimism, agrees) in [
            (json!(0), json!(now), true),
            (json!(now + 1), json!(now + 9), true),
            (json!(null), json!(now + 1), true),
            (json!(0), json!(now + 1), false),
            (json!(null), json!(0), false),
            (json!(now), json!(null), false),
        ] {
            let mut file = small();
            file["config"][ethereum] = of_ethereum;
            file["config"][optimism] = of_optimism;
            match block(&file) {
                Ok(_) => assert!(agrees, "{file}"),
                Err(GenesisError::ForkPair { ethereum: a, optimism: b }) => {
                    assert_eq!((a, b, agrees), (ethereum, optimism, false));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn london_is_active_from_block_0_or_it_is_no_op_stack_chain() {
    for block_number in [json!(null), json!(1)] {
        let mut file = small();
        file["config"]["londonBlock"] = block_number;
        assert!(matches!(block(&file), Err(GenesisError::NotLondon)));
    }
    let mut file = small();
    file["config"].as_object_mut().unwrap().remove("londonBlock");
    assert!(matches!(block(&file), Err(GenesisError::NotLondon)));
}

#[test]
fn a_state_hash_stands_for_an_empty_alloc_before_isthmus() {
    let root = b256!("1111111111111111111111111111111111111111111111111111111111111111");
    let mut file = small();
    file["stateHash"] = json!(root);
    assert!(matches!(block(&file), Err(GenesisError::StateHash)), "beside an alloc");
    file["alloc"] = json!({});
    assert!(matches!(block(&file), Err(GenesisError::StateHash)), "in Isthmus");
    for time in ["pragueTime", "isthmusTime"] {
        file["config"][time] = json!(null);
    }
    assert_eq!(block(&file).unwrap().header.state_root, root);
}

#[test]
fn each_fork_adds_its_fields_to_the_header() {
    // withdrawals root, blob fields and beacon root, requests hash
    for (pairs, expected) in
        [(0, [false; 3]), (1, [true, false, false]), (2, [true, true, false]), (3, [true; 3])]
    {
        let mut file = small();
        file.as_object_mut().unwrap().remove("excessBlobGas");
        let names = [
            ["shanghaiTime", "canyonTime"],
            ["cancunTime", "ecotoneTime"],
            ["pragueTime", "isthmusTime"],
        ];
        for name in names[pairs..].iter().flatten() {
            file["config"][name] = json!(null);
        }
        let header = block(&file).unwrap().header;
        let cancun = header.parent_beacon_block_root.is_some();
        assert_eq!(
            [header.withdrawals_root.is_some(), cancun, header.requests_hash.is_some()],
            expected
        );
        assert_eq!([header.blob_gas_used, header.excess_blob_gas], [cancun.then_some(0); 2]);
        let isthmus = pairs == 3;
        assert_eq!(header.withdrawals_root == Some(STOCK_MESSAGE_PASSER), isthmus);
    }
}

#[test]
fn a_chain_without_message_passer_has_the_zero_hash_for_its_root() {
    let mut file = small();
    file["alloc"].as_object_mut().unwrap().remove(MESSAGE_PASSER);
    assert_eq!(block(&file).unwrap().header.withdrawals_root, Some(B256::ZERO));
}

#[test]
fn a_file_that_cannot_be_read_is_another_error_than_one_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let missing = GenesisBlock::from_file(&folder.path().join("genesis.json"), None);
    assert!(matches!(missing, Err(GenesisError::Read { .. })));
    assert!(matches!(GenesisBlock::from_file(folder.path(), None), Err(GenesisError::Read { .. })));
    for text in ["", "{", "[]", "null", "\"0x\"", "<html></html>"] {
        let error = GenesisBlock::from_json(text.as_bytes(), None).unwrap_err();
        assert!(matches!(error, GenesisError::Format(_)), "{text}");
    }
}

/// As the superchain registry has it: older than the OP Stack's Bedrock, its state not in the file.
/// The hash is the one that op-geth demands (`core/superchain.go`).
#[test]
fn op_mainnet_has_the_hash_of_its_block_0() {
    let file = r#"{"config":null,"nonce":"0x0","timestamp":"0x0","extraData":"0x000000000000000000000000000000000000000000000000000000000000000000000398232e2064f896018496b4b44b3d62751f0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000","gasLimit":"0xe4e1c0","difficulty":"0x1","mixHash":"0x0000000000000000000000000000000000000000000000000000000000000000","coinbase":"0x0000000000000000000000000000000000000000","alloc":{},"number":"0x0","gasUsed":"0x0","parentHash":"0x0000000000000000000000000000000000000000000000000000000000000000","baseFeePerGas":null,"excessBlobGas":null,"blobGasUsed":null,"stateHash":"0xeddb4c1786789419153a27c4c80ff44a2226b6eda04f7e22ce5bae892ea568eb"}"#;
    let forks = ForkTimes { canyon_time: Some(1_704_992_401), ..ForkTimes::default() };
    let fallback = Fallback { chain_id: 10, forks };
    let block = GenesisBlock::from_json(file.as_bytes(), Some(&fallback)).unwrap();
    assert_eq!(
        block.hash,
        b256!("7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b")
    );
    let config =
        r#""config":{"chainId":10,"londonBlock":105235063,"bedrockBlock":105235063,"optimism":{}}"#;
    let own = file.replace(r#""config":null"#, config);
    assert_eq!(GenesisBlock::from_json(own.as_bytes(), None).unwrap().hash, block.hash);
    let active = own.replace("\"optimism\"", "\"shanghaiTime\":0,\"canyonTime\":0,\"optimism\"");
    let error = GenesisBlock::from_json(active.as_bytes(), None).unwrap_err();
    assert!(matches!(error, GenesisError::NotLondon), "{error}");
}

#[test]
fn what_is_no_op_stack_chain_to_op_geth_is_refused() {
    let refused = |change: fn(&mut Value)| {
        let mut file = small();
        change(&mut file);
        block(&file).unwrap_err()
    };
    for optimism in [
        |file: &mut Value| file["config"]["optimism"] = json!(null),
        |file: &mut Value| {
            drop(file["config"].as_object_mut().unwrap().remove("optimism"));
        },
    ] {
        assert!(matches!(refused(optimism), GenesisError::NotOptimism));
    }
    let error = refused(|file| file["config"]["enableVerkleAtGenesis"] = json!(true));
    assert!(matches!(error, GenesisError::Foreign("enableVerkleAtGenesis")));
    let error = refused(|file| file["config"]["amsterdamTime"] = file["timestamp"].clone());
    assert!(matches!(error, GenesisError::Format(_)), "{error}");
    let error = refused(|file| file["config"]["amsterdamTime"] = json!(0));
    assert!(matches!(error, GenesisError::Foreign("amsterdamTime")));
    let error = refused(|file| file["gasLimit"] = json!("0x0"));
    assert!(matches!(error, GenesisError::NoGas));
}

#[test]
fn names_that_engines_read_differently_are_refused() {
    for (right, wrong) in [
        ("\"nonce\": \"0x2a\"", "\"Nonce\": \"0x2a\""),
        ("\"nonce\": \"0x2a\"", "\"nonce\": \"0x2a\", \"NONCE\": \"0x2b\""),
        ("\"number\"", "\"Number\""),
        ("\"excessBlobGas\"", "\"excessBlobga\u{17f}\""),
        ("\"nonce\": \"0x1\"", "\"nONCE\": \"0x1\""),
        ("\"storage\"", "\"Storage\""),
        ("\"code\": \"0x60806040\"", "\"code\": \"0x60806040\", \"Code\": \"0x\""),
        ("\"jovianTime\"", "\"joviantime\""),
        ("\"jovianTime\"", "\"jovian_time\""),
        ("\"chainId\"", "\"bloc\u{212a}\": 1, \"chainid\""),
        ("\"berlinBlock\": 0", "\"berlinBlock\": 0, \"berlinblock\": 1"),
    ] {
        let error = hash_of_text(right, wrong).unwrap_err();
        let said = ["to Go programs", "name of rollup.json", "appears twice", "missing field"];
        assert!(said.iter().any(|said| error.contains(said)), "{wrong}: {error}");
    }
}

#[test]
fn objects_are_no_arrays_and_bytes_have_a_prefix() {
    let zeros = serde_json::to_string(&[0; 32]).unwrap();
    for (right, wrong) in [
        (r#"{ "balance": "0x1" }"#, r#"["0x1"]"#),
        (r#"{ "balance": "0x1" }"#, r#"["0x1", 0, "", null]"#),
        ("\"mixHash\": \"0x00", "\"mixHash\": \"00"),
        (&format!("\"mixHash\": \"0x{}\"", "00".repeat(32)), &format!("\"mixHash\": {zeros}")),
        ("\"extraData\": \"0x", "\"extraData\": \""),
        ("\"extraData\": \"0x", "\"extraData\": \"0X"),
        ("\"coinbase\": \"0x", "\"coinbase\": \""),
        (r#"{ "eip1559Elasticity": 6, "#, r#"[{ "eip1559Elasticity": 6}], "other": {"#),
    ] {
        assert!(hash_of_text(right, wrong).is_err(), "{wrong}");
    }
}
