//! The page over HTTP, of a status that a test changes.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use axum::{
    Router,
    extract::State,
    http::{Uri, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use op_status::page::CONTENT_SECURITY_POLICY;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::Result;

#[derive(Default)]
struct Shared {
    page: Mutex<String>,
    /// What was asked for beside the page.
    others: Mutex<Vec<String>>,
}

/// Ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    pub(crate) url: String,
    shared: Arc<Shared>,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Server {
    pub(crate) fn start(page: String) -> Result<Self> {
        let shared = Arc::new(Shared { page: Mutex::new(page), ..Shared::default() });
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { address: any_port, url: String::new(), shared, running: None };
        server.restart()?;
        server.url = format!("http://{}/", server.address);
        Ok(server)
    }

    /// Listens, after it was stopped where it did before.
    pub(crate) fn restart(&mut self) -> Result<()> {
        let router = Router::new()
            .route("/", get(answer))
            .fallback(other)
            .with_state(Arc::clone(&self.shared));
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(self.address))?;
        self.address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = axum::serve(listener, router).into_future() => {}
                    _ = stopped => {}
                }
            });
        });
        self.running = Some((stop, thread));
        Ok(())
    }

    /// What it answers from now on.
    pub(crate) fn show(&self, page: String) {
        *self.shared.page.lock().unwrap_or_else(PoisonError::into_inner) = page;
    }

    pub(crate) fn others(&self) -> Vec<String> {
        self.shared.others.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes every connection, and answers no more.
    pub(crate) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn answer(State(shared): State<Arc<Shared>>) -> Response {
    let page = shared.page.lock().unwrap_or_else(PoisonError::into_inner).clone();
    ([(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY.as_str())], Html(page))
        .into_response()
}

async fn other(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    shared.others.lock().unwrap_or_else(PoisonError::into_inner).push(uri.to_string());
    axum::http::StatusCode::NOT_FOUND.into_response()
}
