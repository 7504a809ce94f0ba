//! Parts of an endpoint's URL that must not be shown: all but scheme, host and port.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use op_util::foreign;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

/// Shorter ones are words of other texts as well: `v2`, `eth`.
const SHORTEST: usize = 5;

/// Hides them from now on, in each spelling that a node may repeat them in.
pub(crate) fn hide(url: &Url) {
    let path = url.path().trim_matches('/');
    let query = url.query().unwrap_or_default();
    let (user, password) = (url.username(), url.password().unwrap_or_default());
    if !user.is_empty() || !password.is_empty() {
        // As they travel in the request's `Authorization`.
        let [user, password] =
            [user, password].map(|part| percent_decode_str(part).decode_utf8_lossy());
        foreign::hide(&BASE64_STANDARD.encode(format!("{user}:{password}")));
    }
    let whole = [path, query, user, password];
    let parts = path.split('/').chain(query.split(['&', '=', ';']));
    for part in whole.into_iter().chain(parts).filter(|part| part.len() >= SHORTEST) {
        let decoded = percent_decode_str(part).decode_utf8_lossy();
        let encoded = utf8_percent_encode(&decoded, NON_ALPHANUMERIC).to_string();
        for spelling in [part, &decoded, &encoded, &encoded.to_lowercase()] {
            foreign::hide(spelling);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_scheme_host_and_port_is_shown() {
        let url =
            "https://someuser:hunter%2F2pw@node.example:8545/v2/SECRET%20key/?apikey=tok+en9&x=1";
        hide(&Url::parse(url).unwrap());
        for echo in [
            url,
            "cannot POST /v2/SECRET%20key/",
            "path \"\\/v2\\/SECRET key\"",
            "%2Fv2%2FSECRET%20key%2F",
            "user someuser, password hunter/2pw",
            "hunter%2f2pw, apikey=tok+en9, tok%2Ben9",
            "authorization: Basic c29tZXVzZXI6aHVudGVyLzJwdw==",
        ] {
            let shown = foreign::clean(echo);
            for secret in ["SECRET", "someuser", "hunter", "en9", "c29tZXVzZXI"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
        assert!(foreign::clean(url).contains("@node.example:8545/"));
    }
}
