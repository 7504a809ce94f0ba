# Checks of the flake: every package, every host, every set of tests by name.
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

  evalTests = import ./eval.nix {
    inherit lib sopsModule;
    evalHost =
      modules:
      (import "${pkgs.path}/nixos/lib/eval-config.nix" {
        inherit lib;
        system = null;
        modules = [
          ./minimal-host.nix
          {
            nixpkgs = {
              inherit pkgs;
              hostPlatform = lib.mkForce system;
            };
          }
        ]
        ++ modules;
      }).config;
  };

  # Fails with what was expected and what came.
  passed =
    name: tests:
    let
      failures = lib.runTests tests;
      report = pkgs.writeText "failures" (
        builtins.unsafeDiscardStringContext (lib.generators.toPretty { } failures)
      );
    in
    pkgs.runCommand name { } (if failures == [ ] then "touch $out" else "cat ${report}; exit 1");

  # A committed file and what it is made from.
  generated = {
    options-doc = {
      committed = ../modules/options.md;
      made = self.packages.${system}.options-doc;
    };
    stack-json = {
      committed = ../../crates/op-devnet/stack.json;
      made = (pkgs.formats.json { }).generate "stack.json" (import ../stack/devnet.nix { });
    };
    stack-reth-json = {
      committed = ../../crates/op-devnet/stack-reth.json;
      made = (pkgs.formats.json { }).generate "stack-reth.json" (
        import ../stack/devnet.nix { engine = "reth"; }
      );
    };
  };
  fresh =
    name:
    { committed, made }:
    pkgs.runCommand name { } "diff -u ${committed} ${made} && touch $out";

  nixFiles = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.fileFilter (file: file.hasExt "nix") ../..;
  };
in
prefixed "package" self.packages.${system}
// prefixed "host" (lib.mapAttrs (_: host: host.config.system.build.toplevel) ofThisSystem)
// prefixed "eval" (lib.mapAttrs passed evalTests)
// lib.mapAttrs fresh generated
// {
  vm = import ./vm.nix { inherit pkgs self; };

  format = pkgs.runCommand "format" { nativeBuildInputs = [ pkgs.nixfmt ]; } ''
    find ${nixFiles} -name '*.nix' -exec nixfmt --check {} +
    touch $out
  '';
}
