//! Prometheus' text format, as far as it is read here.

/// The samples of one metric: labels as they are written, and the value.
pub(crate) fn samples<'a>(
    text: &'a str,
    name: &'a str,
) -> impl Iterator<Item = (&'a str, f64)> + 'a {
    text.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name)?;
        let (labels, value) = match rest.strip_prefix('{') {
            Some(rest) => rest.rsplit_once('}')?,
            None => ("", rest),
        };
        // A longer name begins with this one.
        let value = value.strip_prefix(' ')?.split(' ').next()?;
        Some((labels, value.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_labels_and_a_value() {
        let text = "# HELP up x\n# TYPE up gauge\nup 1\nup_since 2\nup{a=\"}\",b=\"c d\"} 1.5e+09 1795\nup{a=\"x\"} NaN\n";
        let found: Vec<_> = samples(text, "up").collect();
        assert_eq!(found[..2], [("", 1.0), ("a=\"}\",b=\"c d\"", 1.5e9)]);
        assert!(found[2].1.is_nan());
        assert_eq!(found.len(), 3);
    }
}
