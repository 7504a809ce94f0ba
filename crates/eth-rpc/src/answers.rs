//! The answers to a batch, sorted by their ids.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use crate::{Reading, Slot, Unread, counts::Counts};

/// The answers to a batch.
#[derive(Debug)]
pub struct Answers(pub(super) Reading<Vec<Reading<Box<RawValue>>>>);

impl Answers {
    /// Whether the batch was answered at all, whatever the answer to each call is.
    pub fn whole(&self) -> Reading<()> {
        self.0.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Reads the body of a response to a batch of that many calls.
    #[must_use]
    pub fn read(body: &[u8], calls: usize) -> Self {
        Self(by_id(body, calls, &Counts::default()))
    }

    /// The answer to one call.
    pub fn take<T>(&self, slot: &Slot<T>) -> Reading<T> {
        let answers = self.0.as_ref().map_err(Clone::clone)?;
        let raw = answers[slot.id].as_ref().map_err(Clone::clone)?;
        (slot.decode)(raw).map_err(Unread::Malformed)
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    id: Option<usize>,
    // A result of null is an answer, no result is none.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<RpcError>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
    /// What the contract gave with a revert; other errors have other things here.
    #[serde(default)]
    data: Option<Value>,
}

impl RpcError {
    /// Code 3 is geth's for reverts; others say it in words only. EIP-1474 has a code for "limit
    /// exceeded", and hosted endpoints also put HTTP's here.
    fn into_unread(self, counts: &Counts) -> Unread {
        if matches!(self.code, -32005 | 429) {
            counts.refused();
        }
        if self.code == 3 || self.message.contains("revert") {
            Unread::Reverted(self.reason())
        } else {
            Unread::Unreachable(format!("the node answers {:?} (code {})", self.message, self.code))
        }
    }
}

/// `Error(string)` and `Panic(uint256)`: nodes put them into words.
const IN_WORDS: [&str; 2] = ["0x08c379a0", "0x4e487b71"];

impl RpcError {
    /// The message, and a custom error's data, which nodes leave out of it.
    fn reason(self) -> String {
        match self.data.as_ref().and_then(Value::as_str) {
            Some(data)
                if data.len() >= IN_WORDS[0].len()
                    && !IN_WORDS.iter().any(|known| data.starts_with(known))
                    && !self.message.contains(data) =>
            {
                format!("{} ({data})", self.message)
            }
            _ => self.message,
        }
    }
}

/// Sorts the answers of a batch by their ids.
pub(super) fn by_id(
    body: &[u8],
    count: usize,
    counts: &Counts,
) -> Reading<Vec<Reading<Box<RawValue>>>> {
    let answers: Vec<Answer<'_>> = match serde_json::from_slice(body) {
        Ok(answers) => answers,
        Err(error) => return Err(not_a_batch(body, &error, counts)),
    };
    if answers.is_empty() {
        return Err(Unread::Unreachable("the node left every call unanswered".to_owned()));
    }
    let missing = || Err(Unread::Unreachable("the node left this call unanswered".to_owned()));
    let malformed = |what: &str| Err(Unread::Malformed(what.to_owned()));
    let mut slots: Vec<_> = (0..count).map(|_| None).collect();
    for answer in answers {
        let Some(slot) = answer.id.and_then(|id| slots.get_mut(id)) else { continue };
        *slot = Some(match (answer.result, answer.error) {
            _ if slot.is_some() => malformed("the node answers this call twice"),
            (_, Some(error)) => Err(error.into_unread(counts)),
            (Some(result), None) => Ok(result.to_owned()),
            (None, None) => malformed("neither a result nor an error"),
        });
    }
    Ok(slots.into_iter().map(|slot| slot.unwrap_or_else(missing)).collect())
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// A node that refuses a batch as a whole answers with one error object.
fn not_a_batch(body: &[u8], error: &serde_json::Error, counts: &Counts) -> Unread {
    match serde_json::from_slice::<Answer<'_>>(body) {
        Ok(Answer { error: Some(error), .. }) => error.into_unread(counts),
        _ => Unread::Malformed(format!("not JSON-RPC ({error}): is this the URL of a node?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(error: &str) -> String {
        let body = format!(r#"[{{"id":0,"error":{error}}}]"#);
        let answers = Answers::read(body.as_bytes(), 1);
        match &answers.0 {
            Ok(all) => match &all[0] {
                Err(Unread::Reverted(reason)) => reason.clone(),
                other => format!("{other:?}"),
            },
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_custom_errors_data_is_shown_once_and_words_stay_words() {
        let shown = "execution reverted (0x1a2b3c4d)";
        for (error, expected) in [
            (r#"{"code":3,"message":"execution reverted","data":"0x1a2b3c4d"}"#, shown),
            (
                r#"{"code":3,"message":"execution reverted (0x1a2b3c4d)","data":"0x1a2b3c4d"}"#,
                shown,
            ),
            (
                r#"{"code":3,"message":"execution reverted: no","data":"0x08c379a000"}"#,
                "execution reverted: no",
            ),
            (r#"{"code":3,"message":"execution reverted","data":"0x"}"#, "execution reverted"),
            (r#"{"code":3,"message":"execution reverted","data":{"a":1}}"#, "execution reverted"),
            (r#"{"code":3,"message":"execution reverted"}"#, "execution reverted"),
        ] {
            assert_eq!(reason(error), expected, "{error}");
        }
    }
}
