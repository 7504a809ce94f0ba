//! The `Host` that a request names. A page of a stranger can have its own name resolve to this host, and
//! read what a browser here may read: only known names are answered.

use std::{net::IpAddr, sync::Arc};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header::HOST, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use op_util::foreign::clean;

/// Answers a request only if it names an address, `localhost`, one of `hosts`, or nothing.
pub(super) async fn known(
    State(hosts): State<Arc<[String]>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(host) = request.headers().get(HOST) else { return next.run(request).await };
    let named = host.to_str().unwrap_or_default();
    if is_known(named, &hosts) {
        return next.run(request).await;
    }
    let text = format!(
        "expected: a request to an address, to localhost, or to one of serve.hosts\nfound: {:?}\nto do: add the \
         name to serve.hosts (NixOS: warden.hosts) if it is this host's\n",
        clean(named)
    );
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn is_known(host: &str, hosts: &[String]) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    // An address cannot be a stranger's name for this host.
    address.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_localhost_and_given_names_are_known() {
        let hosts = ["ecp-forge".to_owned()];
        for known in [
            "localhost",
            "LOCALHOST:7300",
            "127.0.0.1:7300",
            "[::1]:7300",
            "10.0.0.1",
            "ecp-forge:80",
            "ECP-Forge",
        ] {
            assert!(is_known(known, &hosts), "{known}");
        }
        for other in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:7300",
            "",
            "a b",
            "ecp-forge.evil",
        ] {
            assert!(!is_known(other, &hosts), "{other}");
        }
    }
}
