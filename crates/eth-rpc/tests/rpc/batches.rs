//! A provider that takes only so many calls at once, in the four spellings of the field.

use std::{
    io::{BufReader, Write as _},
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy_primitives::U64;
use eth_rpc::{Batch, Rpc, Unread};
use serde_json::{Value, json};
use test_kit::http::{Request, Server, response};

use crate::PATIENCE;

/// How a larger batch is refused.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    /// One error object.
    Object,
    /// HTTP 500 with a message of its own shape.
    Http,
    /// HTTP 413 without a word.
    TooLarge,
    /// An error for each call.
    Each,
    /// A list of one error.
    One,
}

/// Answers call `n` with `n`, `limit` calls at a time; counts the requests.
fn provider(refusal: Refusal, limit: usize) -> (Server, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let server = Server::start(Ipv4Addr::LOCALHOST, move |mut stream| {
        let Some(request) = Request::read(&mut BufReader::new(stream)) else { return };
        counted.fetch_add(1, Ordering::SeqCst);
        let calls: Vec<Value> = serde_json::from_slice(&request.body).unwrap();
        let (status, answer) =
            if calls.len() > limit { refuse(refusal, &calls) } else { ("200 OK", answer(&calls)) };
        stream.write_all(&response(status, "connection: close\r\n", answer.as_bytes())).unwrap();
    });
    (server, requests)
}

fn answer(calls: &[Value]) -> String {
    let result = |call: &Value| json!({"id": call["id"], "result": call["params"][0]});
    Value::from(calls.iter().map(result).collect::<Vec<_>>()).to_string()
}

fn refuse(refusal: Refusal, calls: &[Value]) -> (&'static str, String) {
    let error = |code: i64, message: &str| json!({"code": code, "message": message});
    let (status, body) = match refusal {
        Refusal::Object => {
            ("200 OK", json!({"id": null, "error": error(-32007, "batch limit exceeded")}))
        }
        Refusal::Http => (
            "500 Internal Server Error",
            json!({"message": "Batch of more than 10 requests are not allowed", "code": 31}),
        ),
        Refusal::TooLarge => return ("413 Payload Too Large", String::new()),
        Refusal::Each => {
            let error = error(-32005, "batch item count exceeded");
            let each = calls.iter().map(|call| json!({"id": call["id"], "error": error}));
            ("200 OK", each.collect())
        }
        Refusal::One => {
            ("200 OK", json!([{"id": null, "error": error(-32600, "batch too large")}]))
        }
    };
    (status, body.to_string())
}

async fn numbers(rpc: &Rpc, count: u64) -> Result<Vec<u64>, Unread> {
    let mut batch = Batch::default();
    let slots: Vec<_> =
        (0..count).map(|n| batch.request::<U64>("number", [U64::from(n)])).collect();
    let answers = rpc.send(batch).await;
    slots.iter().map(|slot| answers.take(slot).map(|number| number.to())).collect()
}

#[tokio::test]
async fn a_batch_is_split_and_the_answer_is_the_same() {
    let spellings =
        [Refusal::Object, Refusal::Http, Refusal::TooLarge, Refusal::Each, Refusal::One];
    for refusal in spellings {
        for (limit, calls) in [(10, 25), (1, 5), (10, 11), (3, 64)] {
            let (server, requests) = provider(refusal, limit);
            let rpc = Rpc::new(&format!("http://{}", server.address()), PATIENCE).unwrap();
            let expected: Vec<u64> = (0..calls).collect();
            assert_eq!(numbers(&rpc, calls).await, Ok(expected.clone()), "{refusal:?} {limit}");
            let most = rpc.most_calls().unwrap().get();
            assert!(most <= limit && 2 * most >= limit, "{refusal:?} {limit}: {most}");
            // What was found out once is not tried again.
            let before = requests.load(Ordering::SeqCst);
            assert_eq!(numbers(&rpc, calls).await, Ok(expected));
            let sent = requests.load(Ordering::SeqCst) - before;
            let parts = usize::try_from(calls).unwrap().div_ceil(limit);
            assert!(sent <= 2 * parts, "{refusal:?} {limit}: {sent} requests");
            assert_eq!(rpc.limits().lost, 0, "{refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_takes_all_is_sent_one_batch() {
    let (server, requests) = provider(Refusal::Each, 100);
    let rpc = Rpc::new(&format!("http://{}", server.address()), PATIENCE).unwrap();
    assert_eq!(numbers(&rpc, 100).await, Ok((0..100).collect()));
    assert_eq!((requests.load(Ordering::SeqCst), rpc.most_calls()), (1, None));
}

#[tokio::test]
async fn a_provider_that_takes_no_batch_at_all_is_no_answer() {
    for refusal in [Refusal::Object, Refusal::Http, Refusal::Each, Refusal::One] {
        let (server, _) = provider(refusal, 0);
        let rpc = Rpc::new(&format!("http://{}", server.address()), PATIENCE).unwrap();
        assert!(matches!(numbers(&rpc, 3).await, Err(Unread::Unreachable(_))), "{refusal:?}");
    }
}
