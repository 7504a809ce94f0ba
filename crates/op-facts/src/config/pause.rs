//! A pause between two looks at something.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A pause, in seconds or parts of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Pause(Duration);

impl Pause {
    /// Tokio's timers count in milliseconds.
    const SHORTEST: Duration = Duration::from_millis(1);

    #[must_use]
    pub const fn seconds(seconds: std::num::NonZeroU32) -> Self {
        // `From` is not const.
        Self(Duration::from_secs(seconds.get() as u64))
    }

    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl TryFrom<f64> for Pause {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        let pause = (seconds <= f64::from(u32::MAX)).then(|| Duration::try_from_secs_f64(seconds));
        match pause {
            Some(Ok(pause)) if pause >= Self::SHORTEST => Ok(Self(pause)),
            _ => Err(format!("a pause of {seconds} seconds: it is 0.001 to {}", u32::MAX)),
        }
    }
}

impl From<Pause> for f64 {
    fn from(pause: Pause) -> Self {
        pause.0.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_more_than_nothing() {
        let read = serde_json::from_str::<Pause>;
        for (text, pause) in [("1", 1_000), ("0.25", 250), ("2.0", 2_000), ("0.001", 1)] {
            assert_eq!(read(text).unwrap().get(), Duration::from_millis(pause), "{text}");
        }
        for text in ["0", "-1", "0.0001", "1e300", "4294967296", "\"1\"", "null"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
