//! Free TCP and UDP ports on loopback.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;

use anyhow::{Context, Result, bail};
use op_util::file;

use crate::home;

/// Below the kernel's ephemeral range (32768 and up), so that no outgoing connection takes one
/// between the choice and the start of the service.
const FIRST: u16 = 20_000;
/// Ports of one devnet: eight followers take some seventy.
const BLOCK: u16 = 100;
const BLOCKS: u16 = 120;

#[derive(Debug)]
pub(crate) struct Ports {
    by_name: BTreeMap<String, u16>,
    block: Block,
}

/// A range of ports that no other devnet uses while this one runs.
#[derive(Debug)]
struct Block {
    first: u16,
    /// Locked; the kernel releases it with the process.
    _lock: File,
}

impl Ports {
    /// The ports that `file` remembers for `names`, if all are still to be had; else others.
    pub(crate) fn choose(names: &BTreeSet<String>, file: &Path) -> Result<Self> {
        let remembered: BTreeMap<String, u16> = fs::read(file)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        let ports = match Self::again(names, remembered)? {
            Some(ports) => ports,
            None => Self::anew(names)?,
        };
        home::write(file, &serde_json::to_vec_pretty(&ports.by_name)?)?;
        Ok(ports)
    }

    fn again(names: &BTreeSet<String>, by_name: BTreeMap<String, u16>) -> Result<Option<Self>> {
        let known = names.iter().all(|name| by_name.get(name).is_some_and(|&port| is_free(port)));
        let Some(&port) = by_name.values().next().filter(|_| known) else { return Ok(None) };
        let block = Block::claim(port.saturating_sub(FIRST) / BLOCK)?;
        Ok(block.map(|block| Self { by_name, block }))
    }

    fn anew(names: &BTreeSet<String>) -> Result<Self> {
        // Beginning somewhere else in each process saves most of the looking.
        let start = u16::try_from(std::process::id() % u32::from(BLOCKS)).unwrap_or(0);
        for step in 0..BLOCKS {
            let Some(block) = Block::claim((start + step) % BLOCKS)? else { continue };
            let by_name: BTreeMap<String, u16> = names.iter().cloned().zip(block.free()).collect();
            if by_name.len() == names.len() {
                return Ok(Self { by_name, block });
            }
        }
        bail!("no {} ports are free between {FIRST} and {}", names.len(), FIRST + BLOCK * BLOCKS)
    }

    pub(crate) fn get(&self, name: &str) -> Result<u16> {
        self.by_name.get(name).copied().with_context(|| format!("the devnet has no port {name}"))
    }

    pub(crate) const fn all(&self) -> &BTreeMap<String, u16> {
        &self.by_name
    }

    pub(crate) fn spare(&self) -> Result<u16> {
        let taken = |port: &u16| self.by_name.values().any(|taken| taken == port);
        self.block.free().find(|port| !taken(port)).context("the devnet has no port left")
    }
}

impl Block {
    /// The block, unless another devnet has it.
    fn claim(number: u16) -> Result<Option<Self>> {
        let dir =
            std::env::temp_dir().join(format!("op-devnet-ports-{}", rustix::process::getuid()));
        fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let path = dir.join(number.to_string());
        let lock = file::lock(&path).with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(lock.map(|lock| Self { first: FIRST + number * BLOCK, _lock: lock }))
    }

    /// Its ports that no other program uses.
    fn free(&self) -> impl Iterator<Item = u16> {
        (self.first..self.first + BLOCK).filter(|&port| is_free(port))
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_kept_while_they_are_to_be_had() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ports.json");
        let names = BTreeSet::from(["a", "b"].map(str::to_owned));
        let first = Ports::choose(&names, &file).unwrap();
        let a = first.get("a").unwrap();
        assert_ne!(a, first.get("b").unwrap());
        assert!(first.get("c").is_err());

        let other = Ports::choose(&names, &dir.path().join("other.json")).unwrap();
        assert_ne!(other.block.first, first.block.first, "two devnets share a block");
        let moved = Ports::choose(&names, &file).unwrap();
        assert_ne!(moved.block.first, first.block.first, "the same folder twice");

        drop((first, moved));
        fs::write(&file, format!("{{\"a\": {a}, \"b\": {}}}", a + 1)).unwrap();
        let again = Ports::choose(&names, &file).unwrap();
        assert_eq!(again.get("a").unwrap(), a);
        drop(again);
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, a)).unwrap();
        assert_ne!(Ports::choose(&names, &file).unwrap().get("a").unwrap(), a);
    }
}
