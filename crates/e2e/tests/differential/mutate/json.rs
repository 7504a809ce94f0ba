//! Changes of one member of a JSON file, also such that no JSON library would write.

use serde_json::{Map, Value, json};

use e2e::random::Random;

use crate::base::FORKS;

/// A changed text, and what was done to it.
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) what: String,
    pub(crate) text: String,
}

/// What stands for a piece of text that `serde_json` would not write.
const RAW: &str = "@raw@";

/// Values of every kind, as texts.
const VALUES: [&str; 34] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "0",
    "1",
    "2",
    "-1",
    "-0",
    "0.0",
    "1.0",
    "1.5",
    "1e3",
    "00",
    "0x10",
    "\"0\"",
    "\"1\"",
    "\"0x0\"",
    "\"0x1\"",
    "\"0x\"",
    "\"0X1\"",
    "\" 1\"",
    "\"1 \"",
    "\"+1\"",
    "\"1_0\"",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "\"18446744073709551615\"",
    "\"0xffffffffffffffff\"",
    "\"0x10000000000000000\"",
    "\"0x00000000000000000000000000000000000000000000000000000000000000000\"",
];

/// Names that stand in the files of some other release, network or program.
const STRANGE_NAMES: [&str; 22] = [
    "_comment",
    "taiga_time",
    "karst_tme",
    "da_challenge_contract_address",
    "basefeeScalar",
    "blobBaseFeeScalar",
    "name",
    "osakaTime",
    "bpo1Time",
    "verkleTime",
    "interopTime",
    "interop_time",
    "eip150Hash",
    "ethash",
    "clique",
    "depositContractAddress",
    "terminalTotalDifficultyPassed",
    "pectra_blob_schedule_time",
    "alt_da",
    "blobSchedule",
    "enableVerkleAtGenesis",
    "amsterdamTime",
];

/// Changes a JSON text in one place, below members of a name in `apart` not at all.
pub(crate) fn any(random: &mut Random, text: &str, apart: &[&str], genesis: u64) -> Option<Change> {
    let Ok(mut file) = serde_json::from_str::<Value>(text) else { return None };
    if random.one_in(25) {
        return Some(whole(random, text));
    }
    let mut places = Vec::new();
    members(&file, "", apart, &mut places);
    if places.is_empty() {
        return None;
    }
    let place = random.pick(&places).clone();
    let (parent, name) = place.rsplit_once('/')?;
    let parent = file.pointer_mut(parent)?.as_object_mut()?;
    let value = parent.get(name)?.clone();
    let is_time = name.ends_with("_time") || (name.ends_with("Time") && value.is_number());
    let (kind, what, raw) = match random.below(13) {
        0 => {
            parent.remove(name);
            ("drop", String::new(), String::new())
        }
        1 => ("misspelt", renamed(parent, name, misspelt(random, name)), String::new()),
        2 => ("letter case", renamed(parent, name, other_case(random, name)), String::new()),
        3 => unknown(random, parent),
        4 => twice(random, parent, name, &value),
        5 | 6 if is_time => time(random, parent, name, genesis),
        7 | 8 if value.is_string() => text_value(random, parent, name, &value),
        9 if is_time => swapped(random, parent, name),
        10 => other_chain(random, parent, name),
        11 => ("other spelling", renamed(parent, name, other_spelling(name)), String::new()),
        _ => {
            let raw = (*random.pick(&VALUES)).to_owned();
            parent.insert(name.to_owned(), json!(RAW));
            ("value", raw.clone(), raw)
        }
    };
    let text = file
        .to_string()
        .replace(&format!("\"{RAW}\":null"), &raw)
        .replace(&format!("\"{RAW}\""), &raw);
    Some(Change { kind, what: format!("{place} {kind} {what}"), text })
}

/// The places of all members of objects.
fn members(value: &Value, place: &str, apart: &[&str], places: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let place = format!("{place}/{name}");
        if !apart.contains(&name.as_str()) {
            members(value, &place, apart, places);
        }
        places.push(place);
    }
}

fn whole(random: &mut Random, text: &str) -> Change {
    let changes: [(&'static str, String); 10] = [
        ("cut off", text[..text.len() / 2].to_owned()),
        ("byte order mark", format!("\u{feff}{text}")),
        ("more behind", format!("{text} x")),
        ("two values", format!("{text}{text}")),
        ("line ends of Windows", text.replace(',', ",\r\n")),
        ("empty", String::new()),
        ("a web page", "<!DOCTYPE html><title>404</title>".to_owned()),
        ("in an array", format!("[{text}]")),
        ("a comma too many", text.replacen('}', ",}", 1)),
        ("a comment", text.replacen('{', "{ // comment\n", 1)),
    ];
    let (what, text) = random.pick(&changes).clone();
    Change { kind: "whole file", what: what.to_owned(), text }
}

type Changed = (&'static str, String, String);

fn renamed(parent: &mut Map<String, Value>, name: &str, other: String) -> String {
    if let Some(value) = parent.remove(name) {
        parent.insert(other.clone(), value);
    }
    other
}

fn misspelt(random: &mut Random, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = random.place(letters.len());
    match random.below(3) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, (at + 1) % name.chars().count()),
    }
    letters.into_iter().collect()
}

