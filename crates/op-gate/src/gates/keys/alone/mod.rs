//! Nobody else signs with the service's key.
//!
//! It is judged while the service is down: what its key signs then was signed elsewhere. While it runs,
//! op-health looks for a second signer.

mod blocks;
mod transactions;

use std::path::Path;

use crate::command::Command;
use crate::finding::{Comparison, Finding};
use crate::read::{Facts, host::ports::Port};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key};

const GATE: Gate = Gate::Alone;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(command), Some(file)) = (&service.command, service.last_run.as_deref()) else {
        return Vec::new();
    };
    if let Some(reason) = stands_by(command) {
        return vec![Finding::skip(GATE, reason)];
    }
    if runs(command, facts) {
        return vec![Finding::skip(
            GATE,
            "its ports are taken, so it runs: the condition `alone` looks for a second signer",
        )];
    }
    let (Some((path, key)), Some(last_run)) = (facts.key(service), facts.host.last_runs.get(file))
    else {
        return Vec::new();
    };
    let account = match key {
        Ok(account) => account,
        Err(error) => return vec![no_key(GATE, None, "key of the service", path, error)],
    };
    let last_run = match last_run {
        Ok(last_run) => *last_run,
        Err(error) => return vec![unread_last_run(file, error)],
    };
    if service.is_node() {
        vec![blocks::judge(last_run, facts)]
    } else {
        transactions::judge(service, account, (last_run, file), facts)
    }
}

/// Why the program does not sign although it runs.
fn stands_by(command: &Command) -> Option<&'static str> {
    match command.component.as_str() {
        "op-node" if command.is_on("conductor.enabled") => {
            Some("op-conductor elects the one that makes blocks (--conductor.enabled)")
        }
        "op-node" if command.is_on("sequencer.stopped") => {
            Some("it makes no blocks until it is told to (--sequencer.stopped)")
        }
        "op-batcher" if command.is_on("stopped") => {
            Some("it sends no batches until it is told to (--stopped)")
        }
        _ => None,
    }
}

fn runs(command: &Command, facts: &Facts) -> bool {
    let addresses = command.listeners().into_iter().filter_map(|listener| listener.address.ok());
    addresses
        .filter_map(|address| facts.host.ports.get(&address))
        .any(|port| matches!(port, Port::Taken(_)))
}

fn unread_last_run(file: &Path, error: &std::io::Error) -> Finding {
    let file = file.display();
    Comparison::new(
        GATE,
        ("until when the service ran on this host", "lastRun of the service"),
        (error, &file),
    )
    .wait(format!(
        "Make it readable. If it ran here last, write \"stopped\" into {file}; if it never did, remove \
         the file."
    ))
}
