//! Connections of clients, none of which can keep the others from an answer.

use std::{collections::VecDeque, io, time::Duration};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, rt::TokioTimer, service::TowerToHyperService};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::Receiver;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::shutdown::stopped;

/// Of more at once, the oldest is closed. A scrape and a page take one each.
const MOST: usize = 128;

/// For the head of a request, also for the next one of a connection.
const HEAD: Duration = Duration::from_secs(5);

/// A client that reads slowly is closed after it.
const LIFETIME: Duration = Duration::from_mins(2);

/// The most of a request's head that is kept.
const HEAD_BYTES: usize = 64 << 10;

/// After the limit of open files is met; a connection that ends makes room.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is signalled, then ends when each connection has its answer.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    stop: Receiver<()>,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let mut oldest: VecDeque<AbortHandle> = VecDeque::new();
    let end = stopped(stop.clone());
    tokio::pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let Ok((stream, _)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        oldest.retain(|connection| !connection.is_finished());
        if oldest.len() >= MOST {
            oldest.pop_front().inspect(AbortHandle::abort);
        }
        oldest.push_back(connections.spawn(connection(stream, router.clone(), stop.clone())));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Answers what one client asks.
async fn connection(stream: TcpStream, router: Router, stop: Receiver<()>) {
    let service = TowerToHyperService::new(router.into_service::<Incoming>());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopped(stop) => {}
        () = sleep(LIFETIME) => {}
    }
    connection.as_mut().graceful_shutdown();
    // What a client makes of the answer is its own affair.
    let _ = timeout(HEAD, connection).await;
}
