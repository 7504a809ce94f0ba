# The official programs that are of an earlier release: op-deployer, and the client of the fault proof program, for
# Cannon's virtual machine.
{ lib, buildGoModule }:
let
  pins = import ./official-pins.nix { inherit lib; };
in
buildGoModule {
  pname = "op-stack-earlier-programs";
  inherit (pins.earlier) version;
  src = pins.folder + "/earlier";
  vendorHash = "sha256-Wct7MvORPuhpS0+jE1NRXpKs8+07l4BSIQiwcWagVaw=";

  buildPhase = ''
    runHook preBuild
    go build -p "$NIX_BUILD_CORES" -ldflags="-s -w" -o build/bin/op-deployer ${pins.earlier.op-deployer}
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
    description = "op-deployer, and the official fault proof program's client for Cannon's virtual machine";
    homepage = "https://github.com/ethereum-optimism/optimism";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
}
