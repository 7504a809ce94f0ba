//! placeholder
use clap::ValueEnum;
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Depth {
    Basic,
    Full,
}
pub(crate) async fn run(
    _: &crate::devnet::Options,
    _: Depth,
    _: bool,
    _: &crate::clock::Clock,
) -> anyhow::Result<bool> {
    Ok(true)
}
