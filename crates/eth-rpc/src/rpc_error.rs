//! The error of one call, as a node writes it.

use op_util::foreign::clean;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::{Unread, counts::Counts};

/// Providers write one in many forms: a text in the place of the object, a code as text, no message.
#[derive(Debug)]
pub(crate) struct RpcError {
    code: i64,
    pub(crate) message: String,
    /// What the contract gave with a revert; other errors have other things here.
    data: Option<String>,
}

impl<'de> Deserialize<'de> for RpcError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Form<'a> {
            #[serde(borrow)]
            code: Option<&'a RawValue>,
            #[serde(borrow)]
            message: Option<&'a RawValue>,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        let raw = <&RawValue>::deserialize(deserializer)?;
        let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).ok();
        let words = |raw: &RawValue| text(raw).unwrap_or_else(|| raw.get().to_owned());
        Ok(match serde_json::from_str::<Form<'_>>(raw.get()) {
            Ok(form) => Self {
                code: form.code.and_then(|code| words(code).parse().ok()).unwrap_or_default(),
                message: form.message.map(words).unwrap_or_default(),
                data: form.data.and_then(text),
            },
            Err(_) => Self { code: 0, message: words(raw), data: None },
        })
    }
}

/// The codes of limits: EIP-1474's, HTTP's, and one of a hosted provider.
const LIMITS: [i64; 3] = [-32005, 429, -32007];

/// How limits are said in words, by providers that have no code for them.
const LIMITS_IN_WORDS: [&str; 4] =
    ["rate limit", "too many requests", "limit exceeded", "request limit"];

/// `Error(string)` and `Panic(uint256)`: nodes put them into words.
const IN_WORDS: [&str; 2] = ["0x08c379a0", "0x4e487b71"];

impl RpcError {
    /// Code 3 is geth's for reverts; others say it in words only.
    pub(crate) fn into_unread(self, counts: &Counts) -> Unread {
        let is_revert = self.code == 3 || self.message.contains("revert");
        if !is_revert && self.is_limit() {
            counts.refused();
        }
        if is_revert {
            Unread::Reverted(self.reason())
        } else {
            let message = clean(&self.message);
            Unread::Unreachable(format!("the node answers {message:?} (code {})", self.code))
        }
    }

    fn is_limit(&self) -> bool {
        let words = self.message.to_ascii_lowercase();
        LIMITS.contains(&self.code) || LIMITS_IN_WORDS.iter().any(|limit| words.contains(limit))
    }

    /// The message, and a custom error's data, which nodes leave out of it.
    fn reason(&self) -> String {
        match &self.data {
            Some(data)
                if data.len() >= IN_WORDS[0].len()
                    && !IN_WORDS.iter().any(|known| data.starts_with(known))
                    && !self.message.contains(data.as_str()) =>
            {
                clean(&format!("{} ({data})", self.message))
            }
            _ => clean(&self.message),
        }
    }
}
