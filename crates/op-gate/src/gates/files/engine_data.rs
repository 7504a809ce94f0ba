//! The engine's data folder was initialised from this genesis.json, or not at all yet, and no other
//! program and no later release has written it.

use std::path::Path;

use op_release::version_of;

use crate::finding::{Comparison, Finding};
use crate::read::{Facts, chain::engine_data::EngineData, host::ran::Ran};
use crate::{command::Command, config::Service, gate::Gate};

const GATE: Gate = Gate::EngineData;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(command), Some(folder)) = (&service.command, &service.data_dir) else {
        return Vec::new();
    };
    let earlier = ran_before(service, command, folder, facts);
    if earlier.is_empty() { of_folder(command, folder, facts) } else { earlier }
}

/// What is wrong with what ran last, if anything.
fn ran_before(service: &Service, command: &Command, folder: &Path, facts: &Facts) -> Vec<Finding> {
    let Some(file) = &service.ran else { return Vec::new() };
    let source = format!("what ran last on {}, by {}", folder.display(), file.display());
    let compare = |expected: String, found: String| {
        Comparison::new(GATE, (expected, "image of the service"), (found, &source))
    };
    let component = &command.component;
    let ran = match facts.host.ran.get(file) {
        None | Some(Ok(None)) => return Vec::new(),
        Some(Ok(Some(ran))) => ran,
        Some(Err(error)) => {
            let expected = "a component and its release".to_owned();
            return vec![
                compare(expected, format!("cannot be read: {error}"))
                    .wait(format!("Write what ran last there, such as `{component} v1.2.3`.")),
            ];
        }
    };
    let Ran { component: other, release: last, is_empty } = ran;
    let forget = format!("If the engine is to begin anew: `rm {}`.", file.display());
    if *is_empty {
        let expected = format!("the data of {other} {last}");
        return vec![compare(expected, "an empty folder".to_owned()).refuse(format!(
            "An engine that begins anew forgets every block that is not on L1. See whether the disk is \
             mounted. {forget}"
        ))];
    }
    if other != component {
        let expected = format!("data of {component}");
        return vec![compare(expected, format!("data of {other} {last}")).refuse(format!(
            "Neither program reads the other's data: set `engine` back, or move the folder away. {forget}"
        ))];
    }
    let now = service.image.as_ref().map(|image| image.reference.as_str()).unwrap_or_default();
    let tag = now.rsplit_once(':').map_or("", |(_, tag)| tag);
    match (version_of(tag), version_of(last)) {
        (Some(now), Some(before)) if now < before => {
            let expected = format!("{component} {last} or later");
            vec![compare(expected, format!("{component} {tag} is to open the data of {last}")).refuse(
                format!(
                    "An earlier release may not understand what a later one has written, or damage it: \
                     run {last} or later. If the release notes say that it can be gone back: `echo \
                     {component} {tag} > {}`.",
                    file.display()
                ),
            )]
        }
        _ => Vec::new(),
    }
}

fn of_folder(command: &Command, folder: &Path, facts: &Facts) -> Vec<Finding> {
    if facts.genesis.header.number != 0 {
        return vec![Finding::skip(
            GATE,
            "the chain does not begin at block 0: its data folder holds an older chain's blocks \
             too",
        )];
    }
    let Some(held) = facts.chain.engine_data.get(folder) else {
        let reason = format!("how {} keeps its data is not known", command.component);
        return vec![Finding::skip(GATE, reason)];
    };
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
            "the folder was in use but does not show its genesis (op-geth's until it has frozen \
             blocks); genesis-live judges the running engine",
        ),
        Err(error) => compare(format!("cannot be read: {error}"), &source).wait(
            "Let op-warden read the folder: it judges as root, or needs CAP_DAC_READ_SEARCH.",
        ),
    }]
}
