//! The order of Ethereum's forks in `config` (op-geth `params/config.go`, `CheckConfigForkOrder`).

/// Forks in their order; those that may be left out are marked.
const FORKS: [(&str, bool); 26] = [
    ("homesteadBlock", false),
    ("daoForkBlock", true),
    ("eip150Block", false),
    ("eip155Block", false),
    ("eip158Block", false),
    ("byzantiumBlock", false),
    ("constantinopleBlock", false),
    ("petersburgBlock", false),
    ("istanbulBlock", false),
    ("muirGlacierBlock", true),
    ("berlinBlock", false),
    ("londonBlock", false),
    ("arrowGlacierBlock", true),
    ("grayGlacierBlock", true),
    ("mergeNetsplitBlock", true),
    ("shanghaiTime", false),
    ("cancunTime", true),
    ("pragueTime", true),
    ("osakaTime", true),
    ("verkleTime", true),
    ("bpo1Time", true),
    ("bpo2Time", true),
    ("bpo3Time", true),
    ("bpo4Time", true),
    ("bpo5Time", true),
    ("amsterdamTime", true),
];

/// The first fork that is out of order, with the one before it.
pub(super) fn fault(at: impl Fn(&str) -> Option<u64>) -> Option<String> {
    let mut last: Option<(&str, Option<u64>)> = None;
    for (fork, optional) in FORKS {
        let now = at(fork);
        match (last, now) {
            (Some((before, None)), Some(now)) => {
                return Some(format!("{fork} is {now}, and {before} is not there"));
            }
            // Blocks and times are not compared.
            (Some((before, Some(then))), Some(now))
                if then > now && before.ends_with("Time") == fork.ends_with("Time") =>
            {
                return Some(format!("{fork} is {now}, and {before}, the one before it, {then}"));
            }
            _ => {}
        }
        if !optional || now.is_some() {
            last = Some((fork, now));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_are_in_the_order_that_op_geth_wants() {
        let all = |fork: &str| FORKS.iter().any(|(name, _)| *name == fork).then_some(0);
        let fault_of = |changed: &str, value: Option<u64>| {
            fault(|fork| if fork == changed { value } else { all(fork) })
        };
        assert_eq!(fault(all), None);
        assert_eq!(fault(|_| None), None);
        for (fork, value, wrong) in [
            ("constantinopleBlock", Some(2), true),
            ("constantinopleBlock", None, true),
            ("daoForkBlock", None, false),
            ("mergeNetsplitBlock", Some(5), false),
            ("shanghaiTime", None, true),
            ("cancunTime", None, false),
            ("amsterdamTime", Some(7), false),
            ("osakaTime", Some(7), true),
        ] {
            assert_eq!(fault_of(fork, value).is_some(), wrong, "{fork} {value:?}");
        }
    }
}
