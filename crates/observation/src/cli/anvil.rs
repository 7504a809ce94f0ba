//! Finds the anvil that a command starts when none is named.

use std::path::{Path, PathBuf};
use std::{env, os::unix::fs::PermissionsExt as _};

use anyhow::bail;

/// Where npm puts it among the components of a devnet.
const OF_NPM: &str = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";

/// The anvil on `PATH`, else the one that `cargo devnet build` installed.
pub(super) fn find() -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("anvil"));
    first(on_path, &devnets())
}

/// Where a devnet of this workspace has its anvil.
fn devnets() -> Vec<PathBuf> {
    let given = env::var_os("OP_DEVNET_BIN_DIR").map(|folder| Path::new(&folder).join("anvil"));
    let named = env::var_os("OP_DEVNET_CACHE").map(PathBuf::from);
    let caches = named.map_or_else(default_caches, |cache| vec![cache]);
    given.into_iter().chain(caches.into_iter().map(|cache| cache.join(OF_NPM))).collect()
}

/// Cargo's target folder holds PROFILE/ec-observe and op-devnet.
fn default_caches() -> Vec<PathBuf> {
    let program = env::current_exe().ok();
    let target = program.as_deref().and_then(|program| program.ancestors().nth(2));
    let beside = target.map(|target| target.join("op-devnet"));
    beside.into_iter().chain([PathBuf::from("target/op-devnet")]).collect()
}

fn first(
    mut on_path: impl Iterator<Item = PathBuf>,
    devnets: &[PathBuf],
) -> anyhow::Result<PathBuf> {
    let runs = |program: &&PathBuf| {
        program
            .metadata()
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    };
    if let Some(program) = on_path.find(|program| runs(&program)) {
        return Ok(program);
    }
    if let Some(program) = devnets.iter().find(runs) {
        return Ok(program.clone());
    }
    let places: Vec<_> = devnets.iter().map(|place| place.display().to_string()).collect();
    bail!(
        "there is no anvil on PATH, nor at {}: `cargo devnet build` installs one; or name one with \
         --anvil, or a chain with --rpc",
        places.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    #[test]
    fn path_comes_before_the_devnets_and_only_programs_count() {
        let dir = tempfile::tempdir().unwrap();
        let [on_path, devnet, other] =
            ["path", "devnet", "other"].map(|name| dir.path().join(name));
        let find = || first([on_path.clone()].into_iter(), &[other.clone(), devnet.clone()]);
        let error = find().unwrap_err().to_string();
        assert!(error.contains(&devnet.display().to_string()), "{error}");
        assert!(error.contains("--anvil") && error.contains("--rpc"), "{error}");

        fs::write(&on_path, "no program").unwrap();
        fs::write(&devnet, "").unwrap();
        fs::set_permissions(&devnet, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find().unwrap(), devnet);
        fs::set_permissions(&on_path, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find().unwrap(), on_path);
    }
}
