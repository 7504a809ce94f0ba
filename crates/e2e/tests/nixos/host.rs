//! A booted host: systemd as PID 1 of namespaces of its own.

use std::{
    fs,
    path::Path,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    support::{Result, ensure, run},
    tools::Tools,
};

/// For the jobs of a boot.
const BOOT: Duration = Duration::from_mins(1);

/// The host; stopped when it is dropped, however the test ends.
pub(crate) struct Host<'a> {
    tools: &'a Tools,
    pid: String,
}

impl<'a> Host<'a> {
    pub(crate) fn boot(tools: &'a Tools, root: &Path, evaluation: &Path) -> Result<Self> {
        let booted = run(tools.script("host-boot.sh").arg(root).arg(evaluation));
        // On a busy machine the script may ask after the host before systemd has its own cgroup, and
        // then gives up, but leaves it booted.
        let pid = booted.or_else(|error| {
            fs::read_to_string(root.join("var/lib/test-host/pid")).map_err(|_| error)
        })?;
        let host = Self { tools, pid: pid.trim().to_owned() };
        host.wait("systemctl is-system-running", BOOT, |state| state == "running")?;
        Ok(host)
    }

    /// PID 1 of the host.
    pub(crate) fn pid(&self) -> &str {
        &self.pid
    }

    /// Runs a shell command on the host; its output, or everything it said as the error.
    pub(crate) fn sh(&self, command: &str) -> Result<String> {
        let mut script = self.tools.script("host-exec.sh");
        run(script.arg(&self.pid).args(["sh", "-c", command])).map(|said| said.trim().to_owned())
    }

    /// Does what `nixos-rebuild switch` does; its exit code is 4 when units failed.
    pub(crate) fn switch(&self, evaluation: &Path) -> Result<(Option<i32>, String)> {
        let output = self
            .tools
            .script("switch-host.sh")
            .arg(&self.pid)
            .arg(evaluation)
            .stdin(Stdio::null())
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// `ActiveState` of a service of the chain.
    pub(crate) fn state(&self, service: &str) -> Result<String> {
        self.show(service, "ActiveState")
    }

    pub(crate) fn show(&self, service: &str, property: &str) -> Result<String> {
        self.sh(&format!("systemctl show -P {property} podman-op-stack-{service}.service"))
    }

    pub(crate) fn journal(&self, service: &str) -> Result<String> {
        self.sh(&format!("journalctl -o cat --no-pager -u podman-op-stack-{service}.service"))
    }

    /// Waits until the services are in a state; how long it took.
    pub(crate) fn wait_state(
        &self,
        services: &[&str],
        state: &str,
        patience: Duration,
    ) -> Result<Duration> {
        let begin = Instant::now();
        loop {
            let mut others = Vec::new();
            for service in services {
                let found = self.state(service)?;
                if found != state {
                    others.push((*service, found));
                }
            }
            if others.is_empty() {
                return Ok(begin.elapsed());
            }
            if begin.elapsed() > patience {
                let journals: Vec<String> = others
                    .iter()
                    .map(|(service, _)| self.journal(service))
                    .collect::<Result<_>>()?;
                return Err(format!("not {state}: {others:?}\n{}", journals.join("\n\n")).into());
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// Waits until a command's output is as expected.
    pub(crate) fn wait(
        &self,
        command: &str,
        patience: Duration,
        expected: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let begin = Instant::now();
        loop {
            let said = self.sh(command).unwrap_or_else(|error| error.to_string());
            if expected(&said) {
                return Ok(said);
            }
            ensure(begin.elapsed() < patience, || format!("waited in vain: {command}: {said}"))?;
            sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Host<'_> {
    fn drop(&mut self) {
        // The test has its result; a host that is gone already is no reason to change it.
        let _ = self.tools.script("host-stop.sh").arg(&self.pid).output();
    }
}
