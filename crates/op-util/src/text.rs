//! Sizes and spans of time as people read them, the name that somebody meant, and words that two sides agree on.

/// How the last error of a program begins that was killed for its memory: whoever writes it knows, and whoever
/// shows it has other advice.
pub const KILLED: &str = "killed by the kernel";

/// How alike a name must be to be proposed, from 0 to 1.
const ALIKE: f64 = 0.7;

/// The known name that is most like this one, where one is like enough for "did you mean".
#[must_use]
pub fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |known: &'a str| (strsim::normalized_damerau_levenshtein(name, known), known);
    let all = known.into_iter().map(likeness);
    let (alike, nearest) = all.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (alike >= ALIKE).then_some(nearest)
}

/// Bytes in decimal units, as disks are sold: `1.9 kB`, `20 GB`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut size, mut unit) = (1_000, 0);
    while bytes / size >= 1_000 {
        size *= 1_000;
        unit += 1;
    }
    match bytes % size / (size / 10) {
        0 => format!("{} {}", bytes / size, UNITS[unit]),
        tenths => format!("{}.{tenths} {}", bytes / size, UNITS[unit]),
    }
}

/// Seconds in their two largest units, below two minutes in seconds: `90 s`, `5 h 42 min`.
#[must_use]
pub fn span(seconds: u64) -> String {
    let two = |large: u64, name: &str, small: u64, small_name: &str| {
        let rest = seconds % large / small;
        let more = if rest == 0 { String::new() } else { format!(" {rest} {small_name}") };
        format!("{} {name}{more}", seconds / large)
    };
    match seconds {
        0..120 => format!("{seconds} s"),
        120..3_600 => two(60, "min", 1, "s"),
        3_600..86_400 => two(3_600, "h", 60, "min"),
        _ => two(86_400, "d", 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (count, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_999, "1.9 kB"),
            (20_000_000_000, "20 GB"),
            (90_500_000_000, "90.5 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(count), shown);
        }
    }

    #[test]
    fn spans_have_two_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (163, "2 min 43 s"),
            (20_570, "5 h 42 min"),
            (36_000, "10 h"),
            (86_400, "1 d"),
            (273_600, "3 d 4 h"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }
}
