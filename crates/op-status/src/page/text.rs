//! Times, amounts and hashes as people read them.

use std::fmt::{Display, Write as _};
use std::time::{Duration, UNIX_EPOCH};

use alloy_primitives::U256;
use eth_rpc::units::ether;
use maud::{Markup, html};
use op_util::text::span;

/// The last second that RFC 3339 can write: the end of the year 9999.
const LAST: u64 = 253_402_300_799;
/// What stands where a value is not known.
pub(super) const NOT_KNOWN: &str = "not known";

/// A time as RFC 3339 in UTC, where the calendar reaches that far.
pub(super) fn iso(at: u64) -> Option<String> {
    let time = (at <= LAST).then(|| UNIX_EPOCH + Duration::from_secs(at))?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}

/// How long ago a time was; the time itself in the title.
pub(super) fn ago(at: u64, now: u64) -> Markup {
    let iso = iso(at);
    html! { time datetime=[&iso] title=[&iso] { (distance(at, now)) } }
}

/// A time in full, and how long ago it was.
pub(super) fn dated(at: u64, now: u64) -> Markup {
    let Some(iso) = iso(at) else { return html! { (distance(at, now)) } };
    let (day, time) = iso.split_once('T').unwrap_or_default();
    html! {
        time datetime=(iso) { (day) " " (time.trim_end_matches('Z')) " UTC" }
        " (" (distance(at, now)) ")"
    }
}

/// From one time to another, in words.
pub(super) fn distance(at: u64, now: u64) -> String {
    if at > now { format!("in {}", coarse(at - now)) } else { format!("{} ago", coarse(now - at)) }
}

fn coarse(seconds: u64) -> String {
    let (unit, name) = match seconds {
        0..60 => (1, "s"),
        60..3600 => (60, "min"),
        3600..86_400 => (3600, "h"),
        _ => (86_400, "d"),
    };
    format!("{} {name}", seconds / unit)
}

/// A measured span, which may be no number at all.
pub(super) fn measured(seconds: f64) -> String {
    match Duration::try_from_secs_f64(seconds) {
        Ok(exact) if exact.as_secs() < 60 && exact.subsec_millis() >= 50 => {
            format!("{seconds:.1} s")
        }
        Ok(exact) => span(exact.as_secs()),
        Err(_) => NOT_KNOWN.to_owned(),
    }
}

/// Wei as ETH; the exact amount in the title.
pub(super) fn eth(wei: U256) -> Markup {
    html! { span.number title={ (wei.to_string()) " wei" } { (ether(wei)) " ETH" } }
}

/// A count with commas between its thousands.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things.
pub(super) fn things(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The ends of a hash; all of it in the title.
pub(super) fn hash(hash: impl Display) -> Markup {
    let all = hash.to_string();
    let ends = all.get(..6).zip(all.len().checked_sub(4).and_then(|end| all.get(end..)));
    html! {
        code title=(all) {
            @if let Some((head, tail)) = ends { (head) "…" (tail) } @else { (all) }
        }
    }
}

/// A text cut to a length; all of it in the title.
pub(super) fn clipped(text: &str, length: usize) -> Markup {
    let end = text.char_indices().nth(length).map(|(end, _)| end);
    html! {
        @if let Some(end) = end { span title=(text) { (text[..end].trim_end()) "…" } }
        @else { (text) }
    }
}

/// A part of an `id` that no other text gives.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() || letter == '-' {
            slug.push(letter);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(slug, "_{:x}_", u32::from(letter));
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_from_now() {
        assert_eq!(distance(100, 100), "0 s ago");
        assert_eq!(distance(100, 159), "59 s ago");
        assert_eq!(distance(100, 3700), "1 h ago");
        assert_eq!(distance(700, 100), "in 10 min");
        assert_eq!(distance(0, 86_400 * 400), "400 d ago");
        assert_eq!(iso(1_795_300_000).as_deref(), Some("2026-11-21T22:26:40Z"));
    }

    #[test]
    fn a_time_beyond_the_calendar_is_no_panic() {
        assert_eq!(iso(LAST).as_deref(), Some("9999-12-31T23:59:59Z"));
        assert_eq!(iso(LAST + 1), None);
        assert!(ago(u64::MAX, 0).into_string().contains("in 213503982334601 d"));
        assert!(dated(u64::MAX, 0).into_string().starts_with("in "));
    }

    #[test]
    fn a_measured_span_may_be_no_number() {
        assert_eq!(measured(12.1), "12.1 s");
        assert_eq!(measured(0.0), "0 s");
        assert_eq!(measured(20_570.4), "5 h 42 min");
        for no_span in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            assert_eq!(measured(no_span), NOT_KNOWN);
        }
    }

    #[test]
    fn amounts_are_short_and_never_rounded_to_nothing() {
        let text = |wei: u128| eth(U256::from(wei)).into_string();
        assert!(text(100_000_000_000_000_000).contains(">0.1 ETH<"));
        assert!(text(100_000_000_000_000_000).contains("100000000000000000 wei"));
        assert!(text(1).contains(">under 0.000001 ETH<"));
        assert!(text(0).contains(">0 ETH<"));
        assert!(text(3_000_000_000_000_000_000).contains(">3 ETH<"));
        assert!(eth(U256::MAX).into_string().contains("ETH"));
        assert_eq!(count(129_000), "129,000");
        assert_eq!(count(7), "7");
    }

    #[test]
    fn what_is_cut_stands_in_the_title() {
        let long = "ä".repeat(9);
        assert_eq!(clipped(&long, 4).into_string(), format!("<span title=\"{long}\">ääää…</span>"));
        assert_eq!(clipped(&long, 9).into_string(), long);
        assert_eq!(
            hash("0x1234567890").into_string(),
            "<code title=\"0x1234567890\">0x1234…7890</code>"
        );
        assert_ne!(slug("a b"), slug("a_20_b"));
    }
}
