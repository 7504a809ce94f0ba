//! What values a flag takes, as the programs read them (Go's `strconv` and `time`).

use std::net::IpAddr;

use crate::command::duration;

/// The values of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It needs none; after `=` it takes a truth value.
    Switch,
    /// It takes none.
    Bare,
    /// It needs none; after `=` it takes a text.
    Optional,
    Text,
    /// Texts with commas between.
    List,
    Duration,
    Float,
    Int,
    Uint,
    Address,
    Addresses,
    Url,
    Urls,
    /// An address of this host.
    Host,
    Header,
    /// One of these.
    Words(Vec<&'static str>),
}

/// What may stand before the host of an endpoint.
const SCHEMES: [&str; 4] = ["http://", "https://", "ws://", "wss://"];

impl Kind {
    pub(super) fn read(text: &'static str) -> Self {
        match text {
            "bare" => Self::Bare,
            "optional" => Self::Optional,
            "duration" => Self::Duration,
            "float" => Self::Float,
            "int" => Self::Int,
            "uint" => Self::Uint,
            "address" => Self::Address,
            "addresses" => Self::Addresses,
            "url" => Self::Url,
            "urls" => Self::Urls,
            "host" => Self::Host,
            "header" => Self::Header,
            "list" => Self::List,
            words if words.contains('|') => Self::Words(words.split('|').collect()),
            _ => Self::Text,
        }
    }

    /// Whether the program takes the value. Go takes times below zero, and this does not.
    #[must_use]
    pub fn takes(&self, value: &str) -> bool {
        let each = |takes: fn(&str) -> bool| value.split(',').all(|item| takes(item.trim()));
        match self {
            Self::Switch => is_truth(value),
            Self::Bare => false,
            Self::Optional | Self::Text | Self::List => true,
            Self::Duration => duration(value).is_some(),
            Self::Float => float(value).is_some_and(f64::is_finite),
            Self::Int => {
                let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
                integer(digits).is_some_and(|number| i64::try_from(number).is_ok())
            }
            Self::Uint => integer(value).is_some(),
            Self::Address => is_address(value),
            Self::Addresses => each(is_address),
            Self::Url => is_url(value),
            Self::Urls => each(is_url),
            Self::Host => {
                value.is_empty() || value == "localhost" || value.parse::<IpAddr>().is_ok()
            }
            Self::Header => value.is_empty() || value.contains(": "),
            Self::Words(words) => words.contains(&value),
        }
    }

    /// Whether the values of a flag that is given several times add up (`cli.StringSliceFlag`); else the last
    /// one is in force.
    #[must_use]
    pub const fn adds_up(&self) -> bool {
        matches!(self, Self::Addresses | Self::Header | Self::List | Self::Urls)
    }

    /// Whether the flag library itself reads the value, also one that another value of the flag beats.
    #[must_use]
    pub const fn is_always_read(&self) -> bool {
        matches!(
            self,
            Self::Switch | Self::Duration | Self::Float | Self::Int | Self::Uint | Self::Words(_)
        )
    }

    /// Whether a value must follow it.
    #[must_use]
    pub const fn needs_value(&self) -> bool {
        !matches!(self, Self::Switch | Self::Bare | Self::Optional)
    }

    /// The number that a value stands for, in seconds where it is a time.
    #[must_use]
    pub fn number(&self, value: &str) -> Option<f64> {
        match self {
            Self::Duration => Some(duration(value)?.as_secs_f64()),
            Self::Float => float(value),
            #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
            Self::Uint => Some(integer(value)? as f64),
            #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
            Self::Int => match value.strip_prefix('-') {
                Some(digits) => Some(-(integer(digits)? as f64)),
                None => Some(integer(value.strip_prefix('+').unwrap_or(value))? as f64),
            },
            _ => None,
        }
    }

