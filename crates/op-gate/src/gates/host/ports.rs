//! The service can listen where its command says.

use std::net::SocketAddr;

use crate::finding::{Comparison, Finding};
use crate::read::Facts;
use crate::read::host::ports::{Owner, Port};
use crate::{command::Command, command::listen::Listener, config::Service, gate::Gate};

const GATE: Gate = Gate::Ports;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let listeners = command.listeners();
    if listeners.is_empty() {
        return vec![Finding::skip(GATE, "the program listens nowhere")];
    }
    listeners.iter().filter_map(|listener| judged(listener, command, facts)).collect()
}

fn judged(listener: &Listener, command: &Command, facts: &Facts) -> Option<Finding> {
    let flag = listener.flag;
    let address = match &listener.address {
        Ok(address) => address,
        Err(text) => {
            let expected = ("a port, 1 to 65535", format!("--{flag} of the service's command"));
            return Some(
                Comparison::new(GATE, expected, (format!("{text:?}"), "the same"))
                    .refuse(format!("Correct --{flag}.")),
            );
        }
    };
    Some(match facts.host.ports.get(address)? {
        Port::Free => compare(*address, flag, "free ports").holds(),
        Port::Unusable(error) => compare(*address, flag, &error.to_string()).wait(format!(
            "Make {address} an address of this host that programs may listen at, or change \
             --{flag}."
        )),
        Port::Taken(owners) if owners.is_empty() => {
            unseen(*address, flag, facts.host.programs.as_deref(), command)
        }
        Port::Taken(owners) => taken(*address, flag, owners, command),
    })
}

/// A port of a service that runs already is taken by itself.
fn taken(address: SocketAddr, flag: &str, owners: &[Owner], command: &Command) -> Finding {
    match owners.iter().find(|owner| !is_service(owner, command)) {
        None => compare(address, flag, "taken by this service, which runs").holds(),
        Some(owner) => {
            let program = owner.command.first().map_or("a program", String::as_str);
            compare(
                address,
                flag,
                &format!("{address} is taken by {program}, process {}", owner.pid),
            )
            .wait(format!(
                "If process {} is this service with earlier settings, restart the service. Else \
                 end it if it should not be there, or give one of the two another port \
                 (--{flag}).",
                owner.pid
            ))
        }
    }
}

/// Who listens is root's alone to see, and the judge has not all of root's rights. The service would not
/// run if another had its port.
fn unseen(
    address: SocketAddr,
    flag: &str,
    programs: Option<&[Owner]>,
    command: &Command,
) -> Finding {
    match programs {
        Some(programs) if programs.iter().any(|program| is_service(program, command)) => {
            compare(address, flag, "taken, and this service runs").holds()
        }
        Some(_) => compare(
            address,
            flag,
            &format!("{address} is taken, and this service does not run"),
        )
        .wait(format!(
            "End the program that listens there, if it should not be there, or give one of the two \
                 another port (--{flag}). As root, `ss -ltnp` shows which it is."
        )),
        None => Finding::skip(
            GATE,
            format!(
                "{address} is taken, and op-warden sees no programs of other users (root does)"
            ),
        ),
    }
}

/// Whether the program runs with the service's arguments: its name differs between a container, a
/// store path and a shim that became it.
fn is_service(owner: &Owner, command: &Command) -> bool {
    !command.args.is_empty()
        && owner.command.get(1..).is_some_and(|args| args.ends_with(&command.args))
}

fn compare(address: SocketAddr, flag: &str, found: &str) -> Comparison {
    Comparison::new(
        GATE,
        (
            format!("nobody at {address} but this service"),
            format!("--{flag} of the service's command"),
        ),
        (found, "this host"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Answer;

    #[test]
    fn a_port_may_be_taken_by_the_service_itself_only() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let command = Command {
            component: "op-node".to_owned(),
            args: words("--rpc.port=1 --l1=x"),
            environment: std::collections::BTreeMap::new(),
        };
        let owner = |line: &str| Owner { pid: 7, command: words(line) };
        let own = || owner("/usr/local/bin/op-node --rpc.port=1 --l1=x");
        for (owners, answer) in [
            (vec![own()], Answer::Pass),
            // The image's entrypoint may bring words of its own.
            (vec![owner("/init op-node --rpc.port=1 --l1=x")], Answer::Pass),
            (vec![own(), own()], Answer::Pass),
            (vec![own(), owner("python3 -m http.server")], Answer::Wait),
            (vec![owner("op-node --rpc.port=1 --l1=y")], Answer::Wait),
            (vec![owner("op-node --rpc.port=1 --l1=x --more")], Answer::Wait),
            (vec![owner("op-node")], Answer::Wait),
            (vec![owner("")], Answer::Wait),
        ] {
            let address = "127.0.0.1:1".parse().unwrap();
            let finding = taken(address, "rpc.port", &owners, &command);
            assert_eq!(finding.answer, answer, "{owners:?}");
        }
        let address = "127.0.0.1:1".parse().unwrap();
        for (programs, answer) in [
            (Some(vec![owner("systemd"), own()]), Answer::Pass),
            (Some(vec![owner("systemd")]), Answer::Wait),
            (None, Answer::Skip),
        ] {
            let finding = unseen(address, "rpc.port", programs.as_deref(), &command);
            assert_eq!(finding.answer, answer, "{programs:?}");
        }
        // A service without arguments would be everybody.
        let nobody = Command { args: Vec::new(), ..command };
        assert!(!is_service(&own(), &nobody));
    }
}
