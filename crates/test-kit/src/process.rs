//! A process that ends with its test.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    ops::{Deref, DerefMut},
    process::{Child, Command, ExitStatus},
};

/// A child process; dropping it kills it, however the test ends.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts it. An error names the program.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.spawn();
        child
            .map(Self)
            .map_err(|error| io::Error::new(error.kind(), format!("{command:?}: {error}")))
    }

    /// Asks it to end, and waits until it has.
    pub fn terminate(&mut self) -> io::Result<ExitStatus> {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status()?;
        assert!(asked.success(), "kill: {asked}");
        self.0.wait()
    }
}

impl Deref for Process {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Process {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address to listen on. The nodes of other tests take ports of 127.0.0.1, also one that was free a
/// moment ago: this is one of 127.0.0.3.
#[must_use]
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.3:0").unwrap().local_addr().unwrap()
}
