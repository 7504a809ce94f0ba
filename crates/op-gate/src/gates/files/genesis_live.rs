//! The running engine holds this chain.

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::GenesisLive;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(engine) = service.engine_rpc.as_ref().and_then(|url| facts.nodes.engines.get(url))
    else {
        return Vec::new();
    };
    let (chain_id, hash) = (facts.genesis.chain_id, facts.genesis.hash);
    let chain_source = format!("eth_chainId of the engine at {}", engine.endpoint);
    let block_source =
        format!("block {} of the engine at {}", facts.rollup.genesis.l2.number, engine.endpoint);
    let url = "\
        The engine there belongs to another chain, or engineRpc leads to another program: correct \
        the URL. The data of both stay as they are.";
    let mend = "\
        The engine's data folder was initialised from another genesis.json: stop it, move the \
        folder away, with the blocks in it that are not on L1, and let it initialise again.";
    vec![
        with(&engine.chain_id, GATE, format!("chain id {chain_id}"), &chain_source, |&found| {
            Comparison::new(
                GATE,
                (chain_id, "config.chainId of genesis.json"),
                (found, &chain_source),
            )
            .refuse_unless(found == chain_id, url)
        }),
        with(&engine.genesis, GATE, hash, &block_source, |block| {
            // Of another chain the block says nothing.
            let mend = if engine.chain_id == Ok(chain_id) { mend } else { url };
            let expected = (hash, "recomputed from genesis.json");
            match block {
                Some(block) => Comparison::new(GATE, expected, (block.hash, &block_source))
                    .refuse_unless(block.hash == hash, mend),
                None => {
                    Comparison::new(GATE, expected, ("no such block", &block_source)).refuse(mend)
                }
            }
        }),
    ]
}
