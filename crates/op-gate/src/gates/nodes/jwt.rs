//! op-node and its engine share a secret, and the engine takes it.

use std::path::Path;

use eth_rpc::{RpcUrlError, Unread};
use op_exec::secret::SecretError;

use crate::finding::{Comparison, Finding};
use crate::read::Facts;
use crate::read::nodes::jwt::{Handshake, JwtError, JwtFile, JwtSecret, pair};
use crate::{command::Command, config::Service, gate::Gate};

const GATE: Gate = Gate::Jwt;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((url, path)) = pair(service) else {
        let expected = ("--l2 and --l2.jwt-secret", "op-node");
        let missing = Comparison::new(GATE, expected, ("not both", "the service's command"));
        return vec![
            missing.refuse("Give op-node the URL of its engine and the file with their secret."),
        ];
    };
    let Some(file) = facts.nodes.jwt.files.get(&path) else { return Vec::new() };
    let secret = match &file.secret {
        Ok(secret) => secret,
        Err(error) => return vec![no_secret(&path, error)],
    };
    let mut findings = vec![private(&path, file)];
    findings.push(of_the_engine(&url, &path, secret, facts));
    if let Some(handshake) = facts.nodes.jwt.engines.get(&(url, path)) {
        findings.push(taken(handshake));
    }
    findings
}

fn no_secret(path: &Path, error: &JwtError) -> Finding {
    let file = format!("secret file {}", path.display());
    let comparison = Comparison::new(GATE, ("32 bytes in hex", "Engine API"), (error, file));
    match error {
        JwtError::File(SecretError::Read(_) | SecretError::Empty) => comparison.wait(
            "Make the secret (openssl rand -hex 32) for the engine and op-node, readable by them \
             and op-warden.",
        ),
        JwtError::File(SecretError::Content) | JwtError::NotHex => comparison
            .refuse("Write the secret as 64 hex digits, with or without 0x, and nothing else."),
    }
}

fn private(path: &Path, file: &JwtFile) -> Finding {
    const OTHERS: u32 = 0o006;
    let others = file.mode.is_some_and(|mode| mode & OTHERS != 0);
    let found = if others { "everybody may read or write it" } else { "a secret" };
    Comparison::new(
        GATE,
        ("a secret that not everybody may read or write", "Engine API"),
        (found, format!("secret file {}", path.display())),
    )
    .warn_unless(
        !others,
        format!(
            "chmod o-rw {}: whoever has the secret and reaches the engine's port moves its head.",
            path.display()
        ),
    )
}

/// The engine is the service that listens at the port of `--l2`.
fn of_the_engine(url: &str, path: &Path, secret: &JwtSecret, facts: &Facts) -> Finding {
    let services = facts.config.services.iter();
    let engine = services
        .filter_map(|(name, service)| Some((name, service.command.as_ref()?)))
        .find(|(_, command)| {
            is_engine(command) && port(url).is_some_and(|port| port == authrpc(command))
        });
    let Some((name, command)) = engine else {
        return Finding::skip(GATE, "the engine is none of this configuration's services");
    };
    let Some(file) = command.value("authrpc.jwtsecret").map(Path::new) else {
        return Comparison::new(
            GATE,
            (format!("the secret of {}", path.display()), "op-node"),
            ("a secret that the engine makes for itself", name),
        )
        .refuse("Give the engine the same file with --authrpc.jwtsecret.");
    };
    let source = format!("--authrpc.jwtsecret of {name}, {}", file.display());
    let expected = (format!("the secret of {}", path.display()), "--l2.jwt-secret of op-node");
    match facts.nodes.jwt.files.get(file).map(|file| &file.secret) {
        Some(Ok(engines)) => {
            let same = engines == secret;
            let found = if same { "the engine's" } else { "another" };
            Comparison::new(GATE, expected, (found, source)).refuse_unless(
                same,
                "Give op-node and its engine the same file: with two secrets the engine answers \
                 op-node with 401.",
            )
        }
        Some(Err(error)) => no_secret(file, error),
        None => Finding::not_judged(GATE),
    }
}

fn is_engine(command: &Command) -> bool {
    matches!(command.component.as_str(), "op-geth" | "op-reth")
}

fn authrpc(command: &Command) -> String {
    command.value("authrpc.port").unwrap_or("8551").to_owned()
}

/// The port of a URL on this host. A user before the host, a path or a query does not matter.
fn port(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let (host, port) = host.rsplit_once(':')?;
    matches!(host, "127.0.0.1" | "localhost" | "[::1]").then(|| port.to_owned())
}

/// The engine knows who has the secret.
fn taken(handshake: &Result<Handshake, RpcUrlError>) -> Finding {
    let expected = "an engine that takes op-node's token";
    let handshake = match handshake {
        Ok(handshake) => handshake,
        // op-node also speaks WebSocket, op-warden does not.
        Err(RpcUrlError::Scheme(scheme)) if matches!(scheme.as_str(), "ws" | "wss") => {
            return Finding::skip(GATE, format!("the engine is not asked over {scheme}"));
        }
        Err(error) => {
            return Comparison::new(GATE, (expected, "Engine API"), (error, "--l2 of op-node"))
                .refuse("Correct the URL of the engine's authenticated port.");
        }
    };
    let node = format!("engine_exchangeCapabilities of {}", handshake.endpoint);
    match &handshake.capabilities {
        Ok(_) => Comparison::new(GATE, (expected, "Engine API"), ("token taken", node)).holds(),
        Err(unread @ Unread::Denied(_)) => {
            Comparison::new(GATE, (expected, "Engine API"), (unread, node)).refuse(
                "The engine runs with another secret, or its clock is more than a minute away \
                 from this one's: start it again with the same file, and set the clocks.",
            )
        }
        Err(unread) => Finding::unread(GATE, expected, node, unread),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_an_engine_on_this_host_is_found() {
        for (url, expected) in [
            ("http://127.0.0.1:8551", Some("8551")),
            ("http://user:pass@localhost:1/path?a=b:2", Some("1")),
            ("ws://[::1]:3/", Some("3")),
            ("http://127.0.0.1", None),
            ("http://engine.example:8551", None),
            ("127.0.0.1:8551", None),
            ("", None),
        ] {
            assert_eq!(port(url).as_deref(), expected, "{url}");
        }
    }
}
