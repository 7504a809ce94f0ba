# The official programs, unpatched, from the pins and with the flags of `op-devnet build`.
{ lib, buildGoModule }:
let
  pins = import ./official-pins.nix { inherit lib; };

  build =
    name: package: ''go build -p "$NIX_BUILD_CORES" -ldflags="-s -w" -o build/bin/${name} ${package}'';
in
buildGoModule {
  pname = "op-stack-official-programs";
  inherit (pins) version;
  src = lib.fileset.toSource {
    root = pins.folder;
    fileset = lib.fileset.unions (
      map (file: pins.folder + "/${file}") [
        "go.mod"
        "go.sum"
        "tools.go"
      ]
    );
  };

  # Of the modules' content only. With `proxyVendor` it would also be of what a module proxy says
  # about a version, which is not the same everywhere.
  vendorHash = "sha256-VZgwULLnSPIo5xp84L23OPG/GBMHUR3XU7EN5WpfQno=";
  # `go mod vendor` leaves out folders without Go files: here the C sources that hid compiles.
  modPostBuild = ''
    cp -r --no-preserve=mode "$GOPATH"/pkg/mod/github.com/karalabe/hid@*/. vendor/github.com/karalabe/hid
  '';

  # The module has no packages of its own, which is all that the usual phase builds.
  buildPhase = ''
    runHook preBuild
    ${lib.concatLines (lib.mapAttrsToList build pins.programs)}
    CGO_ENABLED=0 GOOS=linux GOARCH=mips64 GOMIPS64=softfloat \
      go build -p "$NIX_BUILD_CORES" -buildmode=exe -o build/lib/${pins.client.file} ${pins.client.package}
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    cp -r build $out
    runHook postInstall
  '';
  doCheck = false;
  # Cannon patches functions of the client by name, and nothing here can handle MIPS.
  dontStrip = true;
  dontPatchELF = true;

  meta = {
    description = "The official programs of an OP Stack chain, and the fault proof program's client";
    homepage = "https://github.com/ethereum-optimism/optimism";
    license = [
      lib.licenses.mit
      lib.licenses.gpl3Only
    ];
    platforms = lib.platforms.linux;
  };
}
