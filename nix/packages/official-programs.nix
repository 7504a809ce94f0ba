# The official programs, unpatched, from the pins and with the flags of `op-devnet build`.
{ lib, buildGoModule }:
let
  pins = import ./official-pins.nix { inherit lib; };

  ldflags = lib.concatStringsSep " " (
    [ "-s -w" ] ++ map (variable: "-X ${variable}=v${pins.version}") pins.versions
  );
  build =
    name: package: ''go build -p "$NIX_BUILD_CORES" -ldflags="${ldflags}" -o build/bin/${name} ${package}'';
in
buildGoModule {
  pname = "op-stack-official-programs";
  inherit (pins) version;
  src = lib.fileset.toSource {
    root = pins.folder;
    fileset = lib.fileset.unions [
      (pins.folder + "/optimism")
      (pins.folder + "/programs")
    ];
  };
  modRoot = "programs";

  # Of the modules' content only. With `proxyVendor` it would also be of what a module proxy says
  # about a version, which is not the same everywhere.
  vendorHash = "sha256-SsHuf3csHjwwQLlkPSfC56k+b4iyU55E0ksV4Q9bmjQ=";
  # The monorepo's module lacks two files, which its own build makes. The copy is not needed after this:
  # what is built of it is vendored.
  overrideModAttrs = _: {
    preBuild = ''
      pushd ../optimism
      go mod download ${pins.optimism} ${pins.geth}
      folder() { go list -m -f '{{.Dir}}' "$1"; }
      cp -r --no-preserve=mode "$(folder ${pins.optimism})" ../programs/optimism
      registry=../programs/optimism/op-core/superchain
      cp --no-preserve=mode "$(folder ${pins.geth})/superchain/superchain-configs.zip" $registry
      (cd $registry && sha256sum superchain-configs.zip > superchain-configs.zip.sha256)
      popd
    '';
  };
  # `go mod vendor` leaves out folders without Go files: here the C sources that hid compiles.
  modPostBuild = ''
    cp -r --no-preserve=mode "$GOPATH"/pkg/mod/github.com/karalabe/hid@*/. vendor/github.com/karalabe/hid
  '';

  # The module has no packages of its own, which is all that the usual phase builds.
  buildPhase = ''
    runHook preBuild
    ${lib.concatLines (lib.mapAttrsToList build pins.programs)}
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    cp -r build $out
    runHook postInstall
  '';
  doCheck = false;

  meta = {
    description = "The official programs of an OP Stack chain";
    homepage = "https://github.com/ethereum-optimism/optimism";
    license = [
      lib.licenses.mit
      lib.licenses.gpl3Only
    ];
    platforms = lib.platforms.linux;
  };
}
