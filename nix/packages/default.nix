# What this flake builds.
{ pkgs }:
let
  inherit (pkgs) lib;
  call = pkgs.lib.callPackageWith (pkgs // packages);

  packages = {
    op-exec = pkgs.callPackage ./op-exec.nix { };
    # Runs inside the official images, whatever they contain.
    op-exec-static = pkgs.pkgsStatic.callPackage ./op-exec.nix { };
    op-warden = call ./op-warden.nix { };
    # For hosts without Nix.
    op-warden-static = pkgs.pkgsStatic.callPackage ./op-warden.nix {
      inherit (packages) op-exec-static;
    };
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
