//! Runs the services as systemd would on a NixOS host: each behind its gate, in the order of their
//! dependencies, started again when they die, stopped in reverse.

pub(crate) mod board;
pub(crate) mod leftovers;
pub(crate) mod process;
pub(crate) mod unit;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use self::board::{Board, Status};
use self::unit::Unit;
use crate::home::{self, Home};
use crate::out;

/// Before a status that could not be written is written again.
const AGAIN: Duration = Duration::from_secs(1);

pub(crate) struct Supervisor {
    board: watch::Sender<Board>,
    units: RefCell<BTreeMap<String, Running>>,
}

struct Running {
    after: BTreeSet<String>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Supervisor {
    /// A supervisor without services, that keeps `home`'s status file fresh.
    pub(crate) fn new(home: &Home) -> Self {
        let (board, changes) =
            watch::channel(Board { pid: std::process::id(), ..Board::default() });
        tokio::spawn(publish(changes, home.clone()));
        Self { board, units: RefCell::default() }
    }

    /// Puts services on the board that are to be started.
    pub(crate) fn expect(&self, names: impl IntoIterator<Item = String>) {
        self.board.send_modify(|board| {
            board.services.extend(names.into_iter().map(|name| (name, Status::default())));
        });
    }

    /// Puts JSON-RPC endpoints on the board.
    pub(crate) fn set_endpoints(&self, endpoints: BTreeMap<String, String>) {
        self.board.send_modify(|board| board.endpoints = endpoints);
    }

    /// Starts a service, or lets it wait for the ones before it.
    pub(crate) fn start(&self, unit: Unit) {
        let (name, after) = (unit.name.clone(), unit.after.clone());
        self.expect([name.clone()]);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(unit.keep_running(self.board.clone(), stopped));
        self.units.borrow_mut().insert(name, Running { after, stop, task });
    }

    /// What is known of the services, now and later.
    pub(crate) fn board(&self) -> watch::Receiver<Board> {
        self.board.subscribe()
    }

    /// Stops everything: a service when none that comes after it is left.
    pub(crate) async fn shut_down(&self) {
        loop {
            let mut stopping = self.take_leaves();
            if stopping.is_empty() {
                return;
            }
            for unit in &stopping {
                unit.stop.send_replace(true);
            }
            for unit in &mut stopping {
                // The task has no way to fail.
                let _ = (&mut unit.task).await;
            }
        }
    }

    /// The services that no other one comes after.
    fn take_leaves(&self) -> Vec<Running> {
        let mut units = self.units.borrow_mut();
        let leaves: Vec<String> = units
            .keys()
            .filter(|name| !units.values().any(|unit| unit.after.contains(*name)))
            .cloned()
            .collect();
        leaves.iter().filter_map(|name| units.remove(name)).collect()
    }
}

/// Writes every change of the board to the status file; again where that fails, so that it never shows
/// what was for longer than it must.
async fn publish(mut changes: watch::Receiver<Board>, home: Home) {
    let mut failed = false;
    loop {
        let board = changes.borrow_and_update().clone();
        let text = serde_json::to_vec_pretty(&board).unwrap_or_default();
        let written = home::write(&home.status(), &text);
        if let Err(error) = written {
            if !failed {
                out::error(&error);
            }
            failed = true;
            sleep(AGAIN).await;
        } else {
            failed = false;
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
