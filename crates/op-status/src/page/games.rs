//! Dispute games.

use maud::{Markup, html};

use crate::page::badge::{Tone, badge};
use crate::page::parts::{facts, nothing, part};
use crate::page::text::{NOT_KNOWN, ago, count};
use crate::status::{Games, Status};

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let content = match &status.games {
        Some(games) => all(games, status.dispute_mon_disagreements, now),
        None => nothing("No dispute game was observed yet."),
    };
    part("games", "Dispute games", &content)
}

fn all(games: &Games, disagreements: Option<u64>, now: u64) -> Markup {
    let newest = html! {
        @if let Some(at) = games.newest_at { (ago(at, now)) } @else { "none yet" }
    };
    let disagreements = html! {
        @if let Some(number) = disagreements { (none_is_good(number)) } @else { (NOT_KNOWN) }
    };
    facts([
        ("Made", html! { (count(games.count)) }),
        ("Newest", newest),
        ("Type of the newest", newest_type(games)),
        ("Type of withdrawals", html! { (games.respected_type) }),
        ("Open", html! { (count(games.open)) }),
        ("Overdue", none_is_good(games.overdue)),
        ("Ours disputed", none_is_good(games.disputed)),
        ("Not readable", none_is_good(games.unread)),
        ("Ours lost", none_is_good(games.lost)),
        ("dispute-mon disagrees", disagreements),
    ])
}

fn newest_type(games: &Games) -> Markup {
    html! {
        @match games.newest_type {
            None => "none yet",
            Some(newest) if newest == games.respected_type => (newest),
            Some(newest) => (badge(Tone::Bad, &format!("{newest}: not that of withdrawals"))),
        }
    }
}

fn none_is_good(number: u64) -> Markup {
    html! { @if number == 0 { "0" } @else { (badge(Tone::Bad, &count(number))) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fixture::status;

    #[test]
    fn a_type_that_is_not_respected_is_shown() {
        let mut games = status().games.unwrap();
        assert_eq!(newest_type(&games).into_string(), "1");
        games.newest_type = Some(0);
        assert!(newest_type(&games).into_string().contains("0: not that of withdrawals"));
        games.newest_type = None;
        assert_eq!(newest_type(&games).into_string(), "none yet");
    }
}
