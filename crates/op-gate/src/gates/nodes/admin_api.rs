//! Nobody outside of this machine may stop the service.

use std::net::IpAddr;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::AdminApi;
const MEND: &str = "\
    The admin API has no password: whoever reaches it stops the sequencer or posts blocks. Set \
    --rpc.addr=127.0.0.1.";

pub(crate) fn judge(service: &Service, _: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    if !command.is_on("rpc.enable-admin") {
        return vec![Finding::skip(GATE, "the admin API is off")];
    }
    let address = command.value("rpc.addr");
    vec![
        Comparison::new(
            GATE,
            ("the admin API on loopback only", "--rpc.enable-admin"),
            (address.unwrap_or("none: every address"), "--rpc.addr"),
        )
        .refuse_unless(address.is_some_and(is_loopback), MEND),
    ]
}

fn is_loopback(address: &str) -> bool {
    address == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_recognised() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.1.2.3", true),
            ("::1", true),
            ("localhost", true),
            ("0.0.0.0", false),
            ("::", false),
            ("10.0.0.1", false),
            ("", false),
            ("127.0.0.1:9545", false),
            ("localhost.example", false),
        ] {
            assert_eq!(is_loopback(address), expected, "{address}");
        }
    }
}
