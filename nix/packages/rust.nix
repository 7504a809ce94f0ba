# Programs of the Cargo workspace; the first crate gives the package its name, unless its program has another.
{ lib, rustPlatform }:
{
  crates,
  description,
  # What is installed is small, unless it has to be fast.
  buildType ? "dist",
  mainProgram ? lib.head crates,
}:
let
  packages = map (crate: "--package=${crate}") crates;
in
rustPlatform.buildRustPackage {
  pname = mainProgram;
  inherit ((lib.importTOML ../../Cargo.toml).workspace.package) version;
  src = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.unions [
      ../../Cargo.toml
      ../../Cargo.lock
      ../../crates
      # Tests read it.
      ../../secrets/throw-away.age
    ];
  };
  cargoLock.lockFile = ../../Cargo.lock;
  inherit buildType;
  # What is tested need not be small: `dist` links each test program for minutes.
  checkType = "release";
  cargoBuildFlags = packages;
  cargoTestFlags = packages;
  meta = {
    inherit description;
    inherit mainProgram;
    platforms = lib.platforms.linux;
  };
}
