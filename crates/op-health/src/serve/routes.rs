//! What is answered under which path.

use std::{collections::BTreeSet, sync::Arc};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, Router, routing::get};
use op_status::{condition::Condition, metrics, page, runbook, status::Status};
use op_util::time::unix_now;
use tokio::sync::watch::Receiver;

use super::host;

/// Seconds after which a status is too old: a new one comes every ten at the latest.
const STALE: u64 = 60;

/// The newest status; `None` before the first.
type Latest = Receiver<Option<Arc<Status>>>;

pub(super) fn router(latest: Latest, others: Router, hosts: &[String]) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/runbooks/{alert}", get(runbook))
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/readyz/{service}", get(readyz_of))
        .route("/status.json", get(status))
        .route("/metrics", get(prometheus))
        .with_state(latest)
        .merge(others)
        .layer(from_fn_with_state(Arc::from(hosts), host::known))
}

/// HTML that may load nothing from elsewhere, and is never kept.
fn html(status: StatusCode, text: String) -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, page::CONTENT_SECURITY_POLICY.as_str()),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, Html(text)).into_response()
}

async fn home(State(latest): State<Latest>) -> Response {
    latest.borrow().as_ref().map_or_else(nothing, |status| {
        html(StatusCode::OK, page::render(status, status.observed_at))
    })
}

async fn runbook(Path(alert): Path<String>) -> Response {
    if let Some(runbook) = runbook::find(&alert) {
        html(StatusCode::OK, page::of_runbook(runbook))
    } else {
        let text = format!("there is no runbook {alert:?}; op-warden runbook lists them\n");
        (StatusCode::NOT_FOUND, text).into_response()
    }
}

fn nothing() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "nothing was observed yet\n").into_response()
}

async fn readyz(State(latest): State<Latest>) -> Response {
    latest.borrow().as_ref().map_or_else(nothing, |status| ready(status, None))
}

async fn readyz_of(State(latest): State<Latest>, Path(service): Path<String>) -> Response {
    let latest = latest.borrow();
    let Some(status) = latest.as_ref() else { return nothing() };
    let known: BTreeSet<&str> =
        status.conditions.iter().map(|condition| condition.subject.as_str()).collect();
    if known.contains(service.as_str()) {
        return ready(status, Some(&service));
    }
    let known: Vec<&str> = known.into_iter().collect();
    let text = format!("there is no {service:?} here; there is: {}\n", known.join(", "));
    (StatusCode::NOT_FOUND, text).into_response()
}

/// The conditions that do not hold, a line each. A status that is too old is not ready.
fn ready(status: &Status, service: Option<&str>) -> Response {
    let age = unix_now().saturating_sub(status.observed_at);
    if age > STALE {
        let text = format!("op-warden: unknown: it has observed nothing for {age} s\n");
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    let line = |condition: &Condition| {
        let Condition { name, subject, state, found, .. } = condition;
        let more = status.followers(condition).count();
        let more = if more == 0 { String::new() } else { format!(" (and {more} that follow)") };
        format!("{subject} {name}: {}: {found}{more}\n", state.name())
    };
    // Of one service, also what follows from elsewhere.
    let shown = |condition: &&Condition| service.is_some() || condition.follows.is_none();
    let failed: Vec<String> = status.failed(service).filter(shown).map(line).collect();
    if failed.is_empty() {
        (StatusCode::OK, "ready\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, failed.concat()).into_response()
    }
}

async fn status(State(latest): State<Latest>) -> Response {
    latest.borrow().as_ref().map_or_else(nothing, |status| Json(&**status).into_response())
}

async fn prometheus(State(latest): State<Latest>) -> Response {
    latest.borrow().as_ref().map_or_else(nothing, |status| {
        ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::render(status)).into_response()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_status_is_not_ready() {
        let text = include_str!("../../../op-status/tests/data/status.json");
        let mut status: Status = serde_json::from_str(text).unwrap();
        status.conditions.clear();
        for (age, code) in [(0, 200), (STALE - 5, 200), (STALE + 1, 503)] {
            status.observed_at = unix_now() - age;
            assert_eq!(ready(&status, None).status(), code, "{age}");
            assert_eq!(ready(&status, Some("batcher")).status(), code, "{age}");
        }
    }
}
