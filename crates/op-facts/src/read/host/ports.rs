//! Who listens at the addresses that the services are to listen at.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::{fs, io, path::Path};

use tokio::net::TcpSocket;

use crate::read::{blocking::on_a_thread, request::Request};
use crate::{command::Command, gate::Gate};

/// What is known of an address.
#[derive(Debug)]
pub enum Port {
    Free,
    /// Somebody does: these programs, as far as op-warden may see them.
    Taken(Vec<Owner>),
    /// No program can listen there.
    Unusable(io::Error),
}

/// A program that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub pid: u32,
    /// Its command line, the program first.
    pub command: Vec<String>,
}

/// What is known of the addresses, and of the programs where a listener is not seen.
pub(super) struct Ports {
    pub(super) ports: BTreeMap<SocketAddr, Port>,
    pub(super) programs: Option<Vec<Owner>>,
}

/// Tries the addresses of all services that are judged by them.
pub(super) async fn read(request: &Request<'_>) -> Ports {
    let judged = request.judged_by(Gate::Ports).chain(request.judged_by(Gate::Alone));
    let listeners =
        judged.filter_map(|service| service.command.as_ref()).flat_map(Command::listeners);
    let addresses: BTreeSet<SocketAddr> =
        listeners.filter_map(|listener| listener.address.ok()).collect();
    let mut ports: BTreeMap<_, _> =
        addresses.into_iter().map(|address| (address, try_to_bind(address))).collect();
    let taken: Vec<_> = ports
        .iter()
        .filter(|(_, port)| matches!(port, Port::Taken(_)))
        .map(|(&address, _)| address)
        .collect();
    if taken.is_empty() {
        return Ports { ports, programs: None };
    }
    // Without their owners, they are taken by somebody who is not seen.
    let owners = on_a_thread("ports", request.patience(), move || owners(&taken));
    let owners = owners.await.unwrap_or_default();
    for (address, owners) in owners {
        ports.insert(address, Port::Taken(owners));
    }
    let is_unseen = |port: &Port| matches!(port, Port::Taken(owners) if owners.is_empty());
    let programs = if ports.values().any(is_unseen) {
        on_a_thread("programs", request.patience(), programs).await.ok().flatten()
    } else {
        None
    };
    Ports { ports, programs }
}

/// Every program that runs, if other users' may be seen: what it holds is root's alone to see, its
/// command line everybody's.
fn programs() -> Option<Vec<Owner>> {
    if !Path::new("/proc/1").exists() {
        return None;
    }
    Some(pids().map(|pid| Owner { pid, command: command_of(pid) }).collect())
}

fn pids() -> impl Iterator<Item = u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn command_of(pid: u32) -> Vec<String> {
    arguments(&fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default())
}

/// Binds as the programs do, past connections that are only ending, and does not listen: a program
/// that starts at this very moment, or another judgement, is not in the way and not disturbed.
fn try_to_bind(address: SocketAddr) -> Port {
    let bound = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.and_then(
        |socket| {
            socket.set_reuseaddr(true)?;
            socket.bind(address)
        },
    );
    match bound {
        Ok(()) => Port::Free,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Port::Taken(Vec::new()),
        Err(error) => Port::Unusable(error),
    }
}

/// The programs that listen at the addresses. Those of other users are seen by root only.
fn owners(addresses: &[SocketAddr]) -> BTreeMap<SocketAddr, Vec<Owner>> {
    let mut sockets: BTreeMap<String, SocketAddr> = BTreeMap::new();
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        let table = fs::read_to_string(table).unwrap_or_default();
        sockets.extend(table.lines().skip(1).filter_map(listening));
    }
    sockets.retain(|_, socket| addresses.iter().any(|address| in_the_way(*socket, *address)));

    let mut owners: BTreeMap<SocketAddr, Vec<Owner>> = BTreeMap::new();
    for pid in pids() {
        let process = Path::new("/proc").join(pid.to_string());
        let held = held_by(&process, &sockets);
        if held.is_empty() {
            continue;
        }
        let owner = Owner { pid, command: command_of(pid) };
        for &address in addresses {
            if held.iter().any(|socket| in_the_way(*socket, address)) {
                owners.entry(address).or_default().push(owner.clone());
            }
        }
    }
    owners
}

/// Whether nobody else can listen at the address while somebody does at the socket's.
fn in_the_way(socket: SocketAddr, address: SocketAddr) -> bool {
    let (one, other) = (socket.ip().to_canonical(), address.ip().to_canonical());
    socket.port() == address.port()
        && (one == other || one.is_unspecified() || other.is_unspecified())
}

/// A line of /proc/net/tcp: the inode of a socket that listens, and its address.
fn listening(line: &str) -> Option<(String, SocketAddr)> {
    const LISTEN: &str = "0A";
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    if *fields.get(3)? != LISTEN {
        return None;
    }
    let (ip, port) = fields.get(1)?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(((*fields.get(9)?).to_owned(), SocketAddr::new(ip_of(ip)?, port)))
}

