//! What the sections are made of.

use maud::{Markup, html};

/// A part of the page under its heading.
pub(super) fn part(id: &str, heading: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-heading" } {
            h2 id={ (id) "-heading" } { (heading) }
            (content)
        }
    }
}

/// A table that scrolls in itself, also by keyboard.
pub(super) fn table(id: &str, caption: &str, rows: &Markup) -> Markup {
    html! {
        div.scroll id={ (id) "-table" } role="region" tabindex="0" aria-labelledby={ (id) "-caption" } {
            table { caption id={ (id) "-caption" } { span { (caption) } } (rows) }
        }
    }
}

/// Names with their values.
pub(super) fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, Markup)>) -> Markup {
    html! { dl.facts { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } }
}

/// What stands where there is nothing to show.
pub(super) fn nothing(reason: &str) -> Markup {
    html! { p.nothing { (reason) } }
}
