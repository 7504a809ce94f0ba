//! The page of `op-warden serve`: the status for people.
//!
//! Rendered whole by the server. It needs no script to be read; with one it refreshes itself. It
//! asks nobody but op-warden for anything.

mod accounts;
mod badge;
mod chart;
mod charts;
mod conditions;
mod countdowns;
mod events;
mod followers;
mod games;
mod layout;
mod nodes;
mod scale;
mod services;
mod text;
mod verdict;
mod watch;

use maud::{Markup, html};

pub use self::layout::{CONTENT_SECURITY_POLICY, layout};
use crate::health::status::Status;

/// The page refreshes itself this often, in seconds.
const REFRESH: u32 = 5;

/// The page for a status, to be served with [`CONTENT_SECURITY_POLICY`] and without being cached;
/// `now` is in seconds since the Unix epoch, by the clock that the status' times are of.
#[must_use]
pub fn render(status: &Status, now: u64) -> String {
    let (title, tone) = verdict::title(status);
    let main = html! {
        main #main tabindex="-1" data-refresh=(REFRESH) {
            (verdict::section(status, now))
            (conditions::section(status, now))
            (services::section(status))
            (nodes::section(status, now))
            (charts::section(status, now))
            (followers::section(status))
            (countdowns::section(status, now))
            (accounts::section(status))
            (games::section(status, now))
            (events::section(status, now))
            (watch::section(status, now))
        }
    };
    layout::watched(&title, tone, &main).into_string()
}

/// A part of the page under its heading.
fn part(id: &str, heading: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-heading" } {
            h2 id={ (id) "-heading" } { (heading) }
            (content)
        }
    }
}

/// A table that scrolls in itself, also by keyboard.
fn table(id: &str, caption: &str, rows: &Markup) -> Markup {
    html! {
        div.scroll id={ (id) "-table" } role="region" tabindex="0" aria-labelledby={ (id) "-caption" } {
            table { caption id={ (id) "-caption" } { (caption) } (rows) }
        }
    }
}

/// Names with their values.
fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, Markup)>) -> Markup {
    html! { dl.facts { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } }
}

/// What stands where there is nothing to show.
fn nothing(reason: &str) -> Markup {
    html! { p.nothing { (reason) } }
}

#[cfg(test)]
mod test {
    use super::*;

    /// A complete status.
    pub(super) fn status() -> Status {
        serde_json::from_str(include_str!("../../tests/data/status.json")).unwrap()
    }
}
