//! What a node may say instead of the truth.

use serde_json::{Value, json};
use test_kit::node::{Say, Whole};

use crate::verdict::Verdict::{self, Refuse, Wait};

/// What a node may say instead of the truth, and what follows: not known is wait, nonsense is refuse.
pub(crate) fn lies(truth: &Value) -> Vec<(&'static str, Say, Verdict)> {
    let shorter = match truth {
        Value::String(text) => json!(text[..text.len() / 2]),
        _ => json!({"number": truth["number"], "timestamp": truth["timestamp"]}),
    };
    vec![
        ("an error", Say::Error(-32000, "header not found"), Wait),
        ("a limit", Say::Error(-32005, "rate limited"), Wait),
        ("an unknown method", Say::Error(-32601, "the method does not exist"), Wait),
        ("nothing", Say::Nothing, Wait),
        ("a revert", Say::Error(3, "execution reverted"), Refuse),
        ("a revert without code", Say::Error(-32000, "execution reverted: no"), Refuse),
        ("itself twice", Say::Twice(truth.clone()), Refuse),
        ("null", Say::Result(json!(null)), Refuse),
        ("0x", Say::Result(json!("0x")), Refuse),
        ("an empty string", Say::Result(json!("")), Refuse),
        ("no hex", Say::Result(json!("0xzz")), Refuse),
        ("a word", Say::Result(json!("latest")), Refuse),
        ("a number", Say::Result(json!(900)), Refuse),
        ("true", Say::Result(json!(true)), Refuse),
        ("an object", Say::Result(json!({})), Refuse),
        ("a list", Say::Result(json!([truth])), Refuse),
        ("half of the truth", Say::Result(shorter), Refuse),
    ]
}

/// Lies about a list of names: a list of names is none.
pub(crate) fn lies_of_a_list(truth: &Value) -> Vec<(&'static str, Say, Verdict)> {
    lies(&json!(truth[0]))
        .into_iter()
        .filter(|lie| !matches!(lie.0, "a list" | "itself twice"))
        .collect()
}

/// Whether a node says with this fault that it is asked too much.
pub(crate) fn is_limit(fault: &str) -> bool {
    fault.starts_with("429") || fault == "an error for the batch"
}

/// Faults of a whole request, and what follows.
pub(crate) fn faults() -> Vec<(&'static str, Whole, Verdict)> {
    vec![
        ("429 for ever", Whole::Status("429 Too Many Requests", ""), Wait),
        (
            "429 and a long pause",
            Whole::Status("429 Too Many Requests", "retry-after: 3600\r\n"),
            Wait,
        ),
        (
            "429 and an endless pause",
            Whole::Status("429 Too Many Requests", "retry-after: 18446744073709551615\r\n"),
            Wait,
        ),
        ("429 and no pause", Whole::Status("429 Too Many Requests", "retry-after: 0\r\n"), Wait),
        (
            "429 until a date",
            Whole::Status(
                "429 Too Many Requests",
                "retry-after: Wed, 21 Oct 2099 07:28:00 GMT\r\n",
            ),
            Wait,
        ),
        ("500", Whole::Status("500 Internal Server Error", ""), Wait),
        ("503", Whole::Status("503 Service Unavailable", ""), Wait),
        ("401", Whole::Status("401 Unauthorized", ""), Wait),
        ("404", Whole::Status("404 Not Found", ""), Wait),
        ("a redirect", Whole::Status("302 Found", "location: /elsewhere\r\n"), Wait),
        ("a reset", Whole::Reset, Wait),
        ("half an answer", Whole::Truncated, Wait),
        ("silence", Whole::Hang, Wait),
        (
            "an error for the batch",
            Whole::Body(
                r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"too large"}}"#,
            ),
            Wait,
        ),
        ("no answers", Whole::Body("[]"), Wait),
        // What is no answer at all says nothing of the chain.
        ("an empty body", Whole::Body(""), Wait),
        ("HTML", Whole::Body("<!doctype html><title>Sign in</title>"), Wait),
        ("garbage", Whole::Body("}{"), Wait),
        ("half of JSON", Whole::Body(r#"[{"jsonrpc":"2.0","id":0,"result":"0x38"#), Wait),
        ("null", Whole::Body("null"), Wait),
        (
            "one answer for the batch",
            Whole::Body(r#"{"jsonrpc":"2.0","id":0,"result":"0x384"}"#),
            Wait,
        ),
        ("numbers", Whole::Body("[1, 2, 3]"), Wait),
    ]
}
