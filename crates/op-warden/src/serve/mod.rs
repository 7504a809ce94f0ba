//! The health service.
//!
//! * `/livez`: the process answers
//! * `/readyz`: 200 only if every service's gates passed at the last judgement, and that is fresh
//! * `/status.json`: the last judgements, [`Record`]
//!
//! It judges by itself, or tells what a more privileged `op-warden check --output` has left: then
//! the process that listens needs no access to any key.

mod readiness;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use self::readiness::Readiness;
use crate::{
    config::{Config, Serve},
    gate,
    record::Record,
};

/// Judgements left by another process are looked at this often.
const LOOK: Duration = Duration::from_secs(2);

/// Why the service ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration has no `serve`.
    #[error("the configuration has no \"serve\" with the address to listen on")]
    NotConfigured,
    /// The address is not free, or not this host's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// Signals or connections cannot be waited for.
    #[error("cannot serve: {0}")]
    Serve(#[from] io::Error),
}

/// The last record, or why there is none.
type Latest = Result<Record, String>;

/// Serves until SIGTERM or SIGINT, and finishes what it has begun to answer.
pub async fn run(config: Config) -> Result<(), ServeError> {
    let serve = config.serve.clone().ok_or(ServeError::NotConfigured)?;
    let address = serve.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let stopped = stopped()?;
    let (sender, latest) = watch::channel(Err("nothing is judged yet".to_owned()));
    let state = Arc::new(Readiness { latest, interval: serve.interval() });
    let router = Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/status.json", get(status))
        .with_state(state);
    // Outside systemd nobody waits for it.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    tokio::select! {
        served = axum::serve(listener, router).with_graceful_shutdown(stopped).into_future() => Ok(served?),
        never = keep_judging(&config, &serve, &sender) => match never {},
    }
}

/// Ends with SIGTERM or SIGINT.
fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn keep_judging(
    config: &Config,
    serve: &Serve,
    sender: &watch::Sender<Latest>,
) -> Infallible {
    let pause = if serve.judgements.is_some() { LOOK } else { serve.interval() };
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let latest = match &serve.judgements {
            Some(file) => Record::read(file).map_err(|error| error.to_string()),
            None => judge(config).await,
        };
        let _before = sender.send_replace(latest);
    }
}

async fn judge(config: &Config) -> Latest {
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    gate::run(config, &names).await.map(Record::now).map_err(|error| error.to_string())
}

async fn readyz(State(readiness): State<Arc<Readiness>>) -> Response {
    let failed = readiness.failed();
    if failed.is_empty() {
        (StatusCode::OK, "ready\n".to_owned()).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, failed.join("\n") + "\n").into_response()
    }
}

async fn status(State(readiness): State<Arc<Readiness>>) -> Response {
    match &*readiness.latest.borrow() {
        Ok(record) => Json(record).into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}
