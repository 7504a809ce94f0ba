//! What a program's `--help` shows of its flags: of Go's programs (urfave/cli), and of Rust's (clap).

use std::collections::BTreeMap;

/// Flag -> its default, by each of its names; `None` for none, and for a switch that is off.
pub type Flags = BTreeMap<String, Option<String>>;

/// Reads `--name value, -n value (default: 10s) ($VARIABLE)`, and `-n, --name <VALUE>` with
/// `[default: 10s]` in one of the lines after it.
#[must_use]
pub fn flags(help: &str) -> Flags {
    let mut flags = Flags::new();
    let mut last: Vec<String> = Vec::new();
    for line in help.lines() {
        let text = line.trim_start();
        // What stands further in tells of the flag before it.
        if line.len() - text.len() <= 8 && text.starts_with('-') {
            last = names(text);
            let default = between(text, "(default: ", ") ").filter(|value| value != "false");
            flags.extend(last.iter().map(|name| (name.clone(), default.clone())));
        }
        if let Some(default) = between(text, "[default: ", "]") {
            flags.extend(last.iter().map(|name| (name.clone(), Some(default.clone()))));
        }
    }
    flags
}

fn names(entry: &str) -> Vec<String> {
    let head = entry.split("  ").next().unwrap_or_default();
    let words = head.split([' ', ',']).filter_map(|word| word.strip_prefix('-'));
    let names = words.map(|word| word.trim_start_matches('-').split(['[', '=']).next());
    let names = names.flatten().map(|name| name.trim_end_matches('.'));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn between(text: &str, begin: &str, end: &str) -> Option<String> {
    let rest = text.split_once(begin)?.1;
    let value = rest.split(end).next().unwrap_or_default().trim_end().trim_end_matches(')');
    Some(value.replace('"', "").replace(", ", ","))
}

/// What two releases of a program show otherwise.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    pub new: Vec<&'a str>,
    pub gone: Vec<&'a str>,
    /// The flag, its default before, and now.
    pub changed: Vec<(&'a str, Option<&'a str>, Option<&'a str>)>,
}

impl<'a> Difference<'a> {
    #[must_use]
    pub fn of(before: &'a Flags, now: &'a Flags) -> Self {
        let lacks = |flags: &'a Flags, other: &'a Flags| -> Vec<&'a str> {
            let lacks = flags.keys().filter(|name| !other.contains_key(*name));
            lacks.map(String::as_str).collect()
        };
        let both = before.iter().filter_map(|(name, old)| Some((name, old, now.get(name)?)));
        let changed = both.filter(|(_, old, new)| old != new);
        Self {
            new: lacks(now, before),
            gone: lacks(before, now),
            changed: changed
                .map(|(name, old, new)| (name.as_str(), old.as_deref(), new.as_deref()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO: &str = "\
OPTIONS:
    --game-types value, --trace-type value (default: \"cannon\", \"cannon-kona\") ($OP_GAME_TYPES)
          The game types. --not-a-flag is none.
    --help, -h                             (default: false)
    --l1 value                             ($OP_L1)
    --wait                                 (default: true)
    --timeout value                        (default: 10s)  ($OP_TIMEOUT, $OP_T)
";
    const RUST: &str = "\
Options:
      --config <FILE>
          The path to the configuration file
  -v, --verbosity...
          Set the minimum log level.
      --engine.persistence-threshold <BLOCKS>
          Configure persistence threshold

          [default: 2]
      --http.api <HTTP_API>
          [possible values: eth, net]
      --metrics[=<PORT>]
";

    #[test]
    fn flags_and_defaults_are_read() {
        let read = |help| -> Vec<(String, Option<String>)> { flags(help).into_iter().collect() };
        let of = |list: &[(&str, Option<&str>)]| -> Vec<(String, Option<String>)> {
            list.iter()
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect()
        };
        let types = Some("cannon,cannon-kona");
        assert_eq!(
            read(GO),
            of(&[
                ("game-types", types),
                ("h", None),
                ("help", None),
                ("l1", None),
                ("timeout", Some("10s")),
                ("trace-type", types),
                ("wait", Some("true")),
            ])
        );
        assert_eq!(
            read(RUST),
            of(&[
                ("config", None),
                ("engine.persistence-threshold", Some("2")),
                ("http.api", None),
                ("metrics", None),
                ("v", None),
                ("verbosity", None),
            ])
        );
        assert_eq!(read(""), []);
    }

    #[test]
    fn what_changed_is_told_apart() {
        let later = RUST.replace("[default: 2]", "[default: 50]").replace("http.api", "http.apis");
        let (before, now) = (flags(RUST), flags(&later));
        assert_eq!(
            Difference::of(&before, &now),
            Difference {
                new: vec!["http.apis"],
                gone: vec!["http.api"],
                changed: vec![("engine.persistence-threshold", Some("2"), Some("50"))],
            }
        );
        assert_eq!(Difference::of(&before, &before), Difference::default());
    }
}
