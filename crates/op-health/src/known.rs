//! A value that is read again and again, and sometimes cannot be.

use eth_rpc::Reading;

/// Failures in a row after which the last value says nothing any more.
const LOST: u32 = 2;

/// The last value, and what became of the attempts since.
#[derive(Debug, Clone)]
pub(super) struct Known<T> {
    value: Option<T>,
    failures: u32,
    error: Option<String>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self::never()
    }
}

impl<T> Known<T> {
    /// Nothing was read yet.
    pub(super) const fn never() -> Self {
        Self { value: None, failures: 0, error: None }
    }

    /// Takes the outcome of one attempt.
    pub(super) fn take(&mut self, reading: Reading<T>) {
        match reading {
            Ok(value) => *self = Self { value: Some(value), failures: 0, error: None },
            Err(unread) => {
                self.failures = self.failures.saturating_add(1);
                self.error = Some(unread.to_string());
            }
        }
    }

    /// The value, unless it is too old: one failure alone is none.
    pub(super) fn get(&self) -> Result<&T, &str> {
        let error = self.error.as_deref().unwrap_or("it was not read yet");
        self.value.as_ref().filter(|_| self.failures < LOST).ok_or(error)
    }

    /// Whether nothing can be said yet: it was never read, and not in vain either.
    pub(super) const fn is_pending(&self) -> bool {
        self.value.is_none() && !self.is_lost()
    }

    /// Whether the last attempts all failed.
    pub(super) const fn is_lost(&self) -> bool {
        self.failures >= LOST
    }

    /// Why the last attempt failed, if it did.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use eth_rpc::Unread;

    use super::*;

    #[test]
    fn two_failures_in_a_row_lose_the_value() {
        let failure = || Err(Unread::Unreachable("gone".to_owned()));
        let mut known = Known::default();
        assert_eq!(known.get(), Err("it was not read yet"));
        assert!(known.is_pending());
        known.take(Ok(1));
        assert!(!known.is_pending());
        known.take(failure());
        assert_eq!(known.get(), Ok(&1));
        known.take(failure());
        assert_eq!(known.get(), Err("gone"));
        assert!(known.is_lost());
        known.take(Ok(2));
        assert_eq!(known.get(), Ok(&2));
    }
}
