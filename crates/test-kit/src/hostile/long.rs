//! Answers that are longer than anybody should read: they are sent as they are made.

use std::{
    io::{self, Write as _},
    net::TcpStream,
};

use serde_json::Value;

use super::Hostility as H;
use crate::http::Request;

/// As much as is read of an answer, nearly.
const JUST_READ: usize = 3_900_000;
/// Units that are sent at once, at most.
const AT_ONCE: usize = 16 << 10;

/// A text that is as often there as is said, between two others.
struct Long<'a>(&'a str, &'a str, usize, &'a str);

/// Whether the answer is a long one, and was sent.
pub(super) fn answer(kind: H, request: &Request, mut stream: &TcpStream) -> io::Result<bool> {
    let call: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let id = call[0]["id"].as_u64().unwrap_or_default();
    let error = format!(r#"[{{"id":{id},"error":{{"code":-32000,"message":""#);
    let data = format!(r#"[{{"id":{id},"error":{{"code":3,"message":"no","data":"#);
    let result = format!(r#"[{{"id":{id},"result":"#);
    let number = format!("{result}\"0x");
    let deep = "]".repeat(if matches!(kind, H::NestedErrorData | H::NestedResults) {
        JUST_READ / 2
    } else {
        0
    });
    let (after_data, after_result) = (format!("{deep}}}}}]"), format!("{deep}}}]"));
    let (status, long) = match kind {
        H::EmptyObjects => ("200 OK", Long("[", "{},", (32 << 20) / 3, "{}]")),
        H::LongErrors => ("200 OK", Long(&error, "x", 12 << 20, "\"}}]")),
        H::LongPage => ("403 Forbidden", Long("", "x", 12 << 20, "")),
        H::JustReadErrors => ("200 OK", Long(&error, "\\u001b", JUST_READ / 6, "\"}}]")),
        H::LongNumbers => ("200 OK", Long(&number, "f", 10_000_000, "\"}]")),
        H::JustReadNumbers => ("200 OK", Long(&number, "f", JUST_READ, "\"}]")),
        H::Nested => ("200 OK", Long("", "[", JUST_READ, "")),
        H::NestedResults => ("200 OK", Long(&result, "[", JUST_READ / 2, &after_result)),
        H::NestedErrorData => ("200 OK", Long(&data, "[", JUST_READ / 2, &after_data)),
        _ => return Ok(false),
    };
    let Long(before, unit, times, after) = long;
    let length = before.len() + unit.len() * times + after.len();
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{before}")?;
    let many = unit.repeat(AT_ONCE);
    for sent in (0..times).step_by(AT_ONCE) {
        let units = AT_ONCE.min(times - sent);
        stream.write_all(&many.as_bytes()[..units * unit.len()])?;
    }
    stream.write_all(after.as_bytes())?;
    Ok(true)
}