/// An address as the kernel prints it: words of four bytes, each in the host's order.
fn ip_of(hex: &str) -> Option<IpAddr> {
    if !hex.len().is_multiple_of(8) {
        return None;
    }
    let words = hex.as_bytes().chunks(8).map(|word| {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes = words.collect::<Option<Vec<_>>>()?.concat();
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes.as_slice()) {
        return Some(IpAddr::from(bytes));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

/// Those of the sockets that a process holds.
fn held_by(process: &Path, sockets: &BTreeMap<String, SocketAddr>) -> Vec<SocketAddr> {
    let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    let targets = files.filter_map(|file| fs::read_link(file.path()).ok());
    let socket = |target: &Path| {
        let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        sockets.get(inode).copied()
    };
    targets.filter_map(|target| socket(&target)).collect()
}

/// Arguments as the kernel keeps them, each with a NUL behind it.
fn arguments(cmdline: &[u8]) -> Vec<String> {
    let mut arguments: Vec<_> = cmdline
        .split(|&byte| byte == 0)
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .collect();
    arguments.pop();
    arguments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An address as the kernel prints it.
    fn printed(address: SocketAddr) -> String {
        let bytes = match address.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let words = bytes.chunks(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap()));
        let words: Vec<_> = words.map(|word| format!("{word:08X}")).collect();
        format!("{}:{:04X}", words.concat(), address.port())
    }

    proptest! {
        #[test]
        fn every_address_of_the_kernels_table_is_read(ip: IpAddr, port: u16, inode: u32) {
            let address = SocketAddr::new(ip, port);
            let line = format!("0: {} 0:0 0A 0:0 0:0 0 0 0 {inode} 1", printed(address));
            prop_assert_eq!(listening(&line), Some((inode.to_string(), address)));
        }

        #[test]
        fn no_line_of_a_table_is_a_panic(line: String) {
            listening(&line);
            listening(&format!("0: {line} 0:0 0A 0:0 0:0 0 0 0 1"));
        }

        #[test]
        fn two_addresses_are_in_each_others_way(one: SocketAddr, other: SocketAddr) {
            prop_assert!(in_the_way(one, one));
            prop_assert_eq!(in_the_way(one, other), in_the_way(other, one));
        }
    }

    #[test]
    fn a_line_of_the_kernels_table_is_read() {
        let line = "\
               0: 0100007F:2251 00000000:0000 0A 00000000:00000000 00:00000000 00000000 60700    \
                0 4711 1 0 100 0 0 10 0";
        let address = |text: &str| Some(("4711".to_owned(), text.parse().unwrap()));
        assert_eq!(listening(line), address("127.0.0.1:8785"));
        let six = line.replace("0100007F", "00000000000000000000000001000000");
        assert_eq!(listening(&six), address("[::1]:8785"));
        assert_eq!(listening(&line.replace(" 0A ", " 01 ")), None);
        assert_eq!(listening(&line.replace("0100007F", "01007F")), None);
        for end in 0..line.find("4711").unwrap() {
            assert_eq!(listening(&line[..end]), None, "{end}");
        }
    }

    #[test]
    fn another_address_is_not_in_the_way() {
        for (socket, address, is) in [
            ("127.0.0.1:1", "127.0.0.1:1", true),
            ("127.0.0.1:1", "127.0.0.1:2", false),
            ("127.0.0.1:1", "127.0.0.2:1", false),
            ("0.0.0.0:1", "127.0.0.2:1", true),
            ("127.0.0.1:1", "0.0.0.0:1", true),
            ("[::]:1", "127.0.0.1:1", true),
            ("[::ffff:127.0.0.1]:1", "127.0.0.1:1", true),
        ] {
            assert_eq!(in_the_way(socket.parse().unwrap(), address.parse().unwrap()), is);
        }
    }

    #[test]
    fn arguments_may_be_empty() {
        assert_eq!(arguments(b"op-node\0--a=b\0\0c\0"), ["op-node", "--a=b", "", "c"]);
        assert!(arguments(b"").is_empty());
    }

    #[tokio::test]
    async fn an_ending_connection_does_not_take_an_address_and_a_listener_does() {
        use std::net::{TcpListener, TcpStream};
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).unwrap();
        let (served, _) = listener.accept().unwrap();
        assert!(matches!(try_to_bind(address), Port::Taken(_)));
        let found = owners(&[address]);
        assert_eq!(
            found[&address].iter().map(|owner| owner.pid).collect::<Vec<_>>(),
            [std::process::id()]
        );
        // Whoever closes first leaves the connection in TIME_WAIT.
        drop(served);
        drop(listener);
        drop(client);
        assert!(matches!(try_to_bind(address), Port::Free), "{:?}", try_to_bind(address));
    }
}
