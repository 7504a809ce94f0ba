//! What is answered under which path.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::sync::watch::Receiver;

use crate::health::{metrics, status::Status};

/// The newest status; `None` before the first.
type Latest = Receiver<Option<Arc<Status>>>;

pub(super) fn router(latest: Latest) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/readyz/{service}", get(readyz_of))
        .route("/status.json", get(status))
        .route("/metrics", get(prometheus))
        .with_state(latest)
}

fn now(latest: &Latest) -> Result<Arc<Status>, Response> {
    latest.borrow().clone().ok_or_else(|| {
        (StatusCode::SERVICE_UNAVAILABLE, "nothing was observed yet\n").into_response()
    })
}

async fn readyz(State(latest): State<Latest>) -> Result<Response, Response> {
    let status = now(&latest)?;
    Ok(ready(&status, None))
}

async fn readyz_of(
    State(latest): State<Latest>,
    Path(service): Path<String>,
) -> Result<Response, Response> {
    let status = now(&latest)?;
    if status.conditions.iter().any(|condition| condition.subject == service) {
        return Ok(ready(&status, Some(&service)));
    }
    let known: std::collections::BTreeSet<&str> =
        status.conditions.iter().map(|condition| condition.subject.as_str()).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let text = format!("there is no {service:?} here; there is: {}\n", known.join(", "));
    Ok((StatusCode::NOT_FOUND, text).into_response())
}

/// The conditions that do not hold, a line each.
fn ready(status: &Status, service: Option<&str>) -> Response {
    let failed: String = status
        .failed(service)
        .map(|condition| {
            format!(
                "{} {}: {}: {}\n",
                condition.subject,
                condition.name,
                condition.state.name(),
                condition.found
            )
        })
        .collect();
    if failed.is_empty() {
        (StatusCode::OK, "ready\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, failed).into_response()
    }
}

async fn status(State(latest): State<Latest>) -> Result<Response, Response> {
    let status = now(&latest)?;
    Ok(Json(&*status).into_response())
}

async fn prometheus(State(latest): State<Latest>) -> Result<Response, Response> {
    let status = now(&latest)?;
    Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], metrics::render(&status)).into_response())
}
