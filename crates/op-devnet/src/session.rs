//! One run of `op-devnet up` in a folder. Whatever it starts is stopped in order, whether its work was
//! done, failed or was interrupted.

use std::{path::Path, rc::Rc};

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::home::{Home, Lock};
use crate::supervisor::{Supervisor, leftovers};

pub(crate) struct Session {
    pub(crate) home: Home,
    pub(crate) lock: Lock,
    pub(crate) supervisor: Rc<Supervisor>,
}

impl Session {
    /// Makes this process the only supervisor of the folder.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let home = Home::create(dir)?;
        let lock = home.lock()?;
        let supervisor = Rc::new(Supervisor::new(&home));
        Ok(Self { home, lock, supervisor })
    }

    /// Ends what an earlier run left, then works until it is done, or interrupted (`None`).
    pub(crate) async fn run<T>(
        &self,
        clock: &Clock,
        work: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        let work = async {
            let left = leftovers::end(&self.home, &self.lock).await;
            if left > 0 {
                clock.say(format!("ended {left} processes that an earlier run had left"));
            }
            work.await
        };
        tokio::select! {
            done = work => done.map(Some),
            () = interrupted()? => Ok(None),
        }
    }

    /// Stops all services in order; another interruption kills them.
    pub(crate) async fn close(self, clock: &Clock) -> Result<()> {
        clock.say("stopping; Ctrl-C again kills");
        tokio::select! {
            () = self.supervisor.shut_down() => {}
            // What still runs dies with the supervisor.
            () = interrupted()? => clock.say("killed"),
        }
        Ok(())
    }
}

/// Ends with SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal is closed).
pub(crate) fn interrupted() -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot listen for signals")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
