//! The health service.
//!
//! * `/livez`: the process answers
//! * `/readyz`: 200 only if every condition holds; `/readyz/SERVICE`: the service's own conditions
//! * `/status.json`: everything that is known, [`Status`](op_status::status::Status)
//! * `/metrics`: the same for Prometheus
//! * `/bundle/`: what the chain publishes, where `serve.bundle` names its folder
//!
//! It has the gates judged by a process of its own, or reports what a more privileged `op-warden check
//! --output` has left: then the process that listens needs no access to any key.

mod bundle;
mod connections;
mod host;
mod judging;
mod log;
mod routes;
mod shutdown;

use std::{io, net::SocketAddr, path::Path, time::Duration};

use eth_rpc::RpcUrlError;
use futures_core::future::LocalBoxFuture;
use tokio::signal::unix::{SignalKind, signal};
use tokio::{net::TcpListener, sync::watch::channel};

use self::shutdown::stopped;
use crate::poll;
use op_gate::config::{Config, ConfigError};

/// What a client that holds its connection may delay the end.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the configuration has no \"serve\" with the address to listen on")]
    NotConfigured,
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot serve: {0}")]
    Serve(#[from] io::Error),
    #[error("an endpoint of the configuration: {0}")]
    Url(#[from] RpcUrlError),
}

/// Serves until SIGTERM or SIGINT, then finishes what it has begun to answer, within [`LIMIT`].
// Boxed: the server is compiled here, and not in the program.
#[must_use]
pub fn run(file: &Path) -> LocalBoxFuture<'_, Result<(), ServeError>> {
    Box::pin(serve(file))
}

async fn serve(file: &Path) -> Result<(), ServeError> {
    log::start();
    let config = Config::load(file)?;
    let serve = config.serve.clone().ok_or(ServeError::NotConfigured)?;
    let address = serve.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (judge, judgements) = channel(Err("nothing is judged yet".to_owned()));
    let (publish, latest) = channel(None);
    let (stop, stopping) = channel(());
    let router = routes::router(latest, bundle::router(&config), &serve.hosts);
    let server = connections::serve(listener, router, stopping.clone());
    let work = async {
        tokio::try_join!(async { server.await.map_err(ServeError::from) }, async {
            let polling = poll::run(&config, &serve, judgements, &publish, stopped(stopping));
            polling.await.map_err(ServeError::from)
        })
    };
    let asked = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            never = judging::keep_judging(&config, &serve, file, &judge) => match never {},
        }
    };
    // Outside systemd nobody waits for it.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let Some(ended) = shutdown::until(work, asked, &stop, LIMIT).await else {
        tracing::warn!("not done {LIMIT:?} after it was asked to end: it ends now");
        return Ok(());
    };
    ended.map(|((), ())| ())
}
