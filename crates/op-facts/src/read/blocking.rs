//! Work that may block for ever: pipes, network disks, other programs.

use std::{io, thread, time::Duration};

use tokio::{sync::oneshot, time::timeout};

/// Does the work on a thread of its own, for at most `patience`: at its end, the runtime would wait
/// for one of its blocking threads, however long that stays silent.
pub async fn on_a_thread<T: Send + 'static>(
    name: &str,
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new()
        .name(name.to_owned())
        // Nobody listens any more when it comes too late.
        .spawn(move || drop(sender.send(work())))?;
    let done = timeout(patience, receiver).await.map_err(|_| {
        let text = format!("not read within {patience:?}");
        io::Error::new(io::ErrorKind::TimedOut, text)
    })?;
    done.map_err(io::Error::other)
}
