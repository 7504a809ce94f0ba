//! The health service.
//!
//! * `/livez`: the process answers
//! * `/readyz`: 200 only if every condition holds; `/readyz/SERVICE`: the service's own conditions
//! * `/status.json`: everything that is known, [`Status`](crate::status::Status)
//! * `/metrics`: the same for Prometheus
//!
//! It has the gates judged by a process of its own, or tells what a more privileged `op-warden check
//! --output` has left: then the process that listens needs no access to any key.

mod judging;
mod log;
mod routes;

use std::{io, net::SocketAddr, path::Path};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::watcher::{self, WatchError};
use op_gate::config::{Config, ConfigError};

/// Why the service ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    /// The chain cannot be watched.
    #[error(transparent)]
    Watch(#[from] WatchError),
}

/// Serves until SIGTERM or SIGINT, and finishes what it has begun to answer.
pub async fn run(file: &Path) -> Result<(), ServeError> {
    log::start();
    let config = Config::load(file)?;
    let serve = config.serve.clone().ok_or(ServeError::NotConfigured)?;
    let address = serve.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (judge, judgements) = watch::channel(Err("nothing is judged yet".to_owned()));
    let (publish, latest) = watch::channel(None);
    let (stop, stopping) = watch::channel(());
    let stopped = async move |mut stopping: watch::Receiver<()>| {
        // An error is the sender's end, which is the same.
        let _ = stopping.changed().await;
    };
    let server = axum::serve(listener, routes::router(latest))
        .with_graceful_shutdown(stopped(stopping.clone()));
    let work = async {
        tokio::try_join!(async { server.await.map_err(ServeError::from) }, async {
            let watching = watcher::run(&config, &serve, judgements, &publish, stopped(stopping));
            watching.await.map_err(ServeError::from)
        },)
    };
    // Outside systemd nobody waits for it.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let ended = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            never = judging::keep_judging(&config, &serve, file, &judge) => match never {},
        }
        stop.send_replace(());
        std::future::pending::<std::convert::Infallible>().await
    };
    tokio::select! {
        done = work => done.map(|((), ())| ()),
        never = ended => match never {},
    }
}
