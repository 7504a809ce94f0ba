# The client of the official fault proof program, for Cannon's virtual machine.
{ lib, buildGoModule }:
let
  pins = import ./official-pins.nix { inherit lib; };
in
buildGoModule {
  pname = "op-program-client";
  inherit (pins.client) version;
  src = pins.folder + "/op-program";
  vendorHash = "sha256-9nPy8lsI4cL0S+Vh7n3fBYgUW4AhEROb+AWgASQ9Onw=";

  buildPhase = ''
    runHook preBuild
    CGO_ENABLED=0 GOOS=linux GOARCH=mips64 GOMIPS64=softfloat \
      go build -p "$NIX_BUILD_CORES" -buildmode=exe -o ${pins.client.file} ${pins.client.package}
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    install -D ${pins.client.file} $out/lib/${pins.client.file}
    runHook postInstall
  '';
  doCheck = false;
  # Cannon patches functions of the client by name, and nothing here can handle MIPS.
  dontStrip = true;
  dontPatchELF = true;

  meta = {
    description = "The official fault proof program's client, for Cannon's virtual machine";
    homepage = "https://github.com/ethereum-optimism/optimism";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
}
