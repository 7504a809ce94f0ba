# A witness of observations, as one NixOS option: ec-observe behind its gate, and what looks after it.
{
  imports = [
    ./observation/options.nix
    ./observation/definition.nix
    ./observation/units.nix
    ./observation/assertions.nix
    ./observation/monitoring.nix
  ];
}
