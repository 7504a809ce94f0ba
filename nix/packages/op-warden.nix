# The agent, and beside it op-exec, which the containers need: the module's package.
{
  lib,
  rustPlatform,
  op-exec-static,
}:
((import ./rust.nix { inherit lib rustPlatform; }) {
  crates = [ "op-warden" ];
  description = "Lets each service of an OP Stack chain start only when it is proven right";
}).overrideAttrs
  {
    # Not before: what is fixed up for the store is for programs that use it.
    postFixup = "install -m 0755 ${op-exec-static}/bin/op-exec $out/bin/op-exec";
  }
