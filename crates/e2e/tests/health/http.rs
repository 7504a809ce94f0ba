//! Plain HTTP on loopback.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::Result;

/// A silent server must not hold up a test for ever.
const PATIENCE: Duration = Duration::from_secs(5);

/// The status code and the body.
pub(crate) fn get(base: &str, path: &str) -> Result<(u16, String)> {
    send(base, &format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"))
}

/// The result of a JSON-RPC call.
pub(crate) fn call(base: &str, method: &str, params: &Value) -> Result<Value> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let length = body.len();
    // geth answers by address, or to "localhost".
    let head = "POST / HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json";
    let (_, answer) = send(base, &format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}"))?;
    let mut answer: Value = serde_json::from_str(&answer)?;
    match answer.get_mut("result") {
        Some(result) => Ok(result.take()),
        None => Err(format!("{method}: {answer}").into()),
    }
}

fn send(base: &str, request: &str) -> Result<(u16, String)> {
    let address: SocketAddr = base.trim_start_matches("http://").parse()?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no HTTP answer")?;
    let code = head.split(' ').nth(1).ok_or("no status code")?.parse()?;
    Ok((code, body.to_owned()))
}
