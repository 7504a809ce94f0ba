# The artifacts of the official contracts, as OP_DEVNET_CONTRACTS_DIR takes them.
{
  lib,
  fetchurl,
  runCommand,
}:
let
  pin = (import ./official-pins.nix { inherit lib; }).contracts;
in
runCommand "contracts-bedrock-${pin.version}"
  {
    meta = {
      description = "The official contracts of an OP Stack chain, compiled";
      homepage = "https://github.com/ethereum-optimism/optimism";
      license = lib.licenses.mit;
      sourceProvenance = [ lib.sourceTypes.binaryBytecode ];
    };
  }
  ''
    mkdir $out
    tar --extract --gzip --strip-components=1 --directory=$out --file=${
      fetchurl { inherit (pin) url hash; }
    }
  ''
