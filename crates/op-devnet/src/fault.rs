//! placeholder
use clap::ValueEnum;
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Fault {
    BatcherKey,
}
pub(crate) async fn run(
    _: &crate::devnet::Options,
    _: Fault,
    _: bool,
    _: &crate::clock::Clock,
) -> anyhow::Result<bool> {
    Ok(true)
}
