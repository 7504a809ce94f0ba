//! The health service: looks at the chain again and again, and answers by HTTP.

use std::{path::PathBuf, sync::Arc, time::Duration};

use alloy_primitives::Address;
use anyhow::Context as _;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, Router, routing::get};
use eth_rpc::units::ether;
use op_util::{error::with_causes, foreign::message, terminal::line, time::unix_now};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio::{net::TcpListener, select, time::sleep};

use crate::chain::{Facts, Reader};
use crate::condition::{Condition, runbook};
use crate::config::Config;
use crate::{judge, metrics, page, program};

/// Seconds after which a status says nothing of now.
const STALE: u64 = 300;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub witness: Address,
    pub ledger: Address,
    pub chain_id: u64,
    /// Seconds since the Unix epoch.
    pub looked_at: u64,
    pub conditions: Vec<Condition>,
    /// `None` while the node does not answer.
    pub chain: Option<Figures>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub members: u32,
    pub quorum: u32,
    /// Members that attested within the blocks that are read.
    pub active: usize,
    /// Slots that are attested to and not final.
    pub open: usize,
    pub finals: usize,
    pub balance_eth: f64,
    /// Whether all events up to the newest block are read.
    pub is_whole: bool,
}

impl Figures {
    fn of(facts: &Facts) -> Self {
        let finals = facts.slots.values().filter(|slot| slot.is_final).count();
        Self {
            members: facts.members,
            quorum: facts.quorum,
            active: facts.active.len(),
            open: facts.slots.len() - finals,
            finals,
            balance_eth: ether(facts.balance).parse().unwrap_or_default(),
            is_whole: facts.is_whole,
        }
    }
}

impl Status {
    /// No condition fails, and somebody has looked.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let fails = self.conditions.iter().any(|it| it.holds == Some(false));
        !fails && unix_now().saturating_sub(self.looked_at) < STALE
    }
}

type Latest = Receiver<Option<Arc<Status>>>;

/// Looks and answers until a signal comes.
pub async fn run(config: Config, systemctl: PathBuf) -> anyhow::Result<()> {
    let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
    let (mut interrupt, mut terminate) = (signal(interrupt)?, signal(terminate)?);
    let listener = TcpListener::bind(config.serve.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.serve.listen))?;
    line(format_args!("listens on http://{}", listener.local_addr()?));
    let (sender, latest) = channel(None);
    select! {
        served = axum::serve(listener, router(latest)) => served.context("cannot serve"),
        () = look(config, systemctl, &sender) => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

async fn look(config: Config, systemctl: PathBuf, sender: &Sender<Option<Arc<Status>>>) {
    let mut reader = Reader::default();
    let mut said = String::new();
    loop {
        let facts = reader.look(&config).await;
        let facts = facts.map_err(|error| message(&with_causes(error.as_ref())));
        let state = program::state(&config.serve, &systemctl).await;
        let now = unix_now();
        let conditions = judge::judge(&config, &facts, state.as_ref(), now);
        let fails = conditions.iter().filter(|it| it.holds == Some(false));
        let news: Vec<&str> = fails.map(|it| it.alert).collect();
        let news = news.join(", ");
        if news != said {
            line(if news.is_empty() { "all is well".to_owned() } else { format!("fails: {news}") });
            said = news;
        }
        sender.send_replace(Some(Arc::new(Status {
            witness: config.witness,
            ledger: config.ledger,
            chain_id: config.chain_id,
            looked_at: now,
            conditions,
            chain: facts.as_ref().ok().map(Figures::of),
        })));
        sleep(Duration::from_secs(config.serve.interval_seconds)).await;
    }
}

fn router(latest: Latest) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/runbooks/{alert}", get(page_of))
        .route("/readyz", get(readyz))
        .route("/status.json", get(status))
        .route("/metrics", get(scrape))
        .with_state(latest)
}

/// What is answered once there was a look.
fn with(latest: &Latest, answer: impl FnOnce(&Status) -> Response) -> Response {
    let status = latest.borrow().clone();
    let nothing =
        || (StatusCode::SERVICE_UNAVAILABLE, "nothing was looked at yet\n").into_response();
    status.map_or_else(nothing, |status| answer(&status))
}

async fn home(State(latest): State<Latest>) -> Response {
    with(&latest, |status| Html(page::render(status)).into_response())
}

async fn page_of(Path(alert): Path<String>) -> Response {
    match runbook(&alert) {
        Some(text) => text.into_response(),
        None => (StatusCode::NOT_FOUND, "no such runbook: `ec-witness runbook` lists them\n")
            .into_response(),
    }
}

async fn readyz(State(latest): State<Latest>) -> Response {
    with(&latest, |status| {
        let fails = status.conditions.iter().filter(|it| it.holds == Some(false));
        let lines: Vec<String> = fails.map(|it| format!("{}: {}\n", it.name, it.found)).collect();
        if status.is_ready() {
            "ready\n".into_response()
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready\n{}", lines.concat()))
                .into_response()
        }
    })
}

async fn status(State(latest): State<Latest>) -> Response {
    with(&latest, |status| Json(status).into_response())
}

async fn scrape(State(latest): State<Latest>) -> Response {
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4")];
    with(&latest, |status| (kind, metrics::text(status)).into_response())
}
