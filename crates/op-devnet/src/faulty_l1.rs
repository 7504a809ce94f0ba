//! An L1 endpoint that is not as good as the one behind it.

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What is wrong with the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// It answers 429 to every request.
    RateLimited,
    /// It has forgotten its first block.
    Pruned,
}

#[derive(Clone)]
struct Behind {
    http: reqwest::Client,
    url: String,
    defect: Defect,
}

/// Starts the endpoint in front of the one at `url` and returns its own URL. It ends with the process.
pub(crate) async fn start(url: String, defect: Defect) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free")?;
    let address = listener.local_addr()?;
    let behind = Behind { http: reqwest::Client::new(), url, defect };
    let router = Router::new().route("/", post(answer)).with_state(behind);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

async fn answer(State(behind): State<Behind>, request: Bytes) -> Response {
    if behind.defect == Defect::RateLimited {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    match behind.forward(request).await {
        Ok(answers) => ([(CONTENT_TYPE, "application/json")], answers).into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

impl Behind {
    async fn forward(&self, request: Bytes) -> Result<String> {
        let calls: Value = serde_json::from_slice(&request)?;
        let post = self.http.post(&self.url).header(CONTENT_TYPE, "application/json");
        let mut answers: Value = post.body(request).send().await?.json().await?;
        for answer in answers.as_array_mut().into_iter().flatten() {
            let call =
                calls.as_array().into_iter().flatten().find(|call| call["id"] == answer["id"]);
            if call.is_some_and(is_for_first_block) {
                answer["result"] = Value::Null;
            }
        }
        Ok(answers.to_string())
    }
}

fn is_for_first_block(call: &Value) -> bool {
    call["method"] == "eth_getBlockByNumber" && call["params"][0] == json!("0x0")
}
