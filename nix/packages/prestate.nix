# Cannon's state before the first instruction of the official fault proof program, and its hash.
{
  lib,
  runCommand,
  official-programs,
  earlier-programs,
}:
let
  inherit (import ./official-pins.nix { inherit lib; }) client;
in
runCommand "op-stack-prestate"
  {
    nativeBuildInputs = [ official-programs ];
    meta = {
      description = "Cannon's state before the first instruction of the official fault proof program";
      inherit (earlier-programs.meta) license;
    };
  }
  ''
    mkdir $out
    cd $out
    cannon load-elf --type ${client.vm} --path ${earlier-programs}/lib/${client.file} \
      --out prestate.bin.gz --meta meta.json
    cannon witness --input prestate.bin.gz > witness.json
  ''
