//! The end of the service.

use std::time::Duration;

use tokio::sync::watch::{Receiver, Sender};
use tokio::time::timeout;

/// Does the work until `asked`, then signals `stop` and gives the work `limit` to end; `None` where that is
/// not enough.
pub(super) async fn until<T>(
    work: impl Future<Output = T>,
    asked: impl Future<Output = ()>,
    stop: &Sender<()>,
    limit: Duration,
) -> Option<T> {
    tokio::pin!(work);
    tokio::select! {
        ended = &mut work => return Some(ended),
        () = asked => {}
    }
    stop.send_replace(());
    timeout(limit, work).await.ok()
}

/// Until `stop` is signalled.
pub(super) async fn stopped(mut stop: Receiver<()>) {
    // An error is the sender's end, which is the same.
    let _ = stop.changed().await;
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::Router;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch::channel;

    use super::*;
    use crate::serve::connections;

    /// A server that is asked to end after a client has sent `request`, and that client.
    async fn ended_while(request: &[u8], limit: Duration) -> (bool, Duration, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stop, stopping) = channel(());
        let server = connections::serve(listener, Router::new(), stopping);
        client.write_all(request).await.unwrap();
        // The server has read it by then.
        let asked = tokio::time::sleep(Duration::from_millis(200));
        let begin = Instant::now();
        let ended = until(server, asked, &stop, limit).await;
        (ended.is_some(), begin.elapsed(), client)
    }

    #[tokio::test]
    async fn a_client_that_holds_its_connection_delays_the_end_no_longer_than_the_limit() {
        let limit = Duration::from_millis(300);
        let slow = b"GET / HTTP/1.1\r\nHost: op-warden\r\n";
        let (in_time, took, _client) = ended_while(slow, limit).await;
        assert!(!in_time, "the client's request was never finished");
        assert!(took < Duration::from_secs(3), "{took:?}");
    }

    #[tokio::test]
    async fn what_is_answered_delays_nothing() {
        let limit = Duration::from_mins(1);
        let whole = b"GET / HTTP/1.1\r\nHost: op-warden\r\nConnection: close\r\n\r\n";
        let (in_time, took, mut client) = ended_while(whole, limit).await;
        assert!(in_time && took < Duration::from_secs(10), "{took:?}");
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }

    #[tokio::test]
    async fn an_error_ends_it_at_once() {
        let (stop, _stopping) = channel(());
        let work = async { Err::<(), _>("no") };
        let ended = until(work, std::future::pending(), &stop, Duration::ZERO).await;
        assert_eq!(ended, Some(Err("no")));
    }
}
