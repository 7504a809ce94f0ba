//! Addresses of providers: user, path and query often hold a secret.

use super::LEFT_OUT;

/// How `://` is written, also escaped for JSON or for a URL.
const SEPARATORS: [&str; 6] =
    ["://", r":\/\/", r":\\/\\/", ":%2f%2f", "%3a%2f%2f", "%253a%252f%252f"];

/// How a path or query begins after a host, also escaped.
const SLASHES: [&str; 8] = ["/", "?", r"\/", r"\\/", "%2f", "%2F", "%3f", "%3F"];

/// Images and source code: their paths are what one wants to read.
const PUBLIC: [&str; 9] = [
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "github.com",
    "golang.org",
    "gopkg.in",
    "pkg.dev",
    "quay.io",
    "registry.k8s.io",
];

/// The first URL of the text: what comes before its authority, the rest of it, and what follows.
pub(super) fn next_url(text: &str) -> Option<(&str, &str, &str)> {
    let lower = text.to_ascii_lowercase();
    let find = |separator: &&str| lower.find(separator).map(|at| at + separator.len());
    let start = SEPARATORS.iter().filter_map(find).min()?;
    let (before, after) = text.split_at_checked(start)?;
    let end = after.find(|end: char| end.is_whitespace() || "\"'<>`".contains(end));
    let url = after.get(..end.unwrap_or(after.len()))?;
    // The backslash of an escaped quote is not its own.
    let url = url.trim_end_matches('\\');
    Some((before, url, after.get(url.len()..)?))
}

/// Host and port of what follows `://`.
pub(super) fn origin(url: &str) -> String {
    let authority = url.find(['/', '?', '#']).map_or(url, |end| &url[..end]);
    let escaped = url.to_ascii_lowercase().contains("%40");
    if escaped || (url.contains('@') && !authority.contains('@')) {
        // A password may hold a slash: what looks like the host may be a part of it.
        return LEFT_OUT.to_owned();
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    let named = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]_".contains(letter);
    let end = host.find(|letter| !named(letter)).unwrap_or(host.len());
    let host = &host[..end];
    if host.len() == url.len() { host.to_owned() } else { format!("{host}{LEFT_OUT}") }
}

/// What may be shown of a text without blanks that is an address without a scheme: `host.example/v2/KEY`.
pub(super) fn bare(text: &str) -> Option<String> {
    if let Some((user, host)) = text.rsplit_once('@')
        && user.contains(':')
        && host.starts_with(|first: char| first.is_ascii_alphanumeric())
    {
        return Some(LEFT_OUT.to_owned());
    }
    let end = text.find(['/', '?', '\\', '%'])?;
    let (host, path) = text.split_at(end);
    let path = SLASHES.iter().find_map(|slash| path.strip_prefix(slash))?;
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let public = |known: &&str| {
        name.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    (is_host(name) && !path.is_empty() && !PUBLIC.iter().any(public))
        .then(|| format!("{host}{LEFT_OUT}"))
}

/// `a.example` or `192.0.2.1`; not `v1.2` or `x.go`'s like, which no path follows.
fn is_host(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let digits = |label: &&str| label.bytes().all(|byte| byte.is_ascii_digit());
    labels.iter().all(label)
        && match &labels[..] {
            [_] => name == "localhost",
            [_, .., last] if last.bytes().all(|byte| byte.is_ascii_alphabetic()) => last.len() > 1,
            labels => labels.len() == 4 && labels.iter().all(digits),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_a_scheme_lose_their_path() {
        for (text, expected) in [
            ("lb.drpc.org/ogrpc?network=sepolia", Some("lb.drpc.org…")),
            ("eth-sepolia.g.alchemy.com/v2/KEY:", Some("eth-sepolia.g.alchemy.com…")),
            ("rpc.example:8545/KEY", Some("rpc.example:8545…")),
            ("rpc.example?key=KEY", Some("rpc.example…")),
            (r"rpc.example\/v2\/KEY", Some("rpc.example…")),
            ("rpc.example%2Fv2%2FKEY", Some("rpc.example…")),
            ("192.0.2.1:8545/KEY", Some("192.0.2.1:8545…")),
            ("localhost:8545/KEY", Some("localhost:8545…")),
            ("user:pw@rpc.example:8545", Some("…")),
            ("rpc.example:8545", None),
            ("rpc.example/", None),
            ("/ip4/192.0.2.1/tcp/9222", None),
            ("us-docker.pkg.dev/oplabs-tools-artifacts/images/op-node:v1.20.1", None),
            ("github.com/ethereum-optimism/optimism/op-node", None),
            ("op-node/rollup/x.go:12", None),
            ("v1.2.3/x", None),
            ("0xaa:1", None),
            ("50%", None),
            (r"node.example\n", None),
            ("", None),
        ] {
            assert_eq!(bare(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_url_is_found_in_every_spelling() {
        for (text, expected) in [
            ("to https://host/x end", Some(("to https://", "host/x", " end"))),
            (r#"\"https:\/\/host\/x\" end"#, Some((r#"\"https:\/\/"#, r"host\/x", r#"\" end"#))),
            ("https%3A%2F%2Fhost%2Fx", Some(("https%3A%2F%2F", "host%2Fx", ""))),
            ("none: //", None),
        ] {
            assert_eq!(next_url(text), expected, "{text}");
        }
        for (url, expected) in [
            ("host:1", "host:1"),
            (r"host\/x", "host…"),
            ("host%2Fx", "host…"),
            ("u%3Ap%40host%2Fx", "…"),
            ("u:p@host/x", "host…"),
            ("u:p/@host", "…"),
        ] {
            assert_eq!(origin(url), expected, "{url}");
        }
    }
}
