//! The static peers of the nodes: whether somebody answers at their addresses.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::{Gate, config::Service};

/// A peer as op-node is given it.
#[derive(Debug)]
pub enum Peer {
    /// Somebody accepts connections there.
    Answers,
    /// Nobody does, and why.
    Silent(String),
    /// Not an address that op-node can dial, and why.
    Malformed(String),
}

/// How long a peer may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// Knocks at every static peer of the services that are judged by them.
pub(super) async fn knock(services: &[&Service], patience: Duration) -> BTreeMap<String, Peer> {
    let patience = patience.min(PATIENCE);
    let judged = services.iter().filter(|service| service.gates.contains(&Gate::StaticPeers));
    let addresses = judged.filter_map(|service| service.command.as_ref());
    let mut tasks = JoinSet::new();
    for address in addresses.flat_map(|command| command.list("p2p.static")) {
        let address = address.to_owned();
        tasks.spawn(async move {
            let peer = match dialled(&address) {
                Err(reason) => Peer::Malformed(reason),
                Ok((host, port)) => connect(&host, port, patience).await,
            };
            (address, peer)
        });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn connect(host: &str, port: u16, patience: Duration) -> Peer {
    match timeout(patience, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Peer::Answers,
        Ok(Err(error)) => Peer::Silent(error.to_string()),
        Err(_) => Peer::Silent(format!("no answer within {patience:?}")),
    }
}

/// Host and TCP port of a multiaddr that ends in the peer's id. op-node dials no other kind.
fn dialled(address: &str) -> Result<(String, u16), String> {
    let mut parts = address.strip_prefix('/').unwrap_or_default().split('/');
    let host = match (parts.next(), parts.next()) {
        (Some("ip4"), Some(ip)) => ip.parse::<Ipv4Addr>().ok().map(|ip| ip.to_string()),
        (Some("ip6"), Some(ip)) => ip.parse::<Ipv6Addr>().ok().map(|ip| ip.to_string()),
        (Some("dns" | "dns4" | "dns6"), Some(name)) => Some(name.to_owned()),
        _ => None,
    };
    let host = host.ok_or("it does not begin with an IP address or a DNS name")?;
    let port = match (parts.next(), parts.next()) {
        (Some("tcp"), Some(port)) => port.parse().ok(),
        _ => None,
    };
    let port = port.ok_or("it has no TCP port")?;
    match (parts.next(), parts.next(), parts.next()) {
        (Some("p2p" | "ipfs"), Some(id), None) if is_peer_id(id) => Ok((host, port)),
        _ => Err("it does not end in /p2p/ and the peer's id".to_owned()),
    }
}

/// A peer id is the multihash of a public key: the key itself where it is short, else its SHA-256.
fn is_peer_id(text: &str) -> bool {
    const IDENTITY: u8 = 0x00;
    const SHA2_256: u8 = 0x12;
    let hash = bs58::decode(text).into_vec().unwrap_or_default();
    match hash.as_slice() {
        [IDENTITY, length, key @ ..] => usize::from(*length) == key.len() && key.len() <= 42,
        [SHA2_256, length, digest @ ..] => usize::from(*length) == digest.len() && *length == 32,
        _ => false,
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
            (format!("/ip4/127.0.0.256/tcp/9222/p2p/{ID}"), None),
            (format!("ip4/127.0.0.1/tcp/9222/p2p/{ID}"), None),
            (format!("//ip4/127.0.0.1/tcp/9222/p2p/{ID}"), None),
            (format!("/ip4/127.0.0.1/tcp/9222/p2p/{ID}/"), None),
            (format!("/ip4/127.0.0.1/tcp/9222/ws/p2p/{ID}"), None),
            (format!("/ip4/127.0.0.1/tcp/9222/p2p/{}", &ID[1..]), None),
            // An RSA key's, from the libp2p specification.
            (
                "/dns/a/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N".to_owned(),
                Some(("a", 1)),
            ),
            ("/ip4/127.0.0.1/tcp/9222/p2p/nobody".to_owned(), None),
            (format!("enode://{}@127.0.0.1:9222", "ab".repeat(64)), None),
            ("127.0.0.1:9222".to_owned(), None),
            (String::new(), None),
        ] {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(dialled(&address).ok(), expected, "{address}");
        }
    }
}
