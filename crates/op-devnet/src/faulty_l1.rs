//! An L1 endpoint that is not as good as the one behind it.

use anyhow::{Context, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
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
    let http = reqwest::Client::builder().no_proxy().build().context("no HTTP client")?;
    let behind = Behind { http, url, defect };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let behind = behind.clone();
            let service = service_fn(move |request| answer(behind.clone(), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(format!("http://{address}"))
}

async fn answer(behind: Behind, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let (status, body) = match behind.defect {
        Defect::RateLimited => (StatusCode::TOO_MANY_REQUESTS, String::new()),
        Defect::Pruned => {
            match behind.forward(request.into_body().collect().await?.to_bytes()).await {
                Ok(answers) => (StatusCode::OK, answers),
                Err(_) => (StatusCode::BAD_GATEWAY, String::new()),
            }
        }
    };
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    Ok(response.body(Full::from(body))?)
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
