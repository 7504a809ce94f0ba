//! Changes of genesis.json.

use std::thread;

use alloy_primitives::B256;
use op_chain::{forks::ForkTimes, genesis::GenesisBlock};

use super::{
    BYTES, Tally, change,
    json::Json,
    meaning::{self, Meaning},
    official, registry,
};

const SMALL: &[u8] = include_bytes!("../../data/genesis.json");
/// Places in a file of the registry that are changed, of nine million.
const SAMPLE: usize = 2_000;

/// All that the gates go by.
type Seen = (B256, u64, ForkTimes);

fn seen(file: &[u8]) -> Result<Seen, String> {
    GenesisBlock::from_json(file, None)
        .map(|block| (block.hash, block.chain_id, block.forks))
        .map_err(|error| error.to_string())
}

fn meaning(file: &[u8]) -> Option<Meaning> {
    meaning::of_genesis(&Json::parse(file)?)
}

fn count(tally: &mut Tally, original: &(Seen, Meaning), changed: &[u8], what: &str) {
    let neutral = || meaning(changed).as_ref() == Some(&original.1);
    tally.count(&original.0, &seen(changed), neutral, || {
        format!("{what}\n{}", String::from_utf8_lossy(&changed[..changed.len().min(5_000)]))
    });
}

fn original(file: &[u8]) -> (Seen, Meaning) {
    (seen(file).unwrap(), meaning(file).unwrap())
}

#[test]
fn every_field() {
    let mut tally = Tally::default();
    let original = original(SMALL);
    for (what, changed) in change::of_fields(&Json::parse(SMALL).unwrap()) {
        count(&mut tally, &original, changed.as_bytes(), &what);
    }
    tally.check("fields of genesis.json");
}

#[test]
fn every_byte() {
    let mut tally = Tally::default();
    let original = original(SMALL);
    for place in 0..SMALL.len() {
        for changed in change::of_byte(SMALL, place, BYTES) {
            count(&mut tally, &original, &changed, &format!("byte {place}"));
        }
    }
    tally.check("bytes of genesis.json");
}

#[test]
fn fields_of_a_chain_of_the_registry() {
    let Some((file, _)) = registry("sepolia-devnet-2-sepolia-devnet-2") else { return };
    // A few of its accounts, for there are many alike.
    let mut file = Json::parse(&file).unwrap();
    let Json::Object(members) = &mut file else { panic!("no object") };
    let alloc = members.iter_mut().find(|(name, _)| name == "alloc");
    let Some((_, Json::Object(accounts))) = alloc else { panic!("no accounts") };
    accounts.retain(|(_, account)| account.to_string().len() < 500);
    accounts.truncate(20);

    let mut tally = Tally::default();
    let original = original(file.to_string().as_bytes());
    for (what, changed) in change::of_fields(&file) {
        count(&mut tally, &original, changed.as_bytes(), &what);
    }
    tally.check("fields of a registry's genesis.json");
}

#[test]
fn bytes_of_a_chain_of_the_registry() {
    let Some((file, _)) = registry("sepolia-devnet-2-sepolia-devnet-2") else { return };
    let original = original(&file);
    let places: Vec<_> = places(&file).take(SAMPLE).collect();
    let (file, original) = (&file, &original);
    thread::scope(|scope| {
        for half in places.chunks(SAMPLE.div_ceil(2)) {
            scope.spawn(move || {
                let (mut tally, mut changed) = (Tally::default(), file.clone());
                for &(place, byte) in half {
                    changed[place] = byte;
                    count(&mut tally, original, &changed, &format!("byte {place}"));
                    changed[place] = file[place];
                }
                println!("bytes of a registry's genesis.json: {tally:?}");
                assert!(tally.different > 0 && tally.refused > 0, "{tally:?}");
            });
        }
    });
}

/// Random places and what to put there, always the same ones. Most of a file are the hex digits of
/// code, so every other place is the next end of a name or value.
fn places(file: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        usize::try_from(noise >> 1).unwrap() % below
    };
    (0..).filter_map(move |count| {
        let place = next(file.len());
        let quote = file[place..].iter().position(|&byte| byte == b'"')?;
        let place = if count % 2 == 0 { place } else { place + quote - next(2) };
        let byte = BYTES[next(BYTES.len())];
        (byte != file[place]).then_some((place, byte))
    })
}

/// The small file with those forks of Ethereum that op-geth does not do without.
fn with_all_forks() -> Json {
    let mut file = Json::parse(SMALL).unwrap();
    let Json::Object(config) = file.at(&[0]) else { panic!("config is not the first field") };
    for fork in
        ["eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul"]
    {
        config.push((format!("{fork}Block"), Json::Number("0".to_owned())));
    }
    file
}

/// op-geth itself gives every changed file that it takes the hash that it has here.
#[test]
fn op_geth_agrees() {
    let Some(geth) = official::OpGeth::find() else { return };
    let original = seen(SMALL).unwrap();
    let fields = change::of_fields(&with_all_forks());
    let accepted: Vec<_> = fields
        .iter()
        .filter_map(|(what, file)| Some((what, file, seen(file.as_bytes()).ok()?)))
        .collect();
    let (neutral, different): (Vec<_>, Vec<_>) =
        accepted.into_iter().partition(|(_, _, seen)| *seen == original);
    let mut taken = 0;
    for changes in [neutral, different] {
        for (what, file, seen) in changes.iter().step_by(changes.len().div_ceil(official::SAMPLE)) {
            let Some(hash) = geth.hash(file.as_bytes()) else { continue };
            assert_eq!(hash, official::shortened(&seen.0), "{what}: {file}");
            taken += 1;
        }
    }
    println!("op-geth: the same hash for {taken} changed files");
    assert!(taken > official::SAMPLE, "op-geth refused most of them");
}
