//! The static peers of the nodes: whether somebody listens at their addresses, and on this host, who.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use multiaddr::{Multiaddr, Protocol};
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::{config::Service, gate::Gate, read::request::Request};

/// A peer as op-node is given it.
#[derive(Debug)]
pub enum Peer {
    /// Somebody does; who it is, is known of the nodes of this configuration only.
    Listens,
    /// The node of this configuration that listens there has this id.
    IsAnother(String),
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
    let here = ids_here(request);
    let addresses = judged.filter_map(|service| service.command.as_ref());
    let mut tasks = JoinSet::new();
    for address in addresses.flat_map(|command| command.list("p2p.static")) {
        let address = address.to_owned();
        let here = here.clone();
        tasks.spawn(async move {
            let peer = match parse(&address) {
                Err(reason) => Peer::Malformed(reason),
                Ok(peer) => match here.get(&peer.port).filter(|_| peer.is_here()) {
                    Some(id) if *id != peer.id => Peer::IsAnother(id.clone()),
                    _ => dial(&peer.host, peer.port, patience).await,
                },
            };
            (address, peer)
        });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn dial(host: &str, port: u16, patience: Duration) -> Peer {
    match timeout(patience, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Peer::Listens,
        Ok(Err(error)) => Peer::Silent(error.to_string()),
        Err(_) => Peer::Silent(format!("no answer within {patience:?}")),
    }
}

/// The peer ids of this configuration's nodes, by their P2P ports.
fn ids_here(request: &Request<'_>) -> BTreeMap<u16, String> {
    let id = |(name, service): (&String, &Service)| {
        let command = service.command.as_ref().filter(|command| command.component == "op-node")?;
        let port = command.setting("p2p.listen.tcp")?.parse().ok()?;
        Some((port, request.identities.get(name)?.peer_id.clone()))
    };
    request.config.services.iter().filter_map(id).collect()
}

/// What a multiaddr names.
struct Address {
    host: String,
    port: u16,
    id: String,
}

impl Address {
    fn is_here(&self) -> bool {
        self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

/// A multiaddr with host and TCP port that ends in the peer's id.
fn parse(address: &str) -> Result<Address, String> {
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
        (Some(Protocol::P2p(id)), None) => Ok(Address { host, port, id: id.to_string() }),
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
            let expected = expected.map(|(host, port)| (host.to_owned(), port, ID.to_owned()));
            let found = parse(&address).ok().map(|it| (it.host, it.port, it.id));
            assert_eq!(found, expected, "{address}");
        }
    }
}