    /// What it takes, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Switch => "true or false".to_owned(),
            Self::Bare => "no value".to_owned(),
            Self::Optional | Self::Text => "a text".to_owned(),
            Self::List => "texts, with commas between".to_owned(),
            Self::Duration => "a time such as 90s or 1h30m".to_owned(),
            Self::Float => "a number".to_owned(),
            Self::Int => "a whole number".to_owned(),
            Self::Uint => "a whole number, not below zero".to_owned(),
            Self::Address => "an address: 40 hex digits".to_owned(),
            Self::Addresses => "addresses, with commas between".to_owned(),
            Self::Url => "a URL: http://, https://, ws:// or wss://, and a host".to_owned(),
            Self::Urls => "URLs, with commas between".to_owned(),
            Self::Host => "an IP address of this host, or localhost".to_owned(),
            Self::Header => "a header: its name, a colon, a blank, its value".to_owned(),
            Self::Words(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// Go's `strconv.ParseBool`.
fn is_truth(value: &str) -> bool {
    let (yes, no) =
        (["1", "t", "T", "true", "TRUE", "True"], ["0", "f", "F", "false", "FALSE", "False"]);
    yes.contains(&value) || no.contains(&value)
}

/// What a number in another base begins with.
const BASES: [(&str, u32); 6] =
    [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)];

/// Go's `strconv.ParseFloat`, but for numbers in base 16.
fn float(text: &str) -> Option<f64> {
    without_underscores(text)?.parse().ok()
}

/// A number without the underscores between its digits; `None` where they stand elsewhere
/// (`strconv.underscoreOK`).
fn without_underscores(text: &str) -> Option<String> {
    let marked = BASES.iter().any(|(mark, _)| text.starts_with(mark));
    let is_digit = |letter: char| letter.is_ascii_digit() || marked && letter.is_ascii_hexdigit();
    let parts: Vec<&str> = text.split('_').collect();
    let is_between = parts.windows(2).all(|sides| {
        let before = sides[0] == parts[0] && BASES.iter().any(|(mark, _)| sides[0] == *mark)
            || sides[0].ends_with(is_digit);
        before && sides[1].starts_with(is_digit)
    });
    is_between.then(|| parts.concat())
}

/// Go's `strconv.ParseUint` with base 0.
#[must_use]
pub fn integer(text: &str) -> Option<u64> {
    let text = &*without_underscores(text)?;
    let marked = BASES.iter().find_map(|(mark, base)| Some((text.strip_prefix(mark)?, *base)));
    let (digits, base) = match marked {
        Some(marked) => marked,
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    // from_str_radix would take a sign.
    digits
        .chars()
        .all(|digit| digit.is_digit(base))
        .then(|| u64::from_str_radix(digits, base).ok())?
}

fn is_address(text: &str) -> bool {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn is_url(text: &str) -> bool {
    let rest = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_programs_read_them() {
        for (kind, right, wrong) in [
            (Kind::Switch, &["true", "0", "T", "FALSE"][..], &["", "yes", "tRUE", "2"][..]),
            (
                Kind::Duration,
                &["0", "90s", "1h30m", "1.5h", "1µs"],
                &["", "5", "5 s", "1d", "-5s", "x"],
            ),
            (
                Kind::Float,
                &["1", "-0.5", "1e3", ".5", "1_000.5"],
                &["", "x", "NaN", "inf", "1s", "1,5", "_1", "1_", "1_.5"],
            ),
            (
                Kind::Int,
                &["1", "-1", "+1", "0x10"],
                &["", "x", "1.5", "--1", "9223372036854775808"],
            ),
            (
                Kind::Uint,
                &["0", "017", "0x10", "18446744073709551615", "1_000", "0x_1f", "0xa_b", "0_7"],
                &[
                    "",
                    "-1",
                    "+1",
                    "09",
                    "1s",
                    "18446744073709551616",
                    "0x",
                    "_1",
                    "1__0",
                    "1_",
                    "a_b",
                ],
            ),
            (
                Kind::Address,
                &[
                    "0x00000000000000000000000000000000000000C3",
                    "00000000000000000000000000000000000000c3",
                ],
                &["", "0x1", "0x00000000000000000000000000000000000000g3"],
            ),
            (
                Kind::Url,
                &["http://127.0.0.1:1", "wss://l1.example/key", "http://[::1]:1"],
                &["", "127.0.0.1:80", "http://", "ftp://l1.example", "://"],
            ),
            (Kind::Urls, &["http://a,http://b"], &["http://a,b", ""]),
            (Kind::read("a|b"), &["a", "b"], &["", "A", "a|b"]),
            (Kind::Text, &["", "x"], &[]),
            (Kind::Host, &["", "127.0.0.1", "::1", "localhost"], &["text", " ", "127.0.0.1:80"]),
            (Kind::Header, &["", "Authorization: Bearer x"], &["x", "a:b"]),
        ] {
            for value in right {
                assert!(kind.takes(value), "{kind:?} {value}");
            }
            for value in wrong {
                assert!(!kind.takes(value), "{kind:?} {value}");
            }
        }
    }

    #[test]
    fn numbers_are_compared_with_bounds() {
        assert_eq!(Kind::Duration.number("1m"), Some(60.0));
        assert_eq!(Kind::Int.number("-1"), Some(-1.0));
        assert_eq!(Kind::Uint.number("0x10"), Some(16.0));
        assert_eq!(Kind::Text.number("1"), None);
    }
}
