# Everything that op-devnet would build or install, in one folder: its OP_DEVNET_BIN_DIR.
{
  runCommand,
  foundry,
  official-programs,
  earlier-programs,
  prestate,
}:
runCommand "op-devnet-components" { meta.description = "What op-devnet would build or install"; } ''
  mkdir $out
  ln -s ${official-programs}/bin/* ${earlier-programs}/bin/* ${earlier-programs}/lib/* ${prestate}/* $out
  ln -s ${foundry}/bin/{anvil,cast,forge} $out
''
