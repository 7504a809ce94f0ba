//! The program of a service a second time, with its key, as another host would run it.

use std::{
    fs,
    process::{Command, Stdio},
};

use e2e::devnet::Result;

use crate::{fault::Mend, process::Ending, world::World};

const LOG: &str = "logs/twin.log";

pub(crate) fn plant(world: &World, service: &str) -> Result<Mend> {
    let twin = start(world, service)?;
    Ok(Box::new(|world: &World| end(twin, world)))
}

/// Ends it; it is an error if it has ended by itself.
fn end(mut twin: Ending, world: &World) -> Result<()> {
    let Some(status) = twin.0.try_wait()? else { return Ok(()) };
    let log = fs::read_to_string(world.file(LOG))?;
    Err(format!("the second program ended by itself, {status}:\n{log}").into())
}

fn start(world: &World, service: &str) -> Result<Ending> {
    let of_the_service = |file: &str| -> Result<Vec<String>> {
        let text = fs::read(format!("/proc/{}/{file}", world.pid(service)?))?;
        let words = String::from_utf8(text)?;
        Ok(words.split('\0').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    };
    let command = of_the_service("cmdline")?;
    let (program, arguments) = command.split_first().ok_or("no program")?;
    let environment = of_the_service("environ")?;
    let log = fs::File::create(world.file(LOG))?;
    let process = Command::new(program)
        .args(arguments)
        // Of several the last one counts, and any free port will do.
        .args(["--rpc.port=0", "--metrics.port=0"])
        .env_clear()
        .envs(environment.iter().filter_map(|variable| variable.split_once('=')))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    Ok(Ending(process))
}
