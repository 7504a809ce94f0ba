# Cannon's state before the first instruction of the official fault proof program, and its hash.
{
  lib,
  runCommand,
  official-programs,
  op-program-client,
}:
let
  inherit (import ./official-pins.nix { inherit lib; }) client;
in
runCommand "op-stack-prestate"
  {
    nativeBuildInputs = [ official-programs ];
    meta = {
      description = "Cannon's state before the first instruction of the official fault proof program";
      inherit (op-program-client.meta) license;
    };
  }
  ''
    mkdir $out
    cd $out
    cannon load-elf --type ${client.vm} --path ${op-program-client}/lib/${client.file} \
      --out prestate.bin.gz --meta meta.json
    cannon witness --input prestate.bin.gz > witness.json
  ''
