//! The page: each condition, and what to do.

use std::fmt::Write as _;

use op_util::{text::span, time::unix_now};

use crate::serve::Status;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[must_use]
pub fn render(status: &Status) -> String {
    let word = |holds| match holds {
        Some(true) => "holds",
        Some(false) => "FAILS",
        None => "not known",
    };
    let mut rows = String::new();
    for it in &status.conditions {
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td><a href=\"/runbooks/{}\">{2}</a></td></tr>",
            it.name,
            word(it.holds),
            escaped(&it.found),
            it.alert,
        );
    }
    let rows = rows.replace("\">{2}</a>", "\">what to do</a>");
    let age = span(unix_now().saturating_sub(status.looked_at));
    let verdict = if status.is_ready() { "well" } else { "not well" };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"15\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{verdict}: witness</title></head><body>\
         <h1>Witness {}: {verdict}</h1><p>Ledger {} on chain {}. Looked {age} ago.</p><table>\
         <tr><th scope=\"col\">condition</th><th scope=\"col\">now</th><th scope=\"col\">found</th>\
         <th scope=\"col\">if it fails</th></tr>{rows}</table></body></html>",
        status.witness, status.ledger, status.chain_id
    )
}
