//! Nodes that flood, echo the request, or steer the terminal: nothing of it is kept or shown.

use alloy_primitives::U64;
use eth_rpc::{Batch, Rpc, Unread};
use op_util::foreign::LONGEST;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{Node, PATIENCE, http, ok};

/// What a call comes to whose answer is this.
async fn reason(answer: Vec<u8>, path: &str) -> String {
    let node = Node::answering(vec![answer]);
    let rest = node.url.strip_prefix("http://").unwrap();
    let rpc = Rpc::new(&format!("http://someuser:hunter2@{rest}{path}"), PATIENCE).unwrap();
    let mut batch = Batch::default();
    let slot = batch.request::<U64>("eth_chainId", ());
    rpc.send(batch).await.take(&slot).unwrap_err().to_string()
}

fn error(code: i64, message: &str) -> Vec<u8> {
    ok(json!([{"id": 0, "error": {"code": code, "message": message}}]).to_string().as_bytes())
}

#[tokio::test]
async fn a_long_text_is_cut_and_control_characters_are_escaped() {
    for code in [3, -32000] {
        let text = reason(error(code, &"x".repeat(3 << 20)), "/").await;
        assert!(text.chars().count() < LONGEST + 64, "{}", text.len());
        let text = reason(error(code, "no\n<2>fatal\u{1b}]0;title\u{7}"), "/").await;
        assert!(!text.contains(char::is_control) && text.contains("<2>fatal"), "{text}");
    }
    let body = format!("[{{\"id\":0,\"result\":\"{}\"}}]", "\u{9b}x".repeat(9_999));
    let text = reason(ok(body.as_bytes()), "/").await;
    assert!(text.chars().count() < LONGEST + 64 && !text.contains(char::is_control), "{text}");
}

#[tokio::test]
async fn a_node_that_repeats_the_request_shows_no_secret() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjF9.c2lnbmF0dXJl";
    let node = Node::answering(vec![error(-32000, &format!("authorization: Bearer {token}"))]);
    let rpc = node.rpc(PATIENCE).with_token(Zeroizing::new(token.to_owned()));
    let text = crate::chain_id(&rpc).await.unwrap_err().to_string();
    assert!(text.contains("Bearer [hidden]"), "{text}");

    let path = "/v2/SECRETKEY9/?token=SECRET%20token";
    let echo = "POST /v2/SECRETKEY9/?token=SECRET%20token (token: SECRET token; user someuser)";
    for answer in [
        error(-32000, echo),
        error(3, echo),
        ok(json!({"error": {"code": 1, "message": echo}}).to_string().as_bytes()),
        ok(json!([{"id": 0, "result": echo}]).to_string().as_bytes()),
        http("401 Unauthorized", "", echo.as_bytes()),
        http("403 Forbidden", "", echo.as_bytes()),
        http("404 Not Found", "", echo.as_bytes()),
        // Cut by who reads it.
        http("403 Forbidden", "", "SECRETKEY9".repeat(9_999).as_bytes()),
    ] {
        let text = reason(answer, path).await;
        assert!(!text.contains("SECRET") && !text.contains("someuser"), "{text}");
    }
}

#[tokio::test]
async fn who_denies_says_why() {
    for status in ["401 Unauthorized", "402 Payment Required", "403 Forbidden"] {
        let answer = http(status, "", b"a paid plan is needed for archive data\n");
        let expected = format!("HTTP {status}: a paid plan is needed for archive data");
        assert_eq!(reason(answer, "/").await, expected);
        let node = Node::answering(vec![http(status, "", b"")]);
        let unread = crate::chain_id(&node.rpc(PATIENCE)).await.unwrap_err();
        assert_eq!(unread, Unread::Denied(format!("HTTP {status}")));
    }
}

#[tokio::test]
async fn a_list_of_more_answers_than_calls_is_not_read_to_its_end() {
    let flood = format!("[{}{{}}]", "{},".repeat(1 << 20));
    let text = reason(ok(flood.as_bytes()), "/").await;
    assert!(text.contains("more than 2 answers"), "{text}");
    let nested = format!(
        "[{{\"id\":0,\"error\":{{\"code\":3,\"message\":\"no\",\"data\":{}0{}}}}}]",
        "[".repeat(99),
        "]".repeat(99)
    );
    assert_eq!(reason(ok(nested.as_bytes()), "/").await, "the call reverted: no");
}
