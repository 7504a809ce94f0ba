# Checks of the flake: every package, every host, every test by name.
{
  pkgs,
  self,
  sopsModule,
}:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system;

  prefixed = prefix: lib.mapAttrs' (name: lib.nameValuePair "${prefix}-${name}");

  ofThisSystem = lib.filterAttrs (
    _: host: host.config.nixpkgs.hostPlatform.system == system
  ) self.nixosConfigurations;
in
prefixed "package" self.packages.${system}
// prefixed "host" (lib.mapAttrs (_: host: host.config.system.build.toplevel) ofThisSystem)
