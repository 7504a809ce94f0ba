//! Where a program listens: TCP only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::command::Command;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub flag: &'static str,
    /// The address, or what is written in its place.
    pub address: Result<SocketAddr, String>,
}

const LOCAL: &str = "127.0.0.1";
const ALL: &str = "0.0.0.0";

impl Command {
    /// The TCP addresses that the program will listen at, with its own defaults where a flag is not
    /// given.
    #[must_use]
    pub fn listeners(&self) -> Vec<Listener> {
        let setting = |flag: &'static str| self.setting(flag).unwrap_or_else(|| of_reth(flag));
        let mut listeners = Vec::new();
        let mut add = |on: bool, host: &'static str, port: &'static str| {
            let number = setting(port);
            if on && number != "0" {
                listeners.push(Listener { flag: port, address: address(setting(host), number) });
            }
        };
        match self.component.as_str() {
            "op-geth" | "op-reth" => {
                add(self.is_on("http"), "http.addr", "http.port");
                add(self.is_on("ws"), "ws.addr", "ws.port");
                add(true, "authrpc.addr", "authrpc.port");
            }
            component => {
                if component == "op-node" {
                    add(true, "rpc.addr", "rpc.port");
                    add(!self.is_on("p2p.disable"), "p2p.listen.ip", "p2p.listen.tcp");
                }
                // op-challenger and op-dispute-mon have no RPC.
                if matches!(component, "op-batcher" | "op-proposer") {
                    add(true, "rpc.addr", "rpc.port");
                }
                add(self.is_on("metrics.enabled"), "metrics.addr", "metrics.port");
                add(self.is_on("pprof.enabled"), "pprof.addr", "pprof.port");
            }
        }
        match self.component.as_str() {
            "op-geth" => {
                // It serves metrics only where a flag says so, and its P2P port is as often as not
                // turned off in its configuration file.
                add(self.value("metrics.addr").is_some(), "metrics.addr", "metrics.port");
                add(self.is_on("pprof"), "pprof.addr", "pprof.port");
                add(self.value("port").is_some(), "addr", "port");
            }
            "op-reth" => {
                add(true, "addr", "port");
                if let Some(metrics) = self.value("metrics") {
                    // A port alone, or a host and a port (reth `parse_socket_address`).
                    let (host, port) = metrics.rsplit_once(':').unwrap_or((LOCAL, metrics));
                    let host = host.trim_start_matches('[').trim_end_matches(']');
                    let address = address(if host.is_empty() { LOCAL } else { host }, port);
                    listeners.push(Listener { flag: "metrics", address });
                }
            }
            _ => {}
        }
        listeners
    }
}

/// op-reth's defaults, whose flags are not in the table (`node/core/src/args`).
fn of_reth(flag: &str) -> &'static str {
    match flag {
        "http.port" => "8545",
        "ws.port" => "8546",
        "authrpc.port" => "8551",
        "port" => "30303",
        "addr" => ALL,
        _ => LOCAL,
    }
}

impl Command {
    /// The URL of the listener of a flag, as this host reaches it.
    #[must_use]
    pub fn url(&self, flag: &str) -> Option<String> {
        let listener = self.listeners().into_iter().find(|listener| listener.flag == flag)?;
        let mut address = listener.address.ok()?;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        Some(format!("http://{address}"))
    }
}

/// A name in the place of an address is taken for every address of this host.
fn address(host: &str, port: &str) -> Result<SocketAddr, String> {
    let host = match host {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        host => host.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
    };
    port.parse().map(|port| SocketAddr::new(host, port)).map_err(|_| port.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listeners(component: &str, args: &[&str]) -> Vec<String> {
        let command = Command {
            component: component.to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
            environment: std::collections::BTreeMap::new(),
        };
        let shown = |listener: Listener| match listener.address {
            Ok(address) => format!("{}={address}", listener.flag),
            Err(text) => format!("{}?{text}", listener.flag),
        };
        command.listeners().into_iter().map(shown).collect()
    }

    #[test]
    fn each_program_listens_where_its_flags_say_and_where_it_always_does() {
        for (component, args, expected) in [
            ("op-node", &[][..], &["rpc.port=0.0.0.0:9545", "p2p.listen.tcp=0.0.0.0:9222"][..]),
            (
                "op-node",
                &["--p2p.disable", "--rpc.addr=127.0.0.1", "--rpc.port", "1", "--metrics.enabled"],
                &["rpc.port=127.0.0.1:1", "metrics.port=0.0.0.0:7300"],
            ),
            ("op-node", &["--p2p.listen.tcp=0", "--rpc.port=x"], &["rpc.port?x"]),
            ("op-batcher", &["--rpc.port=2"], &["rpc.port=0.0.0.0:2"]),
            ("op-proposer", &["--rpc.addr=::1"], &["rpc.port=[::1]:8545"]),
            (
                "op-challenger",
                &["--metrics.enabled=true", "--metrics.port=3", "--metrics.addr=localhost"],
                &["metrics.port=127.0.0.1:3"],
            ),
            ("op-dispute-mon", &["--pprof.enabled"], &["pprof.port=0.0.0.0:6060"]),
            ("op-geth", &["--metrics"], &["authrpc.port=127.0.0.1:8551"]),
            (
                "op-geth",
                &["--http", "--metrics", "--metrics.addr=127.0.0.1", "--port=30303"],
                &[
                    "http.port=127.0.0.1:8545",
                    "authrpc.port=127.0.0.1:8551",
                    "metrics.port=127.0.0.1:6060",
                    "port=0.0.0.0:30303",
                ],
            ),
            (
                "op-reth",
                &["node", "--ws", "--addr=127.0.0.1", "--metrics=127.0.0.1:9001"],
                &[
                    "ws.port=127.0.0.1:8546",
                    "authrpc.port=127.0.0.1:8551",
                    "port=127.0.0.1:30303",
                    "metrics=127.0.0.1:9001",
                ],
            ),
            (
                "op-reth",
                &["--metrics=9001", "--port=0", "--authrpc.addr=engine.local"],
                &["authrpc.port=0.0.0.0:8551", "metrics=127.0.0.1:9001"],
            ),
        ] {
            assert_eq!(listeners(component, args), expected, "{component} {args:?}");
        }
    }
}
