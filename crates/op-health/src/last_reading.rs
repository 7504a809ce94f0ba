//! A value that is read again and again, and sometimes cannot be read.

use eth_rpc::Reading;

/// Failures in a row after which the last value counts no more.
const LOST: u32 = 2;

/// The last value, and what became of the attempts since.
#[derive(Debug, Clone)]
pub(crate) struct LastReading<T> {
    value: Option<T>,
    failures: u32,
    error: Option<String>,
}

impl<T> Default for LastReading<T> {
    fn default() -> Self {
        Self::never()
    }
}

impl<T> LastReading<T> {
    pub(crate) const fn never() -> Self {
        Self { value: None, failures: 0, error: None }
    }

    pub(crate) fn take(&mut self, reading: Reading<T>) {
        match reading {
            Ok(value) => *self = Self { value: Some(value), failures: 0, error: None },
            Err(unread) => {
                self.failures = self.failures.saturating_add(1);
                self.error = Some(unread.to_string());
            }
        }
    }

    /// The value unless it is too old, which it is not after one failure.
    pub(crate) fn get(&self) -> Result<&T, &str> {
        let error = self.error.as_deref().unwrap_or("it was not read yet");
        self.value.as_ref().filter(|_| self.failures < LOST).ok_or(error)
    }

    /// Whether it is too early to say anything: it was never read, and did not fail for long either.
    pub(crate) const fn is_pending(&self) -> bool {
        self.value.is_none() && !self.is_lost()
    }

    pub(crate) const fn is_lost(&self) -> bool {
        self.failures >= LOST
    }

    pub(crate) fn error(&self) -> Option<&str> {
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
        let mut last = LastReading::default();
        assert_eq!(last.get(), Err("it was not read yet"));
        assert!(last.is_pending());
        last.take(Ok(1));
        assert!(!last.is_pending());
        last.take(failure());
        assert_eq!(last.get(), Ok(&1));
        last.take(failure());
        assert_eq!(last.get(), Err("gone"));
        assert!(last.is_lost());
        last.take(Ok(2));
        assert_eq!(last.get(), Ok(&2));
    }
}