fn other_case(random: &mut Random, name: &str) -> String {
    match random.below(3) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        _ => {
            name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect()
        }
    }
}

/// `canyonTime` for `canyon_time`, and the other way round: most names of the files have a sister.
fn other_spelling(name: &str) -> String {
    let mut words = name.split('_');
    if name.contains('_') {
        let first = words.next().unwrap_or_default().to_owned();
        return words.fold(first, |name, word| {
            let (initial, rest) = word.split_at(word.len().min(1));
            name + &initial.to_uppercase() + rest
        });
    }
    name.chars().fold(String::new(), |name, letter| match letter {
        'A'..='Z' => format!("{name}_{}", letter.to_ascii_lowercase()),
        _ => format!("{name}{letter}"),
    })
}

fn unknown(random: &mut Random, parent: &mut Map<String, Value>) -> Changed {
    let name = *random.pick(&STRANGE_NAMES);
    let raw = *random.pick(&[
        "0",
        "1999999999",
        "null",
        "\"\"",
        "{}",
        "true",
        "\"0x0000000000000000000000000000000000000001\"",
    ]);
    parent.insert(name.to_owned(), json!(RAW));
    ("more members", format!("{name}: {raw}"), raw.to_owned())
}

fn twice(
    random: &mut Random,
    parent: &mut Map<String, Value>,
    name: &str,
    value: &Value,
) -> Changed {
    let value = match random.below(3) {
        0 => value.to_string(),
        1 => (*random.pick(&VALUES)).to_owned(),
        _ => "null".to_owned(),
    };
    let name = if random.one_in(3) { name.to_uppercase() } else { name.to_owned() };
    parent.insert(RAW.to_owned(), Value::Null);
    ("twice", format!("{name}: {value}"), format!("{}:{value}", json!(name)))
}

/// Times about that of genesis, and of other forks.
fn time(random: &mut Random, parent: &mut Map<String, Value>, name: &str, genesis: u64) -> Changed {
    let others: Vec<u64> = parent.values().filter_map(Value::as_u64).collect();
    let mut times = vec![0, 1, genesis - 1, genesis, genesis + 1, genesis + 3600, 4_000_000_000];
    times.extend(&others);
    let time = *random.pick(&times);
    parent.insert(name.to_owned(), json!(time));
    ("fork's time", time.to_string(), String::new())
}

/// The times of two forks.
fn swapped(random: &mut Random, parent: &mut Map<String, Value>, name: &str) -> Changed {
    let suffix = if name.ends_with("_time") { "_time" } else { "Time" };
    let other = format!("{}{suffix}", random.pick(&FORKS));
    let (one, two) = (parent.remove(name), parent.remove(&other));
    if let Some(value) = two {
        parent.insert(name.to_owned(), value);
    }
    if let Some(value) = one {
        parent.insert(other.clone(), value);
    }
    ("forks swapped", other, String::new())
}

fn other_chain(random: &mut Random, parent: &mut Map<String, Value>, name: &str) -> Changed {
    let number = *random.pick(&[1, 10, 900, 901, 8453, 17_000, 560_048, 11_155_111]);
    parent.insert(name.to_owned(), json!(number));
    ("another chain's number", number.to_string(), String::new())
}

/// Hex, mostly.
fn text_value(
    random: &mut Random,
    parent: &mut Map<String, Value>,
    name: &str,
    value: &Value,
) -> Changed {
    let text = value.as_str().unwrap_or_default();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let half = &digits[..digits.len() / 2];
    let texts = [
        digits.to_owned(),
        format!("0X{digits}"),
        format!("0x{}", digits.to_uppercase()),
        format!("0x{digits}0"),
        format!("0x{digits}00"),
        format!("0x00{digits}"),
        format!("0x{}", digits.get(1..).unwrap_or_default()),
        format!("0x{}", digits.get(2..).unwrap_or_default()),
        format!("0x{half}"),
        format!("0x{}", "0".repeat(digits.len())),
        format!("0x{}", "f".repeat(digits.len())),
        format!("0x{}g", digits.get(1..).unwrap_or_default()),
        format!(" 0x{digits}"),
        format!("0x{digits} "),
        format!("0x {}", digits.get(1..).unwrap_or_default()),
        "0x".to_owned(),
        String::new(),
        "0x1".to_owned(),
    ];
    let text = random.pick(&texts).clone();
    parent.insert(name.to_owned(), json!(text));
    ("text", format!("{text:?}"), String::new())
}
