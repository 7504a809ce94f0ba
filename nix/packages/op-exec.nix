# What gives a program its keys: linked dynamically, or statically with pkgsStatic.
{ lib, rustPlatform }:
import ./rust.nix { inherit lib rustPlatform; } {
  crates = [ "op-exec" ];
  description = "Puts files into environment variables and becomes the program";
}
