//! Says before a build which of its tools are missing.

use anyhow::ensure;

use super::build::Build;
use super::component::{Component, Source};
use super::environment::Environment;
use super::pins;

/// Whether npm's packages of Foundry's programs are for this machine.
const FOUNDRY_FROM_NPM: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// Fails unless everything that `builds` run is installed.
pub(super) fn check(
    environment: &Environment,
    needs: &[Component],
    builds: &[Build],
) -> anyhow::Result<()> {
    check_platform(environment, needs, FOUNDRY_FROM_NPM)?;
    let problems: Vec<_> = ["go", "npm", "node"]
        .into_iter()
        .filter(|tool| environment.tool(tool).is_none())
        .filter_map(|tool| missing(tool, builds))
        .collect();
    ensure!(
        problems.is_empty(),
        "{}\nOr put the programs into a folder and name it in OP_DEVNET_BIN_DIR.",
        problems.join("\n")
    );
    Ok(())
}

fn missing(tool: &str, builds: &[Build]) -> Option<String> {
    let needed_for: Vec<_> = builds
        .iter()
        .filter(|build| build.tools().contains(&tool))
        .map(|build| build.name())
        .collect();
    let how_to_get = match tool {
        "go" => format!("Go {} or newer (Debian: apt install golang)", pins::go_version()),
        _ => "Node.js 20 or newer with npm (Debian: apt install npm)".to_owned(),
    };
    (!needed_for.is_empty()).then(|| {
        format!(
            "`{tool}` is not on PATH, but is needed to build {}.\n  Install {how_to_get} from your \
             distribution or its makers.",
            needed_for.join(", ")
        )
    })
}

/// Fails unless what is built nowhere was given.
pub(super) fn check_given(environment: &Environment, needs: &[Component]) -> anyhow::Result<()> {
    let absent = needs
        .iter()
        .find(|need| need.source() == Source::Given && environment.provided(**need).is_none());
    ensure!(
        absent.is_none(),
        "{name} is not built here: put it into a folder and name that in OP_DEVNET_BIN_DIR. Its official image holds it: \
         `podman create --name {name} IMAGE`, `podman cp {name}:/usr/local/bin/{name} FOLDER`",
        name = absent.map_or("", |component| component.name())
    );
    Ok(())
}

fn check_platform(
    environment: &Environment,
    needs: &[Component],
    foundry_from_npm: bool,
) -> anyhow::Result<()> {
    let unavailable: Vec<_> = needs
        .iter()
        .filter(|component| matches!(component.source(), Source::Npm(_)))
        .filter(|component| **component != Component::ContractsPackage)
        .filter(|component| environment.provided(**component).is_none())
        .map(|component| component.name())
        .collect();
    ensure!(
        foundry_from_npm || unavailable.is_empty(),
        "npm has Foundry's programs for Linux on x86-64 only: put {} into a folder and name it in \
         OP_DEVNET_BIN_DIR",
        unavailable.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::test_environment;

    const NEEDS: &[Component] = &[Component::OpNode, Component::OpGeth, Component::Anvil];

    #[test]
    fn names_the_missing_tools_and_what_needs_them() {
        let dir = tempfile::tempdir().unwrap();
        let environment = test_environment(dir.path(), "");
        let builds = NEEDS.iter().filter_map(|component| Build::of(*component)).collect::<Vec<_>>();
        let error = check(&environment, NEEDS, &builds).unwrap_err().to_string();
        for part in [
            "`go` is not on PATH, but is needed to build op-node, op-geth.",
            "Install Go 1.26.0 or newer (Debian: apt install golang)",
            "`npm` is not on PATH, but is needed to build node_modules.",
            "Install Node.js 20 or newer with npm",
            "OP_DEVNET_BIN_DIR",
        ] {
            assert!(error.contains(part), "no '{part}' in: {error}");
        }
    }

    #[test]
    fn what_is_not_built_must_be_given() {
        let dir = tempfile::tempdir().unwrap();
        let mut environment = test_environment(dir.path(), "");
        let needs = [Component::OpReth];
        let error = check_given(&environment, &needs).unwrap_err().to_string();
        assert!(error.starts_with("op-reth is not built here: put it into a folder"), "{error}");
        std::fs::write(dir.path().join("op-reth"), "").unwrap();
        environment.bin_dir = Some(dir.path().to_owned());
        check_given(&environment, &needs).unwrap();
    }

    #[test]
    fn asks_only_for_what_is_used() {
        let dir = tempfile::tempdir().unwrap();
        let environment = test_environment(dir.path(), "");
        check(&environment, NEEDS, &[Build::Prestate]).unwrap();
    }

    #[test]
    fn foundry_must_be_given_on_other_platforms() {
        let dir = tempfile::tempdir().unwrap();
        let mut environment = test_environment(dir.path(), "");
        let error = check_platform(&environment, NEEDS, false).unwrap_err().to_string();
        assert!(error.contains("put anvil into a folder"), "{error}");

        std::fs::write(dir.path().join("anvil"), "").unwrap();
        environment.bin_dir = Some(dir.path().to_owned());
        check_platform(&environment, NEEDS, false).unwrap();
    }
}
