# What is built of the official sources, and at which versions: crates/op-components/pins
# them, for `op-devnet build` as well.
{ lib }:
let
  folder = ../../crates/op-components/pins;
  lock = lib.importJSON (folder + "/npm/package-lock.json");
  optimism = "github.com/ethereum-optimism/optimism";
  geth = "github.com/ethereum/go-ethereum";
  versionOf =
    module:
    lib.head (
      builtins.match ".*${optimism} v([0-9.]+)\n.*" (builtins.readFile (folder + "/${module}/go.mod"))
    );
in
{
  inherit folder optimism geth;

  version = versionOf "programs";

  # Program -> Go package.
  programs = {
    op-geth = "${geth}/cmd/geth";
    op-node = "${optimism}/op-node/cmd";
    op-batcher = "${optimism}/op-batcher/cmd";
    op-proposer = "${optimism}/op-proposer/cmd";
    op-challenger = "${optimism}/op-challenger/cmd";
    op-dispute-mon = "${optimism}/op-dispute-mon/cmd";
    cannon = "${optimism}/cannon";
  };

  # The variables in which the programs keep their version.
  versions = [
    "main.Version"
    "${optimism}/op-node/version.Version"
    "${optimism}/op-challenger/version.Version"
    "${optimism}/op-dispute-mon/version.Version"
  ];

  # Of the last release that builds as its module is served, which still has the fault proof program.
  earlier = {
    version = versionOf "earlier";
    op-deployer = "${optimism}/op-deployer/cmd/op-deployer";
  };

  # The fault proof program for Cannon's virtual machine.
  client = {
    file = "op-program-client64.elf";
    package = "${optimism}/op-program/client/cmd";
    vm = "multithreaded64-5";
  };

  # The npm package with the contracts' artifacts.
  contracts =
    let
      name = "@eth-optimism/contracts-bedrock";
      inherit (lock.packages."node_modules/${name}") version integrity;
    in
    {
      inherit version;
      url = "https://registry.npmjs.org/${name}/-/${baseNameOf name}-${version}.tgz";
      hash = integrity;
    };
}
