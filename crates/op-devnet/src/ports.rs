//! Free TCP and UDP ports on loopback.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, TcpListener, UdpSocket},
    path::Path,
};

use anyhow::{Context, Result};

use crate::home::write_atomically;

/// Below the kernel's ephemeral range (32768 and up), so that no outgoing connection takes one
/// between the choice and the start of the service.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// Ports by name.
pub(crate) type Ports = BTreeMap<String, u16>;

/// The ports that `file` remembers for `names` where they are still free, else others.
pub(crate) fn choose(names: impl IntoIterator<Item = String>, file: &Path) -> Result<Ports> {
    let remembered: Ports =
        fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let mut free = candidates();
    let mut ports = Ports::new();
    for name in names {
        let port = remembered
            .get(&name)
            .copied()
            .filter(|&port| is_free(port))
            .or_else(|| free.by_ref().find(|port| !remembered.values().any(|taken| taken == port)))
            .context("no port is free between 20000 and 32000")?;
        ports.insert(name, port);
    }
    write_atomically(file, &serde_json::to_vec_pretty(&ports)?)?;
    Ok(ports)
}

/// One more port.
pub(crate) fn spare(used: &Ports) -> Result<u16> {
    candidates()
        .find(|port| !used.values().any(|used| used == port))
        .context("no port is free between 20000 and 32000")
}

/// Free ports, beginning somewhere else in each process: two devnets may start at once.
fn candidates() -> impl Iterator<Item = u16> {
    let count = RANGE.end - RANGE.start;
    let offset = u16::try_from(std::process::id() % 997).unwrap_or(0) * 12;
    (0..count).map(move |step| RANGE.start + (offset + step) % count).filter(|&port| is_free(port))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_kept_while_free_and_replaced_when_taken() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ports.json");
        let names = || ["a", "b"].map(str::to_owned);
        let first = choose(names(), &file).unwrap();
        assert_ne!(first["a"], first["b"]);
        assert_eq!(choose(names(), &file).unwrap(), first);

        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first["a"])).unwrap();
        let second = choose(names(), &file).unwrap();
        assert_ne!(second["a"], first["a"]);
        assert_ne!(second["a"], second["b"]);
        assert_eq!(second["b"], first["b"]);
    }
}
