# The tests without a store or a network: over the real NixOS modules, with packages that are paths
# only. `crates/e2e/tests/nixos` runs it.
{
  # A tree shaped like nixpkgs: lib/, nixos/ and stub-names.json.
  tree,
  # Folder with stub-pkgs.nix and oci-newer-options.nix.
  tools,
  # Checkout of sops-nix.
  sops,
  # Folder of the flakes that the READMEs show.
  snippets ? null,
}:
let
  lib = import (tree + "/lib");

  stubs = import (tools + "/stub-pkgs.nix") {
    inherit lib;
    path = tree;
    # Those that the tree does not name.
    names = lib.importJSON (tree + "/stub-names.json") ++ [
      "foundry"
      "imagemagick_light"
      "nixfmt"
      "nixfmt-tree"
      "rsync"
      "strace"
      "tesseract4"
    ];
  };

  pkgs = stubs // {
    mkShell = _: stubs.stub "shell";
    formats = stubs.formats // {
      # Grafana's settings have lists.
      ini =
        args:
        let
          format = stubs.formats.ini args;
          asText = value: if lib.isList value && args ? listToValue then args.listToValue value else value;
        in
        format
        // {
          generate = name: value: format.generate name (lib.mapAttrs (_: lib.mapAttrs (_: asText)) value);
        };
    };
    stdenv = stubs.stdenv // {
      cc = stubs.stdenv.cc // {
        libc = stubs.stub "libc";
      };
    };
    prometheus = stubs.stub "prometheus" // {
      cli = stubs.stub "prometheus-cli";
    };
    # Evaluated as NixOS does; only what would be built is left out.
    __splicedPackages = pkgs;
    qemu_test = stubs.stub "qemu_test" // {
      ga = stubs.stub "qemu-guest-agent";
    };
    testers.runNixOSTest =
      test:
      let
        inherit
          ((import (tree + "/nixos/lib") { inherit lib; }).evalTest {
            imports = [ test ];
            hostPkgs = pkgs;
            extraBaseModules.imports = stubbedModules;
          })
          config
          ;
      in
      stubs.stub config.name
      // {
        inherit config;
        inherit (config) nodes;
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
  stubbedModules = [ stubbed ] ++ lib.optional isOlder (tools + "/oci-newer-options.nix");

  nixosSystem =
    { modules }:
    import (tree + "/nixos/lib/eval-config.nix") {
      inherit lib;
      system = null;
      modules = modules ++ stubbedModules;
    };

  sopsModule = sops + "/modules/sops";

  flake = import ../../flake.nix;
  outputsWith =
    self: inputs:
    flake.outputs (
      {
        inherit self;
      }
      // inputs
    );
  inputs = {
    nixpkgs = {
      lib = lib // {
        inherit nixosSystem;
      };
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: pkgs);
    };
    sops-nix.nixosModules.sops = sopsModule;
  };
  outputs = outputsWith outputs inputs;
  withoutSops = outputsWith withoutSops (inputs // { sops-nix = withoutSops; });
  withMinimum = { modules }: nixosSystem { modules = [ ./minimal-host.nix ] ++ modules; };
  evalHost = modules: (withMinimum { inherit modules; }).config;

  # What stands in a README is a whole flake, but for the host's own modules.
  flakeOf =
    file:
    (import file).outputs {
      nixpkgs.lib.nixosSystem = withMinimum;
      op-stack = outputs;
    };

  # What a reader copies: the hosts of a flake, and what is wrong with them.
  shown =
    file:
    lib.mapAttrs (_: host: {
      failed = lib.filter (check: !check.assertion) host.config.assertions;
      gates = host.config.environment.etc ? "op-stack/op-warden.json";
      blind = lib.filter (lib.hasInfix "honestActors") host.config.warnings;
    }) (flakeOf file).nixosConfigurations;
  right = {
    failed = [ ];
    gates = true;
    blind = [ ];
  };
in
import ./eval.nix {
  inherit lib sopsModule evalHost;
}
// {
  flake-outputs = import ./flake-outputs.nix {
    inherit
      lib
      pkgs
      outputs
      withoutSops
      ;
  };
  modules = {
    # Under both names of the flake and by its path it is one module.
    testTheModuleMayBeImportedMoreThanOnce = {
      expr =
        (evalHost [
          outputs.nixosModules.default
          outputs.nixosModules.op-stack
          ../modules/ec-op-stack.nix
          {
            services.every-channel.op-stack = {
              enable = true;
              chain = {
                id = 20260619;
                disputeGameFactory = "0x00000000000000000000000000000000000000d1";
              };
            };
          }
        ]).systemd.targets.op-stack.description;
      expected = "OP Stack chain 20260619";
    };
  }
  // {
    testTheTemplate = {
      expr = shown ../templates/sequencer/flake.nix;
      expected.forge = right;
    };
  }
  // lib.mapAttrs' (
    file: _:
    lib.nameValuePair "testTheSnippetOf-${lib.removeSuffix ".nix" file}" {
      expr = shown (snippets + "/${file}");
      expected.forge = right;
    }
  ) (if snippets == null then { } else builtins.readDir snippets);
  vm-outputs = import ./vm-outputs.nix {
    inherit lib;
    inherit (outputs.checks.x86_64-linux) vm;
  };
}
