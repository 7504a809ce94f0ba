//! What the nodes of a world answer.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_kit::node::{Answer, Say, Whole};

use crate::world::names::{ANCHOR, GAME, GETTERS, PRESTATE_HASH, REGISTRY, ROLES, VM, WETH};

/// A contract's answer of one word, right-aligned.
pub(crate) fn word(hex: &str) -> Value {
    json!(format!("0x{:0>64}", hex.trim_start_matches("0x")))
}

/// A contract's answer of type `bytes`.
pub(crate) fn bytes(hex: &str) -> Value {
    let padding = "0".repeat((64 - hex.len() % 64) % 64);
    json!(format!("0x{:064x}{:064x}{hex}{padding}", 32, hex.len() / 2))
}

/// A contract's answer of type `string`.
pub(crate) fn text(text: &str) -> Value {
    bytes(&alloy_primitives::hex::encode(text))
}

/// The factory's answer about a game.
pub(crate) fn game_at_index(game_type: u32) -> Value {
    json!(format!("0x{game_type:064x}{:064x}{GAME:0>64}", 0x6a36_0a34))
}

/// Arguments of a permissioned game of this chain.
pub(crate) fn game_args() -> String {
    game_args_with(PRESTATE_HASH)
}

/// The same with another prestate.
pub(crate) fn game_args_with(prestate: &str) -> String {
    format!("{prestate}{VM}{REGISTRY}{WETH}{:064x}{}{}", 901, ROLES[2].2, ROLES[3].2)
}

/// What a node says to each read by name, and to whole requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Script {
    pub(crate) says: BTreeMap<&'static str, Say>,
    /// To all requests.
    pub(crate) always: Whole,
    /// To the first request of all.
    pub(crate) first: Whole,
    /// To requests for what the first answers lead to, which come second.
    pub(crate) second: Whole,
    /// The number of the only block there is, beside the tagged ones.
    pub(crate) block: &'static str,
    /// The secret of those that are served, of a node that does not serve everybody.
    pub(crate) secret: Option<&'static str>,
    /// Nobody listens there.
    pub(crate) gone: bool,
    /// The only game type that is registered, or all of them.
    pub(crate) registered: u32,
}

impl Script {
    pub(crate) fn say(&mut self, read: &'static str, say: Say) {
        assert!(self.says.insert(read, say).is_some(), "nobody reads {read}");
    }

    pub(crate) fn result(&mut self, read: &'static str, value: Value) {
        self.say(read, Say::Result(value));
    }

    pub(crate) fn value(&self, read: &str) -> &Value {
        match &self.says[read] {
            Say::Result(value) => value,
            other => panic!("{read}: {other:?}"),
        }
    }

    pub(crate) fn edit(&mut self, read: &'static str, field: &str, value: Value) {
        let mut result = self.value(read).clone();
        result[field] = value;
        self.result(read, result);
    }
}

/// Every game type is registered, with the same terms.
pub(crate) const ALL: u32 = u32::MAX;

impl Script {
    /// Whether a call is about the game type that there is.
    fn is_registered(&self, data: &str) -> bool {
        self.registered == ALL || data.ends_with(&format!("{:08x}", self.registered))
    }

    /// Whether this is the number of the finalized block.
    fn is_finalized(&self, number: &Value) -> bool {
        let finalized = self.says.get("finalized");
        matches!(finalized, Some(Say::Result(block)) if block["number"] == *number)
    }
}

impl Script {
    /// Whether this is the number of an earlier block that accounts are looked up at.
    fn is_past(&self, number: &Value) -> bool {
        if !self.says.contains_key("past block") {
            return false;
        }
        let value = |number: &Value| u64::from_str_radix(number.as_str()?.get(2..)?, 16).ok();
        let Some(Say::Result(newest)) = self.says.get("latest") else { return false };
        let (Some(number), Some(newest)) = (value(number), value(&newest["number"])) else {
            return false;
        };
        number == 0 || [3, 12].iter().any(|back| number + back == newest)
    }
}

