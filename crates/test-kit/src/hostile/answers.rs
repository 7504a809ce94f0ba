//! Answers that are HTTP, and spoilt in what they say.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{CONTROL, Hostility as H, Right};
use crate::http::{Request, response};

/// A whole answer; `None` where the hostility is not in what is said.
pub(super) fn spoilt(kind: H, request: &Request, right: &Right) -> Option<Vec<u8>> {
    let calls: Option<Vec<Value>> = serde_json::from_slice(&request.body).ok();
    let ok = |body: &[u8]| Some(response("200 OK", "content-type: application/json\r\n", body));
    let page = |status: &str, body: &str| Some(response(status, "", body.as_bytes()));
    let said = |what: &Answered, text: &str| match &calls {
        Some(calls) => ok(&what.to(calls, text)),
        None => page("404 Not Found", text),
    };
    let head = || head(request);
    match kind {
        H::EchoInErrors => said(&Answered::Error, &head()),
        H::EchoDecoded => said(&Answered::Error, &decoded(&head())),
        H::EchoEncoded => said(&Answered::Error, &encoded(&head())),
        H::EchoAgain => page("403 Forbidden", &head().repeat(99)),
        H::EchoInReverts => said(&Answered::Revert, &head()),
        H::EchoInPage => page("403 Forbidden", &head()),
        H::EchoInResults => said(&Answered::Result, &head()),
        H::EchoInHeaders => {
            let headers =
                format!("x-path: {}\r\nwww-authenticate: {}\r\n", request.path, request.path);
            Some(response("500 Internal Server Error", &headers, b""))
        }
        H::ControlInErrors => said(&Answered::Error, CONTROL),
        H::ControlInReverts => said(&Answered::Revert, CONTROL),
        H::ControlInPage => page("403 Forbidden", CONTROL),
        H::ControlInResults => said(&Answered::Result, CONTROL),
        H::ControlInFields => ok(&with_texts(right, &|_| CONTROL.to_owned())),
        H::OtherHeads => ok(&other_heads(right)),
        H::NoUtf8 => ok(&no_utf8(right)),
        H::DuplicateIds => ok(&each_answer(right, |answer| vec![answer.clone(), answer])),
        H::MoreAnswers => ok(&each_answer(right, |answer| {
            let mut other = answer.clone();
            other["id"] = json!(1_000_000);
            vec![answer, other]
        })),
        H::WrongIds => ok(&each_answer(right, |mut answer| {
            answer["id"] = json!(answer["id"].as_u64().unwrap_or_default() + 1_000);
            vec![answer]
        })),
        H::TextIds => ok(&each_answer(right, |mut answer| {
            answer["id"] = json!(answer["id"].to_string());
            vec![answer]
        })),
        H::NoAnswers => ok(b"[]"),
        H::OneAnswer => ok(br#"{"jsonrpc":"2.0","id":0,"result":"0x384"}"#),
        H::Nulls => said(&Answered::Null, ""),
        H::BrotliLie => Some(response("200 OK", "content-encoding: br\r\n", b"no brotli")),
        H::RetryNever => {
            let headers = format!("retry-after: {}\r\n", u64::MAX);
            Some(response("429 Too Many Requests", &headers, b""))
        }
        _ => None,
    }
}

/// How a text is said in answer to calls.
enum Answered {
    Error,
    Revert,
    Result,
    Null,
}

impl Answered {
    fn to(&self, calls: &[Value], text: &str) -> Vec<u8> {
        let answer = |call: &Value| {
            let id = &call["id"];
            match self {
                Self::Error => json!({"id": id, "error": {"code": -32000, "message": text}}),
                Self::Revert => {
                    json!({"id": id, "error": {"code": 3, "message": text, "data": text}})
                }
                Self::Result => json!({"id": id, "result": text}),
                Self::Null => json!({"id": id, "result": null}),
            }
        };
        json!(calls.iter().map(answer).collect::<Vec<_>>()).to_string().into_bytes()
    }
}

/// The request as it came, in one text.
fn head(request: &Request) -> String {
    let Request { method, path, headers, .. } = request;
    let mut head = format!("{method} {path} HTTP/1.1");
    for (name, value) in headers {
        write!(head, "\n{name}: {value}").unwrap();
    }
    head
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    // What is encoded already is decoded first: a proxy does so.
    decoded(text).bytes().map(byte).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits =
            after.get(..2).filter(|_| *first == b'%').and_then(|two| str::from_utf8(two).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &after[2..]).1,
            None => (bytes.push(*first), rest = after).1,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The right answers, each changed.
fn each_answer(right: &Right, change: impl Fn(Value) -> Vec<Value>) -> Vec<u8> {
    match serde_json::from_slice(&right.body) {
        Ok(Value::Array(answers)) => {
            json!(answers.into_iter().flat_map(change).collect::<Vec<_>>())
        }
        Ok(other) => json!(change(other)),
        Err(_) => json!([]),
    }
    .to_string()
    .into_bytes()
}

/// The right answers with another text in the place of each in a result.
fn with_texts(right: &Right, change: &impl Fn(&str) -> String) -> Vec<u8> {
    each_answer(right, |mut answer| {
        let result =
            if answer.get("result").is_some() { &mut answer["result"] } else { &mut answer };
        texts(result, change);
        vec![answer]
    })
}

fn texts(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| texts(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| texts(value, change)),
        _ => {}
    }
}

/// A mark that no right answer holds takes the place of each text, and the byte that of the mark.
fn no_utf8(right: &Right) -> Vec<u8> {
    let marked = with_texts(right, &|text| format!("~{text}"));
    marked.into_iter().map(|byte| if byte == b'~' { 0xff } else { byte }).collect()
}

/// Blocks of a moment ago or to come: the last digit of each number and hash is another each time.
fn other_heads(right: &Right) -> Vec<u8> {
    static TURN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let is_block = |value: &Value| value.get("hash").is_some() && value.get("number").is_some();
    each_answer(right, |mut answer| {
        if is_block(&answer["result"]) {
            let turn = TURN.fetch_add(7, std::sync::atomic::Ordering::Relaxed) % 16;
            for field in ["number", "hash", "parentHash", "timestamp"] {
                let text = answer["result"][field].as_str().unwrap_or("0x0").to_owned();
                answer["result"][field] = json!(format!("{}{turn:x}", &text[..text.len() - 1]));
            }
        }
        vec![answer]
    })
}
