//! Chromium, driven over the `DevTools` protocol through a pipe.
//!
//! `--remote-debugging-pipe` needs neither a port nor a WebSocket: messages are JSON, each ended by a
//! zero byte. Chromium ends by itself when the pipe does, so it cannot outlive the tests.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Result;

/// Hangs, not slowness, shall fail.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(50);

/// Chromium reads descriptor 3 and writes to 4, which only a shell gives away without `unsafe`.
const START: &str = r#"exec chromium "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    "about:blank",
];

/// A browser with one tab.
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    asked: u64,
    events: Vec<Value>,
    _profile: TempDir,
}

/// Why there is no Chromium, if so.
pub(crate) fn missing() -> Option<&'static str> {
    let quiet = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    let runs = quiet(Command::new("chromium").arg("--version")).is_ok_and(|code| code.success());
    (!runs).then_some("no chromium (Debian: apt install chromium)")
}

impl Browser {
    /// Starts it with a fresh profile.
    pub(crate) fn start() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut child = Command::new("sh")
            .args(["-c", START, "chromium"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(FLAGS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let input = child.stdin.take().ok_or("no pipe to write to")?;
        let output = child.stdout.take().ok_or("no pipe to read from")?;
        let mut browser = Self {
            child,
            input,
            messages: messages(output),
            session: None,
            asked: 0,
            events: Vec::new(),
            _profile: profile,
        };
        browser.attach()?;
        Ok(browser)
    }

    fn attach(&mut self) -> Result<()> {
        let target = self.call("Target.createTarget", &json!({ "url": "about:blank" }))?;
        let attached = self.call(
            "Target.attachToTarget",
            &json!({ "targetId": target["targetId"], "flatten": true }),
        )?;
        self.session = Some(attached["sessionId"].as_str().ok_or("no session")?.to_owned());
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "Accessibility"] {
            self.call(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(())
    }

    /// Calls a method and waits for its answer.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.asked += 1;
        let asked = self.asked;
        let mut message = json!({ "id": asked, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(message.to_string().as_bytes())?;
        self.input.write_all(b"\0")?;
        loop {
            let mut answer = self.messages.recv_timeout(PATIENCE)?;
            if answer["id"] != asked {
                self.events.push(answer);
            } else if answer["error"].is_null() {
                return Ok(answer["result"].take());
            } else {
                return Err(format!("{method}: {}", answer["error"]).into());
            }
        }
    }

    /// The value of an expression; an object's, too.
    pub(crate) fn value(&mut self, expression: &str) -> Result<Value> {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", &params)?;
        if !answer["exceptionDetails"].is_null() {
            return Err(format!("{expression}: {}", answer["exceptionDetails"]).into());
        }
        Ok(answer["result"]["value"].take())
    }

    /// Waits until an expression is true.
    pub(crate) fn until(&mut self, expression: &str) -> Result<()> {
        let start = Instant::now();
        // While a page is left for another there is none to ask.
        while !self.value(expression).is_ok_and(|value| value == true) {
            if start.elapsed() > PATIENCE {
                let page = self.value("document.body.innerText")?;
                return Err(format!("never came true: {expression}\n{page:#}").into());
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Opens a page and waits until it is there.
    pub(crate) fn open(&mut self, url: &str) -> Result<()> {
        self.call("Page.navigate", &json!({ "url": url }))?;
        let place = json!(url);
        self.until(&format!(
            "location.href === new URL({place}).href && document.readyState === 'complete'"
        ))
    }

    /// As wide as this, in CSS pixels.
    pub(crate) fn width(&mut self, width: u32) -> Result<()> {
        let metrics =
            json!({ "width": width, "height": 640, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", &metrics).map(drop)
    }

    /// As if the reader prefers this.
    pub(crate) fn prefer(&mut self, feature: &str, value: &str) -> Result<()> {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.call("Emulation.setEmulatedMedia", &features).map(drop)
    }

    /// The addresses that the page has asked for.
    pub(crate) fn requests(&self) -> Vec<&str> {
        self.named("Network.requestWillBeSent")
            .filter_map(|params| params["request"]["url"].as_str())
            .collect()
    }

    /// Everything that the browser has complained about.
    pub(crate) fn complaints(&self) -> Vec<&Value> {
        let kinds = [
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Log.entryAdded",
            "Audits.issueAdded",
        ];
        kinds.into_iter().flat_map(|kind| self.named(kind)).collect()
    }

    fn named(&self, method: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(move |at| at["method"] == method).map(|at| &at["params"])
    }
}

fn messages(output: ChildStdout) -> Receiver<Value> {
    let (sender, messages) = channel();
    thread::spawn(move || {
        for message in BufReader::new(output).split(0).map_while(std::result::Result::ok) {
            let Ok(message) = serde_json::from_slice(&message) else { break };
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    messages
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}
