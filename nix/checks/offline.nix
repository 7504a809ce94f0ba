# The tests without a store or a network: over the real NixOS modules, with packages that are paths
# only. `crates/op-devnet/tests/nixos` runs it.
{
  # A tree shaped like nixpkgs: lib/, nixos/ and stub-names.json.
  tree,
  # Folder with stub-pkgs.nix and oci-newer-options.nix.
  tools,
  # Checkout of sops-nix.
  sops,
}:
let
  lib = import (tree + "/lib");

  stubs = import (tools + "/stub-pkgs.nix") {
    inherit lib;
    path = tree;
    # Those that the tree does not name.
    names = lib.importJSON (tree + "/stub-names.json") ++ [
      "nixfmt"
      "nixfmt-tree"
      "rsync"
      "strace"
    ];
  };

  pkgs = stubs // {
    mkShell = _: stubs.stub "shell";
    stdenv = stubs.stdenv // {
      cc = stubs.stdenv.cc // {
        libc = stubs.stub "libc";
      };
    };
  };

  # What only the stub packages ask for.
  stubbed =
    { lib, ... }:
    {
      _module.args.pkgs = lib.mkForce pkgs;
      boot.initrd.enable = lib.mkDefault false;
      boot.kernel.enable = lib.mkDefault false;
      # The stub kernel has no features.
      boot.loader.systemd-boot.enable = lib.mkForce false;
      environment.stub-ld.enable = lib.mkDefault false;
      nix.enable = lib.mkDefault false;
    };

  ociContainers = builtins.readFile (tree + "/nixos/modules/virtualisation/oci-containers.nix");
  isOlder = !(lib.hasInfix "pull = mkOption" ociContainers);

  nixosSystem =
    { modules }:
    import (tree + "/nixos/lib/eval-config.nix") {
      inherit lib;
      system = null;
      modules = modules ++ [ stubbed ] ++ lib.optional isOlder (tools + "/oci-newer-options.nix");
    };

  sopsModule = sops + "/modules/sops";

  flake = import ../../flake.nix;
  outputs = flake.outputs {
    self = outputs;
    nixpkgs = {
      lib = lib // {
        inherit nixosSystem;
      };
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: pkgs);
    };
    sops-nix.nixosModules.sops = sopsModule;
  };
in
import ./eval.nix {
  inherit lib sopsModule;
  evalHost = modules: (nixosSystem { modules = [ ./minimal-host.nix ] ++ modules; }).config;
}
// {
  flake-outputs = import ./flake-outputs.nix { inherit lib outputs; };
}