impl Answer for Script {
    fn whole(&self, position: usize, batch: Option<&Value>) -> Whole {
        let second = batch.is_some_and(|batch| batch.to_string().contains(ANCHOR));
        match (position, second) {
            (0, _) if !matches!(self.first, Whole::Calls) => self.first,
            (_, true) => self.second,
            _ => self.always,
        }
    }

    fn call(&self, method: &str, params: &Value) -> Say {
        let says =
            |read: &str| self.says.get(read).cloned().unwrap_or(Say::Error(-32601, "unknown"));
        match method {
            "eth_getBlockByNumber" if self.is_finalized(&params[0]) => {
                at_its_time(says("finalized"))
            }
            "eth_getBlockByNumber" if params[0] == "latest" => at_its_time(says("latest")),
            "eth_getBlockByNumber" if params[0] == "finalized" => at_its_time(says("finalized")),
            "eth_getBlockByNumber" if params[0] != self.block && self.is_past(&params[0]) => {
                at_its_time(says("past block"))
            }
            // Null is what a node says about a block that it does not have.
            "eth_getBlockByNumber" if params[0] != self.block => Say::Result(json!(null)),
            "eth_getTransactionCount" if params[1] == "pending" => says("pending transactions"),
            "eth_getTransactionCount" if params[1].is_string() => says("past transactions"),
            "eth_getBalance" if params[0] != format!("0x{}", ROLES[1].2) => {
                Say::Result(json!("0x0"))
            }
            "eth_call" => {
                let to = params[0]["to"].as_str().unwrap();
                let data = params[0]["data"].as_str().unwrap();
                let getter = GETTERS
                    .iter()
                    .find(|getter| to.ends_with(getter.0) && data[2..].starts_with(getter.1));
                match getter {
                    // An account without code.
                    None => Say::Result(json!("0x")),
                    Some((.., "gameImpls")) if !self.is_registered(data) => Say::Result(word("0")),
                    Some((.., "gameArgs")) if !self.is_registered(data) => Say::Result(bytes("")),
                    // At a block by its number: an earlier one.
                    Some((.., "batcherHash"))
                        if params[1].is_string() && self.says.contains_key("past batcherHash") =>
                    {
                        says("past batcherHash")
                    }
                    Some((.., name)) => says(name),
                }
            }
            _ => says(method),
        }
    }

    fn get(&self, path: &str) -> Say {
        // The URL's own path comes first, its query last.
        let path =
            path.strip_prefix("/v3/SECRETKEY/").and_then(|path| path.strip_suffix("?key=token9"));
        let say = path.and_then(|path| self.says.get(path).cloned());
        say.unwrap_or(Say::Error(404, "Not Found"))
    }

    fn serves(&self, authorization: Option<&str>) -> bool {
        let Some(secret) = self.secret else { return true };
        authorization.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| {
            let (text, signature) = token.rsplit_once('.').unwrap();
            let claims = BASE64_URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().1).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            claims["iat"].as_u64().unwrap().abs_diff(now()) < 60
                && BASE64_URL_SAFE_NO_PAD.encode(hmac(secret, text)) == signature
        })
    }
}

/// HMAC-SHA256 of a text, by the steps of RFC 2104.
fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let key = alloy_primitives::hex::decode(secret).unwrap();
    let padded = |pad: u8| {
        let block = (0..64).map(|place| key.get(place).copied().unwrap_or_default() ^ pad);
        block.collect::<Vec<u8>>()
    };
    let inner = Sha256::digest([&padded(0x36)[..], text.as_bytes()].concat());
    Sha256::digest([&padded(0x5c)[..], &inner[..]].concat()).to_vec()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A time of the form `NOW`, `NOW-5` or `NOW+5` is that of the answer.
fn at_its_time(say: Say) -> Say {
    let with_time = |mut block: Value| {
        let shift = block["timestamp"].as_str().and_then(|time| time.strip_prefix("NOW"));
        if let Some(shift) = shift {
            let seconds = if shift.is_empty() { 0 } else { shift.parse::<i64>().unwrap() };
            block["timestamp"] = json!(format!("{:#x}", now().saturating_add_signed(seconds)));
        }
        block
    };
    match say {
        Say::Result(block) => Say::Result(with_time(block)),
        Say::Twice(block) => Say::Twice(with_time(block)),
        other => other,
    }
}
