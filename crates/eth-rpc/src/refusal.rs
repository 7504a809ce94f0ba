//! How providers say that a batch has too many calls. No standard has a code for it.

/// What is reported where a batch cannot be made any smaller.
pub(crate) const REASON: &str = "the node refuses a batch of calls";

/// Words that say, beside `batch`, that it is too large.
const TOO_LARGE: [&str; 9] = [
    "limit",
    "exceed",
    "too ",
    "more than",
    "max",
    "not allowed",
    "not supported",
    "unsupported",
    "disabled",
];

/// Whether an error is about the number of calls in a batch.
pub(crate) fn is_of_batch(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("batch") && TOO_LARGE.iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_providers_are_known() {
        for message in [
            "batch limit exceeded",
            "Batch of more than 10 requests are not allowed",
            "batch item count exceeded",
            "batch too large",
            "Maximum batch size is 100",
            "Batch requests are disabled on the free plan",
        ] {
            assert!(is_of_batch(message), "{message}");
        }
        for message in
            ["limit exceeded", "execution reverted: NoBatch", "Too Many Requests", "batch"]
        {
            assert!(!is_of_batch(message), "{message}");
        }
    }
}
