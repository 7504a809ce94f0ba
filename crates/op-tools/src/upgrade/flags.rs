//! Flags that are new, gone, or have another default: as the two images themselves say.

use std::{collections::BTreeMap, time::Duration};

use op_gate::config::{Config, Image, Service};
use op_release::{
    Release,
    changes::What,
    command::Command,
    help::{self, Difference, Flags},
};
use op_util::foreign::clean;
use tokio::task::JoinSet;

use crate::upgrade::podman::{self, Containers};
use crate::upgrade::step::{Step, Weight};

/// A program that is asked takes longer than one that answers: its container is made first.
const CONTAINER: u32 = 10;
/// Characters of a default.
const SHOWN: usize = 60;

/// Service -> the flags of its image and of the one to go to; or why they are not known.
pub(super) type Helps = BTreeMap<String, Result<(Flags, Flags), String>>;

/// Asks the images of all services that run in a container and go to another image.
pub(super) async fn ask(
    config: &Config,
    to: Option<&BTreeMap<String, String>>,
    containers: &Containers,
    patience: Duration,
) -> Helps {
    let patience = patience * CONTAINER;
    let mut asked = JoinSet::new();
    for (name, service) in &config.services {
        let Some((command, from, to)) = images(service, to, containers) else { continue };
        let (name, program) = (name.clone(), program(command));
        asked.spawn(async move {
            let words: Vec<&str> = program.iter().map(String::as_str).collect();
            let (from, to) = tokio::join!(
                podman::help(&from, &words, patience),
                podman::help(&to, &words, patience),
            );
            let flags = |said: Result<String, String>| {
                let flags = help::flags(&said?);
                if flags.is_empty() {
                    Err("its --help shows no flag".to_owned())
                } else {
                    Ok(flags)
                }
            };
            (name, flags(from).and_then(|from| Ok((from, flags(to)?))))
        });
    }
    asked.join_all().await.into_iter().collect()
}

/// The command, the image that runs, and the one to go to, where that is another.
fn images<'a>(
    service: &'a Service,
    to: Option<&BTreeMap<String, String>>,
    containers: &Containers,
) -> Option<(&'a Command, String, String)> {
    let (command, image) = (service.command.as_ref()?, service.image.as_ref()?);
    let container = image.container.as_ref()?;
    let pinned = name(image);
    let running = containers.as_ref().ok().and_then(|all| all.get(container));
    let other =
        running.filter(|digests| !image.digest.as_ref().is_some_and(|it| digests.contains(it)));
    let from = match other.and_then(|digests| digests.first()) {
        Some(digest) => format!("{}@{digest}", repository(image)),
        None => pinned.clone(),
    };
    let to = match to {
        Some(list) => list.get(&command.component)?.clone(),
        None => pinned,
    };
    (from != to).then_some((command, from, to))
}

/// As podman knows it.
fn name(image: &Image) -> String {
    match &image.digest {
        Some(digest) if image.file.is_none() => format!("{}@{digest}", repository(image)),
        _ => image.reference.clone(),
    }
}

fn repository(image: &Image) -> &str {
    image.reference.rsplit_once(':').map_or(&image.reference, |(repository, _)| repository)
}

/// The program inside, with its subcommand.
fn program(command: &Command) -> Vec<String> {
    let name = if command.component == "op-geth" { "geth" } else { &command.component };
    let words = command.args.iter().take_while(|word| !word.starts_with('-')).take(1);
    std::iter::once(name.to_owned()).chain(words.cloned()).collect()
}

/// What the two say otherwise.
pub(super) fn steps(
    command: &Command,
    to: &Release<'_>,
    helps: &Result<(Flags, Flags), String>,
) -> Vec<Step> {
    let (before, now) = match helps {
        Ok(helps) => helps,
        Err(why) => {
            let what = "which flags are new, gone or have another default is not known";
            let mend = "Let podman pull both images, and ask again as root.";
            return vec![Step::new(Weight::Do, what, mend, &format!("podman: {}", clean(why)))];
        }
    };
    let source = format!("--help of the two images of {}", command.component);
    let step = |weight, what, mend| Step::new(weight, what, mend, &source);
    let difference = Difference::of(before, now);
    let told =
        |flag: &str| to.changes().any(|it| matches!(it.what, What::NoFlag(known) if known == flag));
    let (given, gone): (Vec<&str>, Vec<&str>) =
        difference.gone.iter().partition(|flag| command.is_given(flag));
    let mut steps = Vec::new();
    steps.extend(given.into_iter().filter(|flag| !told(flag)).map(|flag| {
        step(
            Weight::Do,
            format!("--{} is given, and is gone", clean(flag)),
            "Leave it out, or find its successor.",
        )
    }));
    steps.extend(difference.changed.iter().map(|(flag, old, new)| {
        let what =
            format!("the default of --{} was {}, and is {}", clean(flag), shown(*old), shown(*new));
        if command.is_given(flag) {
            step(Weight::Note, format!("{what}; it is given"), "Nothing changes.")
        } else {
            step(Weight::Do, what, "Look at what it does: take it, or give the old value.")
        }
    }));
    for (what, flags) in [("new flags", difference.new), ("flags that are gone", gone)] {
        if !flags.is_empty() {
            let flags: Vec<String> =
                flags.iter().map(|flag| format!("--{}", clean(flag))).collect();
            let what = format!("{what}: {}", flags.join(", "));
            steps.push(step(Weight::Note, what, "Look at what they do."));
        }
    }
    steps
}

fn shown(default: Option<&str>) -> String {
    default.map_or_else(|| "none".to_owned(), |text| clean(text).chars().take(SHOWN).collect())
}
