//! What the official programs go by in the chain's files, written down from their sources: op-geth's
//! `core/gen_genesis.go` and `core/genesis.go`, op-node's `rollup/types.go`. Two files of one meaning
//! may have one hash, others may not.

use std::collections::BTreeMap;

use super::json::{Json, folded};

/// Every fact by its name.
pub(crate) type Meaning = BTreeMap<String, String>;

const FORKS: [&str; 9] = [
    "regolithTime",
    "canyonTime",
    "ecotoneTime",
    "fjordTime",
    "graniteTime",
    "holoceneTime",
    "isthmusTime",
    "jovianTime",
    "karstTime",
];

/// The facts of a genesis.json; `None` if programs differ on it or refuse it.
pub(crate) fn of_genesis(file: &Json) -> Option<Meaning> {
    let mut meaning = Meaning::new();
    let mut say = |name: &str, fact: String| drop(meaning.insert(name.to_owned(), fact));
    let top = Fields::of(file)?;
    for name in ["timestamp", "gasLimit", "difficulty"] {
        say(name, number(top.get(name)?)?);
    }
    for (name, default) in [
        ("nonce", "0"),
        ("number", "0"),
        ("gasUsed", "0"),
        ("baseFeePerGas", "3b9aca00"),
        ("excessBlobGas", "0"),
        ("blobGasUsed", "0"),
    ] {
        say(name, top.or(name, default, number)?);
    }
    for (name, bytes) in [("mixHash", 32), ("parentHash", 32), ("coinbase", 20), ("extraData", 0)] {
        say(name, top.or(name, &"00".repeat(bytes), bytes_of)?);
    }

    let config = Fields::of(top.get("config")?)?;
    for name in ["chainId", "londonBlock"] {
        say(name, digits(config.get(name)?)?);
    }
    Fields::of(config.get("optimism")?)?;
    let now = u128::from_str_radix(&number(top.get("timestamp")?)?, 16).ok()?;
    for name in FORKS {
        say(name, config.or(name, "never", digits)?);
    }
    for name in ["shanghaiTime", "cancunTime", "pragueTime"] {
        let time = config.or(name, "never", digits)?;
        say(name, time.parse::<u128>().is_ok_and(|time| time <= now).to_string());
    }

    for (address, account) in Fields::of(top.get("alloc")?)?.0 {
        let address = unprefixed(address)?;
        let account = Fields::of(account)?;
        let mut say =
            |name: &str, fact| meaning.insert(format!("{address} {name}"), fact).is_none();
        let mut new = say("balance", number(account.get("balance")?)?);
        new &= say("nonce", account.or("nonce", "0", number)?);
        new &= say("code", account.or("code", "", code)?);
        if let Json::Object(storage) = account.get("storage")? {
            for (slot, value) in storage {
                new &= say(&word(slot)?, word(value.text()?)?);
            }
        }
        if !new {
            return None;
        }
    }
    // A slot of zeros is one that is not there.
    meaning.retain(|name, value| name.len() < 40 + 1 + 64 || *value != "0".repeat(64));
    Some(meaning)
}

/// The facts of a rollup.json: every value by the way to it.
pub(crate) fn of_rollup(file: &Json) -> Option<Meaning> {
    fn collect(meaning: &mut Meaning, way: &str, value: &Json) -> Option<()> {
        match value {
            Json::Object(_) => {
                for (name, value) in value.members()? {
                    collect(meaning, &format!("{way}/{name}"), value)?;
                }
            }
            // A fork without a time is one that is not there.
            Json::Null if way.ends_with("_time") => {}
            Json::Text(text) if text.starts_with("0x") && is_hex(&text[2..]) => {
                meaning.insert(way.to_owned(), text.to_lowercase());
            }
            other => drop(meaning.insert(way.to_owned(), other.to_string())),
        }
        Some(())
    }
    let mut meaning = Meaning::new();
    collect(&mut meaning, "", file)?;
    Some(meaning)
}

/// The members of an object by name.
struct Fields<'a>(&'a [(String, Json)]);

impl<'a> Fields<'a> {
    fn of(value: &'a Json) -> Option<Self> {
        if let Json::Object(members) = value { Some(Self(members)) } else { None }
    }

    /// A field, null if it is not there; nothing if programs do not agree which it is.
    fn get(&self, name: &str) -> Option<&'a Json> {
        let mut found = self.0.iter().filter(|(other, _)| folded(other) == folded(name));
        match (found.next(), found.next()) {
            (None, _) => Some(&Json::Null),
            (Some((other, value)), None) if other == name => Some(value),
            _ => None,
        }
    }

    /// A field, or what stands for it when it is null or not there.
    fn or(
        &self,
        name: &str,
        default: &str,
        read: impl Fn(&Json) -> Option<String>,
    ) -> Option<String> {
        let value = self.get(name)?;
        if *value == Json::Null { Some(default.to_owned()) } else { read(value) }
    }
}

/// A number in hex: written with `0x` or in decimal, as text or as a number.
fn number(value: &Json) -> Option<String> {
    let text = match value {
        Json::Text(text) => text,
        other => return digits(other).map(|text| to_hex(&text)),
    };
    match text.strip_prefix("0x") {
        Some(hex) => (!hex.is_empty() && is_hex(hex)).then(|| shortened(&hex.to_lowercase())),
        None if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        None => Some(to_hex(text)),
    }
}

/// A number of JSON without sign, fraction and exponent.
fn digits(value: &Json) -> Option<String> {
    match value {
        Json::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text.clone()),
        _ => None,
    }
}

/// Decimal to hex, as one does it by hand.
fn to_hex(decimal: &str) -> String {
    let mut nibbles = vec![0_u32; 64];
    for digit in decimal.chars().filter_map(|digit| digit.to_digit(10)) {
        let mut carry = digit;
        for nibble in nibbles.iter_mut().rev() {
            let sum = *nibble * 10 + carry;
            (*nibble, carry) = (sum % 16, sum / 16);
        }
    }
    let hex: String = nibbles.iter().filter_map(|&nibble| char::from_digit(nibble, 16)).collect();
    shortened(&hex)
}

fn shortened(hex: &str) -> String {
    let short = hex.trim_start_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

/// Bytes with `0x` before them.
fn bytes_of(value: &Json) -> Option<String> {
    value.text()?.strip_prefix("0x").filter(|hex| is_hex(hex)).map(str::to_lowercase)
}

fn code(value: &Json) -> Option<String> {
    if value.text() == Some("") { Some(String::new()) } else { bytes_of(value) }
}

/// An address; both engines take `0X` for a prefix as well.
fn unprefixed(address: &str) -> Option<String> {
    let hex = address.strip_prefix("0x").or(address.strip_prefix("0X")).unwrap_or(address);
    (hex.len() == 40 && is_hex(hex)).then(|| hex.to_lowercase())
}

fn word(text: &str) -> Option<String> {
    let hex = text.strip_prefix("0x").unwrap_or(text);
    (hex.len() <= 64 && hex.len().is_multiple_of(2) && is_hex(hex))
        .then(|| format!("{:0>64}", hex.to_lowercase()))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
