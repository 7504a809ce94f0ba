//! JSON, parsed and printed without the reader that the crate uses.

use std::fmt;

/// The members of an object.
pub(crate) type Members = Vec<(String, Json)>;

/// A value. Numbers are as they are written, members in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Members),
}

impl Json {
    /// The value of a whole document.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = std::str::from_utf8(bytes).ok()?;
        let value = value(&mut rest)?;
        space(&mut rest);
        rest.is_empty().then_some(value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The members, if no two names are the same to a reader that ignores letter case.
    pub(crate) fn members(&self) -> Option<&[(String, Self)]> {
        let Self::Object(members) = self else { return None };
        let mut names: Vec<_> = members.iter().map(|(name, _)| folded(name)).collect();
        names.sort();
        names.dedup();
        (names.len() == members.len()).then_some(members)
    }

    /// Each value below this one, by the way to it.
    pub(crate) fn places(&self) -> Vec<Vec<usize>> {
        let mut places = Vec::new();
        for (index, child) in self.children().iter().enumerate() {
            places.push(vec![index]);
            places.extend(child.places().into_iter().map(|rest| [vec![index], rest].concat()));
        }
        places
    }

    fn children(&self) -> Vec<&Self> {
        match self {
            Self::Array(values) => values.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        }
    }

    /// The value at a place.
    pub(crate) fn at(&mut self, place: &[usize]) -> &mut Self {
        place.iter().fold(self, |value, &index| match value {
            Self::Array(values) => &mut values[index],
            Self::Object(members) => &mut members[index].1,
            _ => panic!("nothing below"),
        })
    }
}

/// The one spelling of all names that Go's JSON takes for the same.
pub(crate) fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| {
            let escape = |letter| match letter {
                '"' | '\\' | '\0'..='\x1f' => format!("\\u{:04x}", u32::from(letter)),
                other => other.to_string(),
            };
            format!("\"{}\"", text.chars().map(escape).collect::<String>())
        };
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => value.fmt(formatter),
            Self::Number(digits) => formatter.write_str(digits),
            Self::Text(text) => formatter.write_str(&quoted(text)),
            Self::Array(values) => {
                let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                write!(formatter, "[{}]", values.join(","))
            }
            Self::Object(members) => {
                let member = |(name, value): &(String, Self)| format!("{}:{value}", quoted(name));
                let members: Vec<_> = members.iter().map(member).collect();
                write!(formatter, "{{{}}}", members.join(",\n"))
            }
        }
    }
}

fn space(rest: &mut &str) {
    *rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
}

fn take(rest: &mut &str, token: &str) -> Option<()> {
    space(rest);
    *rest = rest.strip_prefix(token)?;
    Some(())
}

fn value(rest: &mut &str) -> Option<Json> {
    space(rest);
    match rest.bytes().next()? {
        b'n' => take(rest, "null").map(|()| Json::Null),
        b't' => take(rest, "true").map(|()| Json::Bool(true)),
        b'f' => take(rest, "false").map(|()| Json::Bool(false)),
        b'"' => string(rest).map(Json::Text),
        b'[' => list(rest, ["[", "]"], value).map(Json::Array),
        b'{' => list(rest, ["{", "}"], |rest| {
            let name = string(rest)?;
            take(rest, ":")?;
            Some((name, value(rest)?))
        })
        .map(Json::Object),
        _ => number(rest).map(Json::Number),
    }
}

fn list<T>(
    rest: &mut &str,
    [open, close]: [&str; 2],
    item: impl Fn(&mut &str) -> Option<T>,
) -> Option<Vec<T>> {
    take(rest, open)?;
    let mut items = Vec::new();
    if take(rest, close).is_some() {
        return Some(items);
    }
    loop {
        items.push(item(rest)?);
        if take(rest, close).is_some() {
            return Some(items);
        }
        take(rest, ",")?;
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn number(rest: &mut &str) -> Option<String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let all = *rest;
    let mut end = usize::from(all.starts_with('-'));
    let whole = digits(&all[end..]);
    if whole == 0 || (whole > 1 && all[end..].starts_with('0')) {
        return None;
    }
    end += whole;
    if all[end..].starts_with('.') {
        let fraction = digits(&all[end + 1..]);
        end += if fraction > 0 { 1 + fraction } else { return None };
    }
    if all[end..].starts_with(['e', 'E']) {
        let sign = usize::from(all[end + 1..].starts_with(['+', '-']));
        let exponent = digits(&all[end + 1 + sign..]);
        end += if exponent > 0 { 1 + sign + exponent } else { return None };
    }
    *rest = &all[end..];
    Some(all[..end].to_owned())
}

fn string(rest: &mut &str) -> Option<String> {
    take(rest, "\"")?;
    let mut units = Vec::new();
    loop {
        let letter = rest.chars().next()?;
        *rest = &rest[letter.len_utf8()..];
        match letter {
            '"' => return String::from_utf16(&units).ok(),
            '\0'..='\x1f' => return None,
            '\\' => {
                let escape = rest.chars().next()?;
                *rest = &rest[escape.len_utf8()..];
                units.push(match escape {
                    '"' | '\\' | '/' => u16::try_from(u32::from(escape)).ok()?,
                    'b' => 8,
                    'f' => 12,
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    'u' => {
                        let digits = rest.get(..4)?;
                        *rest = &rest[4..];
                        let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                        hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()?
                    }
                    _ => return None,
                });
            }
            other => units.extend(other.encode_utf16(&mut [0; 2]).iter()),
        }
    }
}
