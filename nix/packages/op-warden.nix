# The agent.
{ lib, rustPlatform }:
import ./rust.nix { inherit lib rustPlatform; } {
  crates = [ "op-warden" ];
  description = "Lets each service of an OP Stack chain start only when it is proven right";
}
