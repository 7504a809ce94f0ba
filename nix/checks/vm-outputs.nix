# The machine of vm.nix over stub packages, and that what it runs is what op-devnet builds.
{ lib, vm }:
let
  inherit (vm.nodes) machine;
  off = machine.specialisation.off.configuration;
  inherit (machine.services.every-channel.op-stack.definition) services;

  mine = lib.filterAttrs (name: _: lib.hasInfix "op-stack" name || lib.hasInfix "op-warden" name);

  pins = import ../packages/official-pins.nix { inherit lib; };
  builder = builtins.readFile ../../crates/op-components/src/build.rs;
  # What the module's tools.go imports, sorted.
  imports =
    module:
    lib.sort lib.lessThan (
      lib.concatLists (
        lib.filter (match: match != null) (
          map (builtins.match "\t_ \"(.*)\"") (
            lib.splitString "\n" (builtins.readFile (pins.folder + "/${module}/tools.go"))
          )
        )
      )
    );
in
{
  testNothingIsAssertedAgainst = {
    expr = map (assertion: assertion.message) (
      lib.filter (assertion: !assertion.assertion) machine.assertions
    );
    expected = [ ];
  };

  testEveryServiceLoadsItsOwnImage = {
    expr = lib.mapAttrs (_: service: {
      image = service.imageRef;
      digest = lib.hasInfix "@" service.imageRef;
    }) services;
    expected = lib.mapAttrs (_: service: {
      image = "${service.image.file.imageName}:${service.image.file.imageTag}";
      digest = false;
    }) services;
  };

  testEveryServiceRuns = {
    expr = lib.attrNames services;
    expected = [
      "batcher"
      "challenger"
      "dispute-mon"
      "follower-one-engine"
      "follower-one-node"
      "proposer"
      "sequencer-engine"
      "sequencer-node"
    ];
  };

  testTheDevnetsPlaceholdersAreFilled = {
    expr = lib.filter (name: lib.hasInfix "@{" (toString services.${name}.args)) (lib.attrNames services);
    expected = [ ];
  };

  testTheScriptAsksTheL1OfTheChain = {
    expr =
      let
        inherit (machine.services.every-channel.op-stack.l1) rpc;
      in
      lib.hasInfix ''"${rpc}"'' vm.config.testScriptString;
    expected = true;
  };

  testDisabledLeavesTheRestOfTheHost = {
    expr = {
      units = lib.attrNames (mine off.systemd.units);
      l1 = off.systemd.units."l1.service".text == machine.systemd.units."l1.service".text;
    };
    expected = {
      units = [ ];
      l1 = true;
    };
  };

  # Each tools.go imports all that is built of its module, so that go.sum is complete.
  testProgramsAreThePinnedOnes = {
    expr = {
      programs = imports "programs";
      earlier = imports "earlier";
    };
    expected = {
      programs = lib.sort lib.lessThan (lib.attrValues pins.programs);
      earlier = [
        pins.earlier.op-deployer
        pins.client.package
      ];
    };
  };

  testProgramsAreBuiltAsByOpDevnet = {
    expr = lib.filter (text: !(lib.hasInfix text builder)) (
      [
        "\"${pins.client.vm}\""
        "\"-ldflags=-s -w "
        ''("GOOS", "linux"), ("GOARCH", "mips64"), ("GOMIPS64", "softfloat")''
      ]
      ++ map (variable: "-X ${variable}=v${pins.version}") pins.versions
    );
    expected = [ ];
  };
}
