//! The page in a real browser. Without one the tests are reported as ignored, with the reason.

#![allow(clippy::unwrap_used, clippy::doc_markdown, reason = "tests")]

mod accessible;
mod browser;
mod refresh;
mod server;
mod shown;
mod statuses;

use std::process::ExitCode;

use browser::Browser;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use op_status::{page, status::Status};
use server::Server;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A browser is a handful of processes.
    arguments.test_threads.get_or_insert(2);
    let trials = [shown::trials(), refresh::trials(), accessible::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

fn trial(name: &str, test: fn() -> Result<()>) -> Trial {
    Trial::ignorable_test(name, move || match browser::missing() {
        Some(missing) => Ok(Completion::ignored_with(missing)),
        None => test().map(|()| Completion::Completed).map_err(Failed::from),
    })
}

/// As it is rendered 2 seconds after it was observed.
fn render(status: &Status) -> String {
    page::render(status, status.observed_at + 2)
}

/// A server with the page of a status, and a browser that shows it.
fn shown(status: &Status) -> Result<(Server, Browser)> {
    let server = Server::start(render(status))?;
    let mut browser = Browser::start()?;
    browser.open(&server.url)?;
    Ok((server, browser))
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// What must be the same.
fn same<T: PartialEq + std::fmt::Debug + ?Sized>(found: &T, expected: &T) -> Result<()> {
    ensure(found == expected, || format!("expected {expected:?}\n   found {found:?}"))
}

/// Nothing was complained about, and nobody but the server was asked for anything but its page.
fn clean(server: &Server, browser: &Browser) -> Result<()> {
    let complaints = browser.complaints();
    ensure(complaints.is_empty(), || format!("the browser complains: {complaints:#?}"))?;
    let requests = browser.requests();
    ensure(!requests.is_empty(), || "no request was seen".to_owned())?;
    let foreign: Vec<&&str> = requests.iter().filter(|url| **url != server.url).collect();
    ensure(foreign.is_empty(), || format!("asked for {foreign:?}"))?;
    same(&server.others(), &Vec::new())
}
