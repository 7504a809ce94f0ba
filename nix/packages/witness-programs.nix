# What the module of a witness takes: ec-observe, and ec-witness beside it.
{ lib, rustPlatform }:
import ./rust.nix { inherit lib rustPlatform; } {
  crates = [
    "witness"
    "observation"
  ];
  description = "A witness of observations as a service";
  buildType = "release";
  mainProgram = "ec-witness";
}
