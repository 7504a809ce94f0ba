//! The error of one call, as a node writes it.

use std::borrow::Cow;

use op_util::foreign::clean;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Unread, counts::Counts};

#[derive(Deserialize)]
pub(crate) struct RpcError<'a> {
    code: i64,
    #[serde(borrow)]
    pub(crate) message: Cow<'a, str>,
    /// What the contract gave with a revert; other errors have other things here.
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// `Error(string)` and `Panic(uint256)`: nodes put them into words.
const IN_WORDS: [&str; 2] = ["0x08c379a0", "0x4e487b71"];

impl RpcError<'_> {
    /// Code 3 is geth's for reverts; others say it in words only. EIP-1474 has a code for "limit
    /// exceeded", and hosted endpoints also put HTTP's here.
    pub(crate) fn into_unread(self, counts: &Counts) -> Unread {
        if matches!(self.code, -32005 | 429) {
            counts.refused();
        }
        if self.code == 3 || self.message.contains("revert") {
            Unread::Reverted(self.reason())
        } else {
            let message = clean(&self.message);
            Unread::Unreachable(format!("the node answers {message:?} (code {})", self.code))
        }
    }

    /// The message, and a custom error's data, which nodes leave out of it.
    fn reason(&self) -> String {
        let data = self.data.and_then(|data| serde_json::from_str::<Cow<'_, str>>(data.get()).ok());
        match data {
            Some(data)
                if data.len() >= IN_WORDS[0].len()
                    && !IN_WORDS.iter().any(|known| data.starts_with(known))
                    && !self.message.contains(&*data) =>
            {
                clean(&format!("{} ({data})", self.message))
            }
            _ => clean(&self.message),
        }
    }
}
