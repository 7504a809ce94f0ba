//! Changes of rollup.json.

use op_chain::rollup::RollupConfig;

use super::{BYTES, Tally, change, json::Json, meaning, registry};

const SMALL: &[u8] = include_bytes!("../../data/rollup.json");

fn seen(file: &[u8]) -> serde_json::Result<RollupConfig> {
    serde_json::from_slice(file)
}

/// Changes every field and every byte.
fn judge(file: &[u8], what: &str) {
    let meaning = |file: &[u8]| meaning::of_rollup(&Json::parse(file)?);
    let (original, meant) = (seen(file).unwrap(), meaning(file).unwrap());
    let mut tally = Tally::default();
    let mut count = |changed: &[u8], what: &str| {
        let neutral = || meaning(changed).as_ref() == Some(&meant);
        tally.count(&original, &seen(changed), neutral, || {
            format!("{what}\n{}", String::from_utf8_lossy(changed))
        });
    };
    for (what, changed) in change::of_fields(&Json::parse(file).unwrap()) {
        count(changed.as_bytes(), &what);
    }
    for place in 0..file.len() {
        for changed in change::of_byte(file, place, BYTES) {
            count(&changed, &format!("byte {place}"));
        }
    }
    tally.check(what);
}

#[test]
fn every_field_and_byte() {
    judge(SMALL, "rollup.json");
}

#[test]
fn those_of_a_chain_of_the_registry() {
    let Some((_, file)) = registry("sepolia-ink") else { return };
    judge(&file, "a registry's rollup.json");
}
