//! When a request over HTTP is sent again.

use std::time::{Duration, SystemTime};

use backon::ExponentialBuilder;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::Instant;

/// Three further attempts, after 250 ms, 500 ms and a second, each up to twice as long by chance.
#[must_use]
pub fn policy() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_factor(2.0)
        .with_max_times(3)
        .with_jitter()
}

/// The pause before the next attempt: the one that the server asks for, else the planned one. `None` ends
/// the attempts: no further one is planned, or it would come after the deadline.
#[must_use]
pub fn pause(
    deadline: Instant,
    asked_for: Option<Duration>,
    planned: Option<Duration>,
) -> Option<Duration> {
    let pause = asked_for.unwrap_or(planned?);
    let next = Instant::now().checked_add(pause);
    next.is_some_and(|next| next < deadline).then_some(pause)
}

/// The pause that a server asks for (RFC 9110, 10.2.3): seconds, or a date.
#[must_use]
pub fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let until = |date: SystemTime| date.duration_since(SystemTime::now()).unwrap_or_default();
    let seconds = text.parse().map(Duration::from_secs);
    seconds.ok().or_else(|| httpdate::parse_http_date(text).ok().map(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        let asked =
            |value: &str| asked_for(&[(RETRY_AFTER, value.parse().unwrap())].into_iter().collect());
        assert_eq!(asked("90"), Some(Duration::from_secs(90)));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("soon"), None);
        let in_an_hour = SystemTime::now() + Duration::from_hours(1);
        let pause = asked(&httpdate::fmt_http_date(in_an_hour)).unwrap();
        assert!(pause > Duration::from_mins(59) && pause <= Duration::from_hours(1), "{pause:?}");
    }

    #[tokio::test]
    async fn what_comes_too_late_or_is_not_planned_is_not_tried() {
        let deadline = Instant::now() + Duration::from_secs(10);
        let (short, long) = (Some(Duration::from_secs(9)), Some(Duration::from_secs(10)));
        assert_eq!(pause(deadline, None, short), short);
        assert_eq!(pause(deadline, short, long), short);
        assert_eq!(pause(deadline, long, short), None);
        assert_eq!(pause(deadline, None, Some(Duration::MAX)), None);
        assert_eq!(pause(deadline, short, None), None);
    }
}
