//! Processes of a devnet, frozen and killed.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use e2e::devnet::Result;

pub(crate) fn signal(pid: u64, signal: Signal) -> Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or("no pid")?;
    Ok(kill_process(pid, signal)?)
}

/// A process that ends with this.
pub(crate) struct Ending(pub(crate) Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process that stands still until this is dropped.
pub(crate) struct Frozen(u64);

impl Frozen {
    pub(crate) fn new(pid: u64) -> Result<Self> {
        signal(pid, Signal::STOP)?;
        Ok(Self(pid))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // It may have ended with its devnet.
        let _ = signal(self.0, Signal::CONT);
    }
}
