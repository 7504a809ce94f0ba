//! The accounts that sign L1 transactions.

use alloy_primitives::U256;
use maud::{Markup, html};

use crate::condition::Name;
use crate::page::badge::{Tone, badge};
use crate::page::parts::{facts, nothing, part};
use crate::page::text::{NOT_KNOWN, clipped, count, eth, measured, slug};
use crate::status::{Account, Status};

pub(super) fn section(status: &Status) -> Markup {
    let content = html! {
        @if status.accounts.is_empty() { (nothing("No account was observed yet.")) }
        @else {
            ul.cards { @for (name, account) in &status.accounts { (card(status, name, account)) } }
        }
    };
    part("accounts", "Balances and runway", &content)
}

fn card(status: &Status, name: &str, account: &Account) -> Markup {
    let rows = [
        ("Balance", balance(account)),
        (
            "Needs",
            html! { @if let Some(least) = account.min_balance { (eth(least)) } @else { (NOT_KNOWN) } },
        ),
        (
            "Spends",
            html! { @if let Some(spent) = account.spent_an_hour { (eth(spent)) " an hour" } @else { (NOT_KNOWN) } },
        ),
        ("Lasts", runway(status, name, account)),
        ("Transactions", html! { (account.nonce.map_or_else(|| NOT_KNOWN.to_owned(), count)) }),
        ("Role on L1", role(account)),
    ];
    html! {
        li.card id={ "account-" (slug(name)) } {
            h3 { (clipped(name, 60)) }
            p { code.whole { (account.address) } }
            (facts(rows))
        }
    }
}

fn balance(account: &Account) -> Markup {
    let Some(balance) = account.balance else { return html! { (NOT_KNOWN) } };
    let short = account.min_balance.is_some_and(|least| balance < least);
    html! { (eth(balance)) @if short { " " (badge(Tone::Bad, "too little")) } }
}

/// How long the balance lasts, with the tone of its condition where that is not good.
fn runway(status: &Status, name: &str, account: &Account) -> Markup {
    let judged = status.conditions.iter().find(|at| at.name == Name::Runway && at.subject == name);
    let text = match account.runway {
        Some(seconds) => measured(seconds),
        None if account.spent_an_hour == Some(U256::ZERO) => {
            "as long as it spends nothing".to_owned()
        }
        None => NOT_KNOWN.to_owned(),
    };
    let wrong = judged.map(|at| Tone::from(at.state)).filter(|tone| *tone > Tone::Good);
    html! { @if let Some(tone) = wrong { (badge(tone, &text)) } @else { (text) } }
}

fn role(account: &Account) -> Markup {
    html! {
        @match account.on_l1 {
            None => (NOT_KNOWN),
            Some(holder) if holder == account.address => (badge(Tone::Good, "this address")),
            Some(holder) => {
                (badge(Tone::Bad, "another address")) " " code.whole { (holder) }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fixture::status;

    #[test]
    fn what_is_wrong_with_an_account_is_shown_by_word() {
        let mut status = status();
        let batcher = status.accounts["batcher"].clone();
        assert!(role(&batcher).into_string().contains("another address"));
        assert!(role(&status.accounts["proposer"]).into_string().contains("this address"));
        assert!(!balance(&batcher).into_string().contains("too little"), "just enough is enough");
        let poor = Account { balance: Some(U256::from(5)), ..batcher };
        assert!(balance(&poor).into_string().contains("too little"));
        status.conditions[0].name = Name::Runway;
        status.conditions[0].subject = "batcher".to_owned();
        let shown = runway(&status, "batcher", &status.accounts["batcher"]).into_string();
        assert!(shown.contains("badge bad") && shown.contains("10 h"), "{shown}");
    }

    #[test]
    fn what_is_not_known_is_no_statement() {
        let status = status();
        let known = &status.accounts["proposer"];
        for (spent, lasts) in [
            (Some(U256::ZERO), "as long as it spends nothing"),
            (Some(U256::ONE), NOT_KNOWN),
            (None, NOT_KNOWN),
        ] {
            let account =
                Account { balance: None, runway: None, spent_an_hour: spent, ..known.clone() };
            let shown = runway(&status, "nobody", &account).into_string();
            assert_eq!(shown, lasts, "{spent:?}");
        }
        let nobody = Account { on_l1: None, ..known.clone() };
        assert_eq!(role(&nobody).into_string(), NOT_KNOWN);
    }
}
