//! The static peers of the nodes: whether somebody answers at their addresses.

use std::{collections::BTreeMap, time::Duration};

use multiaddr::{Multiaddr, Protocol};
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::{gate::Gate, read::request::Request};

/// A peer as op-node is given it.
#[derive(Debug)]
pub enum Peer {
    Answers,
    /// Nobody does, and why.
    Silent(String),
    /// Not an address that op-node can dial, and why.
    Malformed(String),
}

/// How long a peer may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn read(request: &Request<'_>) -> BTreeMap<String, Peer> {
    let patience = request.patience().min(PATIENCE);
    let judged = request.judged_by(Gate::StaticPeers);
    let addresses = judged.filter_map(|service| service.command.as_ref());
    let mut tasks = JoinSet::new();
    for address in addresses.flat_map(|command| command.list("p2p.static")) {
        let address = address.to_owned();
        tasks.spawn(async move {
            let peer = match host_and_port(&address) {
                Err(reason) => Peer::Malformed(reason),
                Ok((host, port)) => dial(&host, port, patience).await,
            };
            (address, peer)
        });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn dial(host: &str, port: u16, patience: Duration) -> Peer {
    match timeout(patience, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Peer::Answers,
        Ok(Err(error)) => Peer::Silent(error.to_string()),
        Err(_) => Peer::Silent(format!("no answer within {patience:?}")),
    }
}

/// Host and TCP port of a multiaddr that ends in the peer's id.
fn host_and_port(address: &str) -> Result<(String, u16), String> {
    let address: Multiaddr =
        address.parse().map_err(|error: multiaddr::Error| error.to_string())?;
    let mut parts = address.iter();
    let host = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.to_string(),
        Some(Protocol::Ip6(ip)) => ip.to_string(),
        Some(Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) => name.to_string(),
        _ => return Err("it does not begin with an IP address or a DNS name".to_owned()),
    };
    let Some(Protocol::Tcp(port)) = parts.next() else {
        return Err("it has no TCP port".to_owned());
    };
    match (parts.next(), parts.next()) {
        (Some(Protocol::P2p(_)), None) => Ok((host, port)),
        _ => Err("it does not end in /p2p/ and the peer's id".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";

    #[test]
    fn an_address_has_a_host_a_port_and_an_id() {
        for (address, expected) in [
            (format!("/ip4/127.0.0.1/tcp/9222/p2p/{ID}"), Some(("127.0.0.1", 9222))),
            (format!("/ip6/::1/tcp/1/p2p/{ID}"), Some(("::1", 1))),
            (
                format!("/dns4/sequencer.example/tcp/9222/p2p/{ID}"),
                Some(("sequencer.example", 9222)),
            ),
            ("/ip4/127.0.0.1/tcp/9222".to_owned(), None),
            (format!("/ip4/127.0.0.1/udp/9222/p2p/{ID}"), None),
            (format!("/ip4/127.0.0.1/tcp/99999/p2p/{ID}"), None),
            (format!("/ip4/127.0.0.1/p2p/{ID}"), None),
            ("/ip4/127.0.0.1/tcp/9222/p2p/nobody".to_owned(), None),
            (format!("enode://{}@127.0.0.1:9222", "ab".repeat(64)), None),
            ("127.0.0.1:9222".to_owned(), None),
            (String::new(), None),
        ] {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(host_and_port(&address).ok(), expected, "{address}");
        }
    }
}
