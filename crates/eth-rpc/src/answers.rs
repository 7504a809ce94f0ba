//! The answers to a batch, sorted by their ids.

use std::fmt;

use op_util::foreign::clean;
use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{Reading, Slot, Unread, counts::Counts, refusal, rpc_error::RpcError};

/// The answers to a batch.
#[derive(Debug)]
pub struct Answers(pub(super) Reading<Vec<Answer>>);

/// The answer to one call.
pub(super) type Answer = Reading<Box<RawValue>>;

impl Answers {
    /// The answers to a batch that was not sent, for this reason.
    #[must_use]
    pub const fn none(reason: Unread) -> Self {
        Self(Err(reason))
    }

    /// Whether the batch was answered at all, whatever the answer to each call is.
    pub fn whole(&self) -> Reading<()> {
        self.0.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Reads the body of a response to a batch of that many calls.
    #[must_use]
    pub fn read(body: &[u8], calls: usize) -> Self {
        Self(match sort(body, 0, calls, &Counts::default()) {
            Reply::Each(answers) => Ok(answers),
            Reply::TooMany => Err(Unread::Unreachable(refusal::REASON.to_owned())),
            Reply::Whole(unread) => Err(unread),
        })
    }

    /// The answer to one call.
    pub fn take<T>(&self, slot: &Slot<T>) -> Reading<T> {
        let answers = self.0.as_ref().map_err(Clone::clone)?;
        let raw = answers[slot.id].as_ref().map_err(Clone::clone)?;
        (slot.decode)(raw).map_err(|error| Unread::Malformed(clean(&error)))
    }
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(default, deserialize_with = "number")]
    id: Option<usize>,
    // A result of null is an answer, no result is none.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<RpcError>,
}

/// What a body says to the calls that were sent together.
pub(crate) enum Reply {
    /// To each call on its own.
    Each(Vec<Answer>),
    /// The node does not take so many calls at once.
    TooMany,
    /// To the batch as a whole.
    Whole(Unread),
}

/// Sorts the answers of calls by their ids, the first of which is `first`.
pub(crate) fn sort(body: &[u8], first: usize, count: usize, counts: &Counts) -> Reply {
    let mut json = serde_json::Deserializer::from_slice(body);
    // A call may be answered twice, which is an error of that call alone.
    let read = json.deserialize_seq(AtMost(2 * count));
    let answers = match read.and_then(|answers| json.end().map(|()| answers)) {
        Ok(answers) => answers,
        Err(error) => return whole(body, &error, count, counts),
    };
    if answers.is_empty() {
        let reason = "the node left every call unanswered".to_owned();
        return Reply::Whole(Unread::Unreachable(reason));
    }
    let refused = |answer: &Written<'_>| {
        answer.error.as_ref().is_some_and(|error| refusal::is_of_batch(&error.message))
    };
    if count > 1 && answers.iter().all(refused) {
        return Reply::TooMany;
    }
    Reply::Each(by_id(answers, first, count, counts))
}

fn by_id(answers: Vec<Written<'_>>, first: usize, count: usize, counts: &Counts) -> Vec<Answer> {
    let missing = || Err(Unread::Unreachable("the node left this call unanswered".to_owned()));
    let malformed = |what: &str| Err(Unread::Malformed(what.to_owned()));
    let mut slots: Vec<_> = (0..count).map(|_| None).collect();
    for answer in answers {
        let place = answer.id.and_then(|id| id.checked_sub(first));
        let Some(slot) = place.and_then(|place| slots.get_mut(place)) else { continue };
        *slot = Some(match (answer.result, answer.error) {
            _ if slot.is_some() => malformed("the node answers this call twice"),
            (_, Some(error)) => Err(error.into_unread(counts)),
            (Some(result), None) => Ok(result.to_owned()),
            (None, None) => malformed("neither a result nor an error"),
        });
    }
    slots.into_iter().map(|slot| slot.unwrap_or_else(missing)).collect()
}

