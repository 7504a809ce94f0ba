//! JSON-RPC against a listener that gives one prepared answer to each request.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod batches;
mod foreign;

use std::{
    io::{BufReader, Write as _},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy_primitives::{Address, U64, U256};
use eth_rpc::{Answers, Batch, Limits, Rpc, RpcUrlError, Unread};
use serde_json::{Value, json};
use test_kit::http::{Request, Server, response};

alloy_sol_types::sol! {
    /// A getter of a contract.
    function batcherHash() external view returns (bytes32);
}

/// Longer than any test takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A listener that gives each connection the next of its answers, and hangs up on all after the last.
struct Node {
    url: String,
    requests: Arc<AtomicUsize>,
    _server: Server,
}

impl Node {
    fn answering(answers: Vec<Vec<u8>>) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let server = Server::start(Ipv4Addr::LOCALHOST, move |mut stream| {
            if Request::read(&mut BufReader::new(stream)).is_none() {
                return;
            }
            let position = counted.fetch_add(1, Ordering::SeqCst);
            // A client may hang up on an answer that it finds too large.
            let _ = stream.write_all(answers.get(position).map_or(&[][..], Vec::as_slice));
        });
        Self { url: format!("http://{}", server.address()), requests, _server: server }
    }

    fn rpc(&self, patience: Duration) -> Rpc {
        Rpc::new(&self.url, patience).unwrap()
    }

    /// How many requests came, also those for which there was no answer.
    fn requests(self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    response(status, &format!("connection: close\r\n{headers}"), body)
}

fn ok(body: &[u8]) -> Vec<u8> {
    http("200 OK", "content-type: application/json\r\n", body)
}

fn success() -> Vec<u8> {
    ok(br#"[{"jsonrpc":"2.0","id":0,"result":"0x385"}]"#)
}

async fn chain_id(rpc: &Rpc) -> Result<U64, Unread> {
    let mut batch = Batch::default();
    let slot = batch.chain_id();
    rpc.send(batch).await.take(&slot)
}

#[tokio::test]
async fn what_may_pass_is_tried_again_until_it_does() {
    let busy = |status: &str| http(status, "retry-after: 0\r\n", b"busy");
    let truncated = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[{".to_vec();
    for failures in [
        vec![busy("429 Too Many Requests")],
        vec![busy("500 Internal Server Error"), busy("502 Bad Gateway"), busy("503 Unavailable")],
        vec![truncated],
        vec![Vec::new()],
    ] {
        let count = failures.len();
        let node = Node::answering([failures, vec![success()]].concat());
        assert_eq!(chain_id(&node.rpc(PATIENCE)).await, Ok(U64::from(901)));
        assert_eq!(node.requests(), count + 1);
    }
}

#[tokio::test]
async fn what_stays_is_asked_once() {
    for status in
        ["302 Found", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found"]
    {
        let node = Node::answering(vec![http(status, "location: /\r\n", b""), success()]);
        let answer = chain_id(&node.rpc(PATIENCE)).await;
        let reason = format!("HTTP {status}");
        let unread = if matches!(&status[..3], "401" | "403") {
            Unread::Denied(reason)
        } else {
            Unread::Unreachable(reason)
        };
        assert_eq!(answer, Err(unread));
        assert_eq!(node.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_node_that_stays_busy_is_asked_four_times() {
    let busy = http("429 Too Many Requests", "retry-after: 0\r\n", b"");
    let node = Node::answering(vec![busy; 6]);
    let answer = chain_id(&node.rpc(PATIENCE)).await;
    assert_eq!(answer, Err(Unread::Unreachable("HTTP 429 Too Many Requests".to_owned())));
    assert_eq!(node.requests(), 4);
}

#[tokio::test]
async fn limits_are_counted_in_each_of_their_spellings() {
    let error = |code: i64| {
        format!(r#"{{"jsonrpc":"2.0","id":0,"error":{{"code":{code},"message":"slow down"}}}}"#)
    };
    let status = |status: &str| http(status, "retry-after: 0\r\n", b"");
    for (answers, seen, lost) in [
        (vec![success()], 0, 0),
        (vec![status("429 Too Many Requests"), success()], 1, 0),
        (vec![status("429 Too Many Requests"); 4], 4, 1),
        (vec![status("503 Unavailable"), success()], 0, 0),
        (vec![ok(format!("[{}]", error(-32005)).as_bytes())], 1, 1),
        (vec![ok(format!("[{}]", error(429)).as_bytes())], 1, 1),
        (vec![ok(error(-32005).as_bytes())], 1, 1),
        (vec![ok(format!("[{}]", error(-32000)).as_bytes())], 0, 0),
    ] {
        let node = Node::answering(answers);
        let rpc = node.rpc(PATIENCE);
        let known = chain_id(&rpc).await.is_ok();
        assert_eq!(rpc.limits(), Limits { seen, lost });
        assert!(!(known && lost > 0));
        node.requests();
    }
}

#[tokio::test]
async fn a_pause_longer_than_the_deadline_ends_the_attempts_at_once() {
    for retry_after in ["61", "18446744073709551615"] {
        let header = format!("retry-after: {retry_after}\r\n");
        let node = Node::answering(vec![http("429 Too Many Requests", &header, b""), success()]);
        assert!(matches!(chain_id(&node.rpc(PATIENCE)).await, Err(Unread::Unreachable(_))));
        assert_eq!(node.requests(), 1, "{retry_after}");
    }
}

#[tokio::test]
async fn a_batch_without_calls_asks_nobody() {
    let node = Node::answering(vec![success()]);
    node.rpc(PATIENCE).send(Batch::default()).await;
    assert_eq!(node.requests(), 0);
}

/// What came of a batch of three calls, in words.
async fn three(body: &[u8]) -> [String; 3] {
    fn word<T: std::fmt::Debug>(reading: Result<T, Unread>) -> String {
        match reading {
            Ok(value) => format!("{value:?}"),
            Err(Unread::Unreachable(_)) => "unreachable".to_owned(),
            Err(Unread::Reverted(_)) => "reverted".to_owned(),
            Err(Unread::Malformed(_)) => "malformed".to_owned(),
            Err(Unread::Denied(_)) => "denied".to_owned(),
            Err(Unread::OtherChain(_)) => "of another chain".to_owned(),
        }
    }
    let node = Node::answering(vec![ok(body)]);
    let mut batch = Batch::default();
    let (chain, block, balance) = (batch.chain_id(), batch.block(7), batch.balance(Address::ZERO));
    let answers: Answers = node.rpc(PATIENCE).send(batch).await;
    assert_eq!(node.requests(), 1);
    [word(answers.take(&chain)), word(answers.take(&block)), word(answers.take(&balance))]
}

#[tokio::test]
async fn each_call_has_its_own_answer_or_none() {
    let answer = |id: Value, result: Value| json!({"jsonrpc": "2.0", "id": id, "result": result});
    let error = |id: Value, code: i64, message: &str| json!({"id": id, "error": {"code": code, "message": message}});
    let chain = || answer(json!(0), json!("0x1"));
    let block = || answer(json!(1), json!(null));
    let balance = || answer(json!(2), json!("0x2"));
    for (what, body, expected) in [
        ("in order", json!([chain(), block(), balance()]), ["1", "None", "2"]),
        ("out of order", json!([balance(), chain(), block()]), ["1", "None", "2"]),
        (
            "error: null beside a result",
            json!([{"id": 0, "result": "0x1", "error": null}, block(), balance()]),
            ["1", "None", "2"],
        ),
        ("one is missing", json!([balance(), chain()]), ["1", "unreachable", "2"]),
        ("all are missing", json!([]), ["unreachable"; 3]),
        (
            "an id that nobody asked for",
            json!([answer(json!(3), json!("0x9")), chain()]),
            ["1", "unreachable", "unreachable"],
        ),
        (
            "no id",
            json!([{"result": "0x1"}, answer(json!(null), json!("0x1"))]),
            ["unreachable"; 3],
        ),
        (
            "the same answer twice",
            json!([chain(), chain(), block(), balance()]),
            ["malformed", "None", "2"],
        ),
        (
            "two answers to one call",
            json!([chain(), answer(json!(0), json!("0x2"))]),
            ["malformed", "unreachable", "unreachable"],
        ),
        (
            "an answer after an error",
            json!([error(json!(0), -32000, "busy"), chain()]),
            ["malformed", "unreachable", "unreachable"],
        ),
        (
            "neither result nor error",
            json!([{"id": 0}, {"id": 1}, balance()]),
            ["malformed", "malformed", "2"],
        ),
        (
            "an error beside others",
            json!([error(json!(0), -32000, "header not found"), block(), balance()]),
            ["unreachable", "None", "2"],
        ),
        (
            "a revert by code",
            json!([error(json!(0), 3, "out of luck"), block(), balance()]),
            ["reverted", "None", "2"],
        ),
        (
            "a revert by word",
            json!([error(json!(0), -32000, "execution reverted: no"), block(), balance()]),
            ["reverted", "None", "2"],
        ),
        (
            "error and result",
            json!([{"id": 0, "result": "0x1", "error": {"code": -1, "message": "x"}}, block(), balance()]),
            ["unreachable", "None", "2"],
        ),
        (
            "other types",
            json!([
                answer(json!(0), json!({})),
                answer(json!(1), json!("0x")),
                answer(json!(2), json!(null))
            ]),
            ["malformed"; 3],
        ),
        (
            "one error for the batch",
            error(json!(null), -32005, "limit exceeded"),
            ["unreachable"; 3],
        ),
        ("one answer for the batch", chain(), ["unreachable"; 3]),
        (
            "ids as texts",
            json!([answer(json!("0"), json!("0x1"))]),
            ["1", "unreachable", "unreachable"],
        ),
        ("ids of another type", json!([answer(json!([0]), json!("0x1"))]), ["unreachable"; 3]),
        ("elements that are no answers", json!([1, 2, 3]), ["unreachable"; 3]),
        ("a number", json!(1), ["unreachable"; 3]),
        ("null", json!(null), ["unreachable"; 3]),
    ] {
        assert_eq!(three(body.to_string().as_bytes()).await, expected, "{what}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_no_answer() {
    for body in
        [&b""[..], b"<html>Sign in</html>", b"[{\"id\":0,\"result\":\"0x1\"}", b"\xff\xfe", b"[][]"]
    {
        assert_eq!(three(body).await, ["unreachable"; 3], "{}", String::from_utf8_lossy(body));
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_asked_for_in_parts() {
    let large = || ok(&[&b"["[..], &vec![b' '; 5 << 20], b"]"].concat());
    let node = Node::answering(vec![large(), success(), ok(br#"[{"id":1,"result":null}]"#)]);
    let mut batch = Batch::default();
    let (chain, block) = (batch.chain_id(), batch.block(7));
    let answers = node.rpc(PATIENCE).send(batch).await;
    assert_eq!((answers.take(&chain), answers.take(&block)), (Ok(U64::from(901)), Ok(None)));
    assert_eq!(node.requests(), 3);
    // One call cannot be asked for in parts.
    let node = Node::answering(vec![large(), success()]);
    let unread = chain_id(&node.rpc(PATIENCE)).await.unwrap_err();
    assert!(matches!(&unread, Unread::Unreachable(why) if why.contains("larger than")), "{unread}");
    assert_eq!(node.requests(), 1);
}

#[tokio::test]
async fn numbers_are_0x_and_digits_and_nothing_is_not_zero() {
    for (text, expected) in [
        (json!("0x0"), Some(0)),
        (json!("0x2A"), Some(42)),
        (json!("0x002a"), Some(42)),
        (json!("0x"), None),
        (json!(""), None),
        (json!("42"), None),
        (json!(42), None),
        (json!("0x-1"), None),
        (json!("0x+1"), None),
        (json!("0x1_0"), None),
        (json!("0b1"), None),
        (json!("-0x1"), None),
        (json!(format!("0x1{}", "0".repeat(64))), None),
        (json!(["0x1"]), None),
    ] {
        let node =
            Node::answering(vec![ok(json!([{"id": 0, "result": text}]).to_string().as_bytes())]);
        let mut batch = Batch::default();
        let slot = batch.balance(Address::ZERO);
        let balance = node.rpc(PATIENCE).send(batch).await.take(&slot);
        match expected {
            Some(expected) => assert_eq!(balance, Ok(U256::from(expected)), "{text}"),
            None => assert!(matches!(balance, Err(Unread::Malformed(_))), "{text}: {balance:?}"),
        }
        assert_eq!(node.requests(), 1);
    }
}

#[tokio::test]
async fn contract_answers_shorter_than_their_type_are_malformed() {
    let word = "11".repeat(32);
    for (data, accepted) in [
        (format!("0x{word}"), true),
        ("0x".to_owned(), false),
        (format!("0x{}", &word[2..]), false),
        // As in Solidity: what follows the return value is ignored.
        (format!("0x{word}{word}"), true),
        (format!("0x{}", &word[1..]), false),
        ("0xzz".to_owned(), false),
    ] {
        let node =
            Node::answering(vec![ok(json!([{"id": 0, "result": data}]).to_string().as_bytes())]);
        let mut batch = Batch::default();
        let slot = batch.call(Address::ZERO, &batcherHashCall {});
        let hash = node.rpc(PATIENCE).send(batch).await.take(&slot);
        assert_eq!(hash.is_ok(), accepted, "{data}: {hash:?}");
        assert!(matches!(hash, Ok(_) | Err(Unread::Malformed(_))), "{data}: {hash:?}");
        assert_eq!(node.requests(), 1);
    }
}

#[tokio::test]
async fn nothing_that_is_shown_contains_user_path_or_query() {
    let hides = |text: String| {
        for secret in ["user", "word", "KEY", "token"] {
            assert!(!text.contains(secret), "{text}");
        }
        text
    };
    let node = Node::answering(vec![http("404 Not Found", "", b""), ok(b"<html>")]);
    let rest = node.url.strip_prefix("http://").unwrap();
    let url = format!("http://user:word@{rest}/v3/KEY?token=1");
    let rpc = Rpc::new(&url, PATIENCE).unwrap();
    assert_eq!(hides(rpc.shown()), node.url);
    hides(format!("{rpc:?}"));
    for _ in 0..2 {
        hides(chain_id(&rpc).await.unwrap_err().to_string());
    }
    assert_eq!(node.requests(), 2);
    // The nodes of other tests take ports of 127.0.0.1 only.
    let nobody = TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap();
    let url = format!("http://user:word@{nobody}/v3/KEY?token=1");
    hides(chain_id(&Rpc::new(&url, PATIENCE).unwrap()).await.unwrap_err().to_string());
}

#[test]
fn only_http_urls_are_endpoints() {
    for url in ["", "127.0.0.1:8545", "http://", "/v3/key", "http://[::1"] {
        assert!(matches!(Rpc::new(url, PATIENCE), Err(RpcUrlError::Url(_))), "{url}");
    }
    for url in ["ws://127.0.0.1", "file:///etc/passwd", "localhost:8545"] {
        assert!(matches!(Rpc::new(url, PATIENCE), Err(RpcUrlError::Scheme(_))), "{url}");
    }
    assert!(Rpc::new("https://127.0.0.1", PATIENCE).is_ok());
}

#[tokio::test]
async fn a_document_below_the_url_is_read() {
    let document = ok(br#"{"data": {"is_syncing": false}}"#);
    for (answers, expected) in [
        (vec![document.clone()], Ok(false)),
        (vec![http("503 Unavailable", "retry-after: 0\r\n", b""), document], Ok(false)),
        (
            vec![http("404 Not Found", "", b"")],
            Err(Unread::Unreachable("HTTP 404 Not Found".to_owned())),
        ),
        (
            vec![http("403 Forbidden", "", b"")],
            Err(Unread::Denied("HTTP 403 Forbidden".to_owned())),
        ),
    ] {
        let count = answers.len();
        let node = Node::answering(answers);
        let read = node.rpc(PATIENCE).get::<Value>("eth/v1/node/syncing").await;
        assert_eq!(read.map(|read| read["data"]["is_syncing"] == true), expected);
        assert_eq!(node.requests(), count);
    }
    for body in [&b"<html>"[..], b"", b"{\"data\":"] {
        let node = Node::answering(vec![ok(body)]);
        let read = node.rpc(PATIENCE).get::<Value>("x").await;
        assert!(matches!(read, Err(Unread::Unreachable(_))), "{read:?}");
    }
    let node = Node::answering(vec![ok(b"{}")]);
    let read = node.rpc(PATIENCE).get::<u64>("x").await;
    assert!(matches!(read, Err(Unread::Malformed(_))), "{read:?}");
}
