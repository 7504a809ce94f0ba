# What this flake builds.
{ pkgs }:
let
  inherit (pkgs) lib;
  call = pkgs.lib.callPackageWith (pkgs // packages);

  packages = {
    default = packages.op-warden;
    op-warden = pkgs.callPackage ./op-warden.nix { };
    op-exec = pkgs.callPackage ./op-exec.nix { };
    # Runs inside the official images, whatever they contain.
    op-exec-static = pkgs.pkgsStatic.callPackage ./op-exec.nix { };
    host-programs = call ./host-programs.nix { };
    # The former name of what the module takes.
    op-warden-static = packages.host-programs;
    ec-observe = pkgs.callPackage ./ec-observe.nix { };
    witness-programs = pkgs.callPackage ./witness-programs.nix { };
    op-devnet = call ./op-devnet.nix { };
    purge = call ./purge.nix { };
    official-programs = call ./official-programs.nix { };
    earlier-programs = call ./earlier-programs.nix { };
    prestate = call ./prestate.nix { };
    contracts-bedrock = call ./contracts-bedrock.nix { };
    devnet-components = call ./devnet-components.nix { };
    options-doc = pkgs.writeText "op-stack-options.md" (import ./options-doc.nix { inherit lib; });
  };
in
packages
