//! The engine's data folder was initialised from this genesis.json, or not at all yet.

use crate::finding::{Comparison, Finding};
use crate::read::{Facts, chain::engine_data::EngineData};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::EngineData;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(command), Some(folder)) = (&service.command, &service.data_dir) else {
        return Vec::new();
    };
    if command.component != "op-geth" {
        return vec![Finding::skip(
            GATE,
            format!(
                "{} compares its database with the genesis.json that it is given, and does not \
                 start with another",
                command.component
            ),
        )];
    }
    if facts.genesis.header.number != 0 {
        return vec![Finding::skip(
            GATE,
            "the chain does not begin at block 0: its data folder holds an older chain's blocks \
             too",
        )];
    }
    let Some(held) = facts.chain.engine_data.get(folder) else { return Vec::new() };
    let source = format!("the engine's data folder {}", folder.display());
    let expected = facts.genesis.hash;
    let compare = |found: String, source: &str| {
        Comparison::new(
            GATE,
            (format!("no chain yet, or genesis {expected}"), "recomputed from genesis.json"),
            (found, source),
        )
    };
    vec![match held {
        Ok(EngineData::Nothing) => {
            compare("no chain yet: it will be initialised".to_owned(), &source).holds()
        }
        Ok(EngineData::Chain { genesis, file }) => {
            compare(format!("genesis {genesis}"), &file.display().to_string()).refuse_unless(
                *genesis == expected,
                "The folder holds another chain: move it away, so that the engine is initialised \
                 from this genesis.json, or put the chain's own genesis.json and rollup.json in \
                 place.",
            )
        }
        Ok(EngineData::Unfinished) => {
            compare("a database without a genesis block".to_owned(), &source).refuse(
                "Its initialisation was broken off, and op-geth would now begin Ethereum's \
                 mainnet in it. Move the folder away; what the initialisation failed of stands \
                 in the unit's journal.",
            )
        }
        Ok(EngineData::Unknown) => Finding::skip(
            GATE,
            "the folder was in use but has frozen no blocks yet, so it does not show its \
             genesis; genesis-live judges the running engine",
        ),
        Err(error) => compare(format!("cannot be read: {error}"), &source).wait(
            "Let op-warden read the folder: it judges as root, or needs CAP_DAC_READ_SEARCH.",
        ),
    }]
}
