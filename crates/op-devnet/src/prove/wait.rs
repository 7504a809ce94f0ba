//! Waits with a time limit; the error says how far it came.

use std::{fmt::Display, ops::ControlFlow, time::Duration};

use anyhow::{Result, bail};
use op_util::error::with_causes;
use tokio::time::{Instant, sleep, timeout_at};

pub(super) const ANSWER: Duration = Duration::from_secs(5);
/// Pause between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks until the answer is there (`Break`); `Continue` says how far it came.
///
/// A question that fails is asked again: a node may be starting.
pub(crate) async fn until<T>(
    what: impl Display,
    patience: Duration,
    mut ask: impl AsyncFnMut() -> Result<ControlFlow<T, String>>,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    let mut progress = "no answer".to_owned();
    loop {
        match timeout_at(deadline, ask()).await {
            Ok(Ok(ControlFlow::Break(answer))) => return Ok(answer),
            Ok(Ok(ControlFlow::Continue(far))) => progress = far,
            Ok(Err(error)) => progress = with_causes(error.as_ref()),
            Err(_) => {}
        }
        if Instant::now() + PAUSE >= deadline {
            bail!("waited {} s for {what}: {progress}", patience.as_secs());
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_ends_the_wait_and_a_failure_does_not() {
        let mut asked = 0;
        let answer = until("an answer", Duration::from_secs(5), async || {
            asked += 1;
            match asked {
                1 => bail!("not reachable"),
                2 => Ok(ControlFlow::Continue("one of two".to_owned())),
                _ => Ok(ControlFlow::Break(asked)),
            }
        });
        assert_eq!(answer.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn the_end_of_patience_says_how_far_it_came() {
        let error = until("two blocks", Duration::from_millis(300), async || {
            Ok(ControlFlow::<(), _>::Continue("one block".to_owned()))
        });
        assert_eq!(error.await.unwrap_err().to_string(), "waited 0 s for two blocks: one block");
    }
}