/// Some nodes write the id as text. One that is no number is nobody's.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let id = <&RawValue>::deserialize(deserializer)?;
    Ok(id.get().trim_matches('"').parse().ok())
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// A node that refuses a batch as a whole answers with one error object.
fn whole(body: &[u8], error: &serde_json::Error, count: usize, counts: &Counts) -> Reply {
    let Ok(Written { error: Some(refusal), .. }) = serde_json::from_slice::<Written<'_>>(body)
    else {
        // A page in the place of an answer says nothing of what was asked.
        let error = clean(&error.to_string());
        let reason = format!("not JSON-RPC ({error}): is this the URL of a node?");
        return Reply::Whole(Unread::Unreachable(reason));
    };
    if count > 1 && refusal::is_of_batch(&refusal.message) {
        return Reply::TooMany;
    }
    Reply::Whole(refusal.into_unread(counts))
}

/// At most that many answers: a list of more is no answer, and is not read to its end.
struct AtMost(usize);

impl<'de> Visitor<'de> for AtMost {
    type Value = Vec<Written<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of at most {} answers", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut answers = Vec::with_capacity(self.0);
        for seen in 0.. {
            let Some(raw) = items.next_element::<&RawValue>()? else { break };
            if seen == self.0 {
                return Err(de::Error::custom(format_args!("more than {} answers", self.0)));
            }
            // What is no answer is none to any call, and says nothing of the others.
            answers.extend(serde_json::from_str::<Written<'de>>(raw.get()).ok());
        }
        Ok(answers)
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

    /// What is made of the answers to two calls.
    fn two(body: &str) -> Vec<String> {
        match Answers::read(body.as_bytes(), 2).0 {
            Ok(all) => all
                .iter()
                .map(|one| match one {
                    Ok(raw) => raw.get().to_owned(),
                    Err(Unread::Malformed(_)) => "malformed".to_owned(),
                    Err(error) => error.to_string(),
                })
                .collect(),
            Err(Unread::Malformed(reason)) => vec![format!("malformed: {reason}")],
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn an_odd_answer_spoils_no_other_and_is_no_proof() {
        for (first, said) in [
            (r#"{"id":0,"error":{"code":"-32005","message":"limit"}}"#, "(code -32005)"),
            (r#"{"id":0,"error":{"code":-32000,"message":null}}"#, "code -32000"),
            (r#"{"id":0,"error":"rate limit exceeded"}"#, "rate limit exceeded"),
            (r#"{"id":"0","result":"0x1"}"#, "0x1"),
            (r#"{"id":{},"result":"0x1"}"#, "unanswered"),
            ("7", "unanswered"),
            (r#""text""#, "unanswered"),
        ] {
            let found = two(&format!(r#"[{first},{{"id":1,"result":"0x2"}}]"#));
            assert!(found[0].contains(said), "{first}: {found:?}");
            assert_eq!(found[1], r#""0x2""#, "{first}");
        }
        for body in [
            "<html>maintenance</html>",
            r#"{"error":"rate limit exceeded"}"#,
            r#"{"error":{"code":"x","message":7}}"#,
            "",
            "null",
        ] {
            let found = two(body);
            assert!(found.len() == 1 && !found[0].starts_with("malformed"), "{body}: {found:?}");
        }
    }

    #[test]
    fn limits_are_counted_by_code_and_by_word() {
        for (error, limits) in [
            (r#"{"code":-32007,"message":"50/second"}"#, 1),
            (r#"{"code":-32000,"message":"Too Many Requests"}"#, 1),
            (r#"{"code":3,"message":"execution reverted: rate limit"}"#, 0),
            (r#"{"code":-32000,"message":"header not found"}"#, 0),
        ] {
            let counts = Counts::default();
            let body = format!(r#"[{{"id":0,"error":{error}}}]"#);
            let Reply::Each(_) = sort(body.as_bytes(), 0, 1, &counts) else { panic!("{error}") };
            assert_eq!(counts.limits().lost, limits, "{error}");
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
