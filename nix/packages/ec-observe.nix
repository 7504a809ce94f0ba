# Observation consensus: from archives to what witnesses agree on.
{ lib, rustPlatform }:
import ./rust.nix { inherit lib rustPlatform; } {
  crates = [ "observation" ];
  description = "Derives observations from archives, and agrees on them on chain";
  buildType = "release";
  mainProgram = "ec-observe";
}
