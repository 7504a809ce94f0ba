# Programs of the Cargo workspace; the first crate gives the package its name.
{ lib, rustPlatform }:
{ crates, description }:
let
  packages = map (crate: "--package=${crate}") crates;
in
rustPlatform.buildRustPackage {
  pname = lib.head crates;
  inherit ((lib.importTOML ../../Cargo.toml).workspace.package) version;
  src = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.unions [
      ../../Cargo.toml
      ../../Cargo.lock
      ../../crates
    ];
  };
  cargoLock.lockFile = ../../Cargo.lock;
  buildType = "dist";
  cargoBuildFlags = packages;
  cargoTestFlags = packages;
  meta = {
    inherit description;
    mainProgram = lib.head crates;
    platforms = lib.platforms.linux;
  };
}
