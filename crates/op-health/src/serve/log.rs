//! The service's log: one line an event on stderr, with the priority that journald understands.

use std::{fmt, io::stderr};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

/// systemd sets it for services whose output goes to the journal (systemd.exec(5)).
const JOURNAL: &str = "JOURNAL_STREAM";

/// Begins to write; a second start in one process changes nothing.
pub(super) fn start() {
    let priorities = std::env::var_os(JOURNAL).is_some();
    let _ = tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_max_level(Level::INFO)
        .event_format(Line { priorities })
        .try_init();
}

struct Line {
    priorities: bool,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>, N: for<'a> FormatFields<'a> + 'static>
    FormatEvent<S, N> for Line
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if self.priorities {
            // sd-daemon(3).
            let priority = match *event.metadata().level() {
                Level::ERROR => 3,
                Level::WARN => 4,
                Level::INFO => 6,
                _ => 7,
            };
            write!(writer, "<{priority}>")?;
        }
        context.field_format().format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
