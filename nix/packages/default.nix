# What this flake builds.
{ pkgs }:
let
  inherit (pkgs) lib;
  call = pkgs.lib.callPackageWith (pkgs // packages);

  packages = {
    op-warden = pkgs.callPackage ./op-warden.nix { };
    # Runs inside the official images too, whatever is or is not in them.
    op-warden-static = pkgs.pkgsStatic.callPackage ./op-warden.nix { };
    ec-observe = pkgs.callPackage ./ec-observe.nix { };
    op-devnet = call ./op-devnet.nix { };
    purge = call ./purge.nix { };
    official-programs = call ./official-programs.nix { };
    prestate = call ./prestate.nix { };
    contracts-bedrock = call ./contracts-bedrock.nix { };
    devnet-components = call ./devnet-components.nix { };
    options-doc = pkgs.writeText "op-stack-options.md" (import ./options-doc.nix { inherit lib; });
  };
in
packages
