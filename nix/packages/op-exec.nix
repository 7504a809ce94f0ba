# What starts a program that needs keys: in containers too, with pkgsStatic.
{ lib, rustPlatform }:
import ./rust.nix { inherit lib rustPlatform; } {
  crates = [ "op-exec" ];
  description = "Puts files into environment variables and becomes the program";
}
