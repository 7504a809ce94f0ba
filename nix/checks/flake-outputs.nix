# Every attribute path of the flake, over stub packages: the flake cannot test this of itself.
{
  lib,
  pkgs,
  outputs,
  # The flake's outputs where it is given itself for sops-nix.
  withoutSops,
}:
let
  systems = [
    "aarch64-linux"
    "x86_64-linux"
  ];
  each = value: lib.genAttrs systems (_: value);
  isPackage = package: package.type == "derivation";
in
{
  testOutputs = {
    expr = lib.attrNames outputs;
    expected = [
      "apps"
      "checks"
      "devShells"
      "formatter"
      "nixosConfigurations"
      "nixosModules"
      "overlays"
      "packages"
      "templates"
    ];
  };

  testPackages = {
    expr = lib.mapAttrs (_: lib.mapAttrs (_: isPackage)) outputs.packages;
    expected = each (
      lib.genAttrs [
        "contracts-bedrock"
        "default"
        "devnet-components"
        "earlier-programs"
        "ec-observe"
        "host-programs"
        "official-programs"
        "op-devnet"
        "op-exec"
        "op-exec-static"
        "op-warden"
        "op-warden-static"
        "options-doc"
        "prestate"
        "purge"
        "witness-programs"
      ] (_: true)
    );
  };

  testApps = {
    expr = lib.mapAttrs (
      _: lib.mapAttrs (_: app: app.type == "app" && lib.hasPrefix "/" app.program)
    ) outputs.apps;
    expected = each {
      devnet = true;
      purge = true;
    };
  };

  testEveryPackageHostAndTestIsChecked = {
    expr = lib.subtractLists (lib.attrNames outputs.checks.x86_64-linux) (
      [
        "format"
        "options-doc"
        "stack-json"
        "stack-reth-json"
        "vm"
        "host-ecp-forge"
      ]
      ++ map (package: "package-${package}") (lib.attrNames outputs.packages.x86_64-linux)
      ++ map (file: "eval-${lib.removeSuffix ".nix" file}") (lib.attrNames (builtins.readDir ./eval))
    );
    expected = [ ];
  };

  testChecksAreDerivations = {
    expr = lib.filterAttrs (_: check: !(isPackage check)) (
      # The host's own is its whole system.
      lib.filterAttrs (name: _: !(lib.hasPrefix "host-" name)) outputs.checks.x86_64-linux
    );
    expected = { };
  };

  testHosts = {
    expr = lib.mapAttrs (_: host: host.config.networking.hostName) outputs.nixosConfigurations;
    expected = lib.mapAttrs (host: _: host) (builtins.readDir ../../hosts);
  };

  # Built with the host's packages, not with those of the machine that evaluates.
  testHostsRunTheirOwnPrograms = {
    expr = lib.mapAttrs (_: host: host.config.services.every-channel.op-stack.package.name) (
      outputs.nixosConfigurations
      // {
        other.config.services.every-channel.op-stack.package =
          (outputs.nixosModules.op-stack {
            inherit lib;
            # Of another nixpkgs, which says so.
            pkgs = pkgs // {
              runCommand = name: _: _: pkgs.stub "other-${name}";
            };
          }).services.every-channel.op-stack.package.content;
      }
    );
    expected = lib.mapAttrs (_: _: "op-stack-host-programs") (builtins.readDir ../../hosts) // {
      other = "other-op-stack-host-programs";
    };
  };

  # Who only uses the module needs no sops-nix of ours: `inputs.op-stack.inputs.sops-nix.follows = "";`.
  testSopsNixIsForOurOwnHosts = {
    expr = lib.attrNames withoutSops.nixosModules ++ lib.attrNames withoutSops.packages.x86_64-linux;
    expected = lib.attrNames outputs.nixosModules ++ lib.attrNames outputs.packages.x86_64-linux;
  };

  testTheDefaultModule = {
    expr = lib.mapAttrs (_: lib.isFunction) outputs.nixosModules;
    expected = {
      default = true;
      observation = true;
      op-stack = true;
    };
  };

  testTheModuleIsOneUnderBothNames = {
    expr = lib.unique (
      lib.mapAttrsToList (_: module: (module { inherit lib; pkgs = { }; }).key) (
        removeAttrs outputs.nixosModules [ "observation" ]
      )
    );
    expected = [ "every-channel/op-stack" ];
  };

  testShellAndFormatter = {
    expr = lib.mapAttrs (_: shell: isPackage shell.default) outputs.devShells // {
      formatter = lib.mapAttrs (_: isPackage) outputs.formatter;
    };
    expected = each true // {
      formatter = each true;
    };
  };
}
