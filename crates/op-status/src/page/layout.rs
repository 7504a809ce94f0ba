//! What every page has: its head, landmarks, style and script.

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::page::badge::{self, Tone};

pub(super) const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("script.js");

/// Without its script a page is loaded anew this often, in seconds: seldom, because what was opened
/// closes then.
const RELOAD: u32 = 30;

/// The value of the `Content-Security-Policy` header that the pages are served with: nothing but
/// their own style and script, requests to their own origin, and an icon within the page.
pub static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
});

/// A page that stays as it is: `main` has neither a style nor a script of its own.
pub(super) fn standing(title: &str, main: &Markup) -> Markup {
    document(title, Tone::Plain, &html! {}, &html! { main #main.prose tabindex="-1" { (main) } })
}

/// A page that is loaded again and again; its `main` says how often.
pub(super) fn watched(title: &str, tone: Tone, main: &Markup) -> Markup {
    let head = html! { noscript { meta http-equiv="refresh" content=(RELOAD); } };
    document(title, tone, &head, main)
}

fn document(title: &str, tone: Tone, head: &Markup, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                link rel="icon" href=(icon(tone));
                style { (PreEscaped(STYLE)) }
                (head)
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (badge::shapes())
                header {
                    a.brand href="/" { "op-warden" }
                    p #connection role="status" {}
                    p #announcement.unseen role="status" {}
                }
                (main)
                footer {
                    nav aria-label="Other forms of this" {
                        ul {
                            li { a href="/status.json" { "status.json" } }
                            li { a href="/metrics" { "metrics" } }
                            li { a href="/readyz" { "readyz" } }
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// An icon within its address: a browser asks for no file. It is drawn beside the title, on any
/// colour.
fn icon(tone: Tone) -> String {
    let (shape, colour) = match tone {
        Tone::Good => ("M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1Z", "2e9e5b"),
        Tone::Bad | Tone::Unknown => ("M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5Z", "d6483c"),
        Tone::Plain | Tone::Warn => ("M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1Z", "7a828c"),
    };
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
         %3Cpath fill='%23{colour}' d='{shape}'/%3E%3C/svg%3E"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_what_the_page_has() {
        // `printf %s abc | openssl dgst -sha256 -binary | base64`
        assert_eq!(
            BASE64_STANDARD.encode(Sha256::digest("abc")),
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        );
        let page = standing("A & B", &html! { h1 { "<b>" } }).into_string();
        for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
            let (_, rest) = page.split_once(&format!("<{tag}>")).unwrap();
            let (content, _) = rest.split_once(&format!("</{tag}>")).unwrap();
            let hash = BASE64_STANDARD.encode(Sha256::digest(content));
            assert!(CONTENT_SECURITY_POLICY.contains(&format!("{directive} 'sha256-{hash}'")));
        }
        assert!(page.contains("<title>A &amp; B</title>"));
        assert!(page.contains("<h1>&lt;b&gt;</h1>"));
        assert!(!page.contains("http-equiv"), "a page that stays as it is was to be loaded anew");
    }

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    /// The contrast of two variables of the style, in one of its two themes.
    fn contrast(theme: &str, one: &str, other: &str) -> f64 {
        let light = |name: &str| {
            let (_, rest) = theme.split_once(&format!("--{name}: ")).unwrap();
            luminance(rest.split_once(';').unwrap().0)
        };
        let (one, other) = (light(one), light(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_in_both_themes() {
        assert!((luminance("#ffffff") - 1.0).abs() < 1e-9 && luminance("#000000") < 1e-9);
        let (light, rest) = STYLE.split_once("@media (prefers-color-scheme: dark)").unwrap();
        let (dark, _) = rest.split_once("\n.good").unwrap();
        let tones =
            [Tone::Plain, Tone::Good, Tone::Warn, Tone::Unknown, Tone::Bad].map(Tone::class);
        for theme in [light, dark] {
            let mut pairs: Vec<(String, String)> = Vec::new();
            for ground in ["ground", "surface", "plain-tint"] {
                let texts = ["text", "muted", "link"].into_iter().chain(tones);
                pairs.extend(texts.map(|text| (text.to_owned(), ground.to_owned())));
            }
            for tone in tones {
                let tint = format!("{tone}-tint");
                pairs.push((tone.to_owned(), tint.clone()));
                pairs.push(("text".to_owned(), tint));
            }
            for (text, ground) in pairs {
                let contrast = contrast(theme, &text, &ground);
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
            }
        }
    }
}
