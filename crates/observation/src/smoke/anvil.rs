//! An anvil of one's own, on loopback, that ends with whoever started it.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::{ffi::OsString, time::Duration};

use alloy_primitives::{Address, U256};
use anyhow::{Context as _, bail};
use eth_rpc::Rpc;
use serde::de::IgnoredAny;
use tokio::time::{Instant, sleep};

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Wei of an account.
const RICH: u128 = 1_000_000_000_000_000_000_000;

#[derive(Debug)]
pub(super) struct Anvil {
    child: Child,
    /// What answers there.
    pub(super) rpc: Rpc,
}

impl Anvil {
    /// Starts one at a free port and waits until it answers.
    pub(super) async fn start(command: &[OsString]) -> anyhow::Result<Self> {
        let (program, rest) = command.split_first().context("a program is needed")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let child = Command::new(program)
            .args(rest)
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--accounts", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| {
                format!("cannot start {}: --anvil says where it is", program.display())
            })?;
        let rpc = Rpc::new(&format!("http://127.0.0.1:{port}"), Duration::from_secs(30))?;
        let mut anvil = Self { child, rpc };
        anvil.wait().await?;
        Ok(anvil)
    }

    async fn wait(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = self.rpc.request::<IgnoredAny>("eth_chainId", [(); 0]).await {
            if let Some(status) = self.child.try_wait()? {
                bail!("anvil ended with {status}");
            }
            if Instant::now() > deadline {
                bail!("anvil does not answer: {error}");
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Gives an account a thousand ETH.
    pub(super) async fn fund(&self, account: Address) -> anyhow::Result<()> {
        let _: IgnoredAny =
            self.rpc.request("anvil_setBalance", (account, U256::from(RICH))).await?;
        Ok(())
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
