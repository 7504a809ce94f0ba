# The devnet with op-warden beside it and the tools that build the official programs.
{
  lib,
  rustPlatform,
  makeWrapper,
  go,
  nodejs,
  stdenv,
}:
((import ./rust.nix { inherit lib rustPlatform; }) {
  crates = [
    "op-devnet"
    "op-warden"
  ];
  description = "A whole OP Stack chain on one machine";
}).overrideAttrs
  (previous: {
    nativeBuildInputs = previous.nativeBuildInputs ++ [ makeWrapper ];
    # The end-to-end tests build the official programs, which needs the network.
    cargoTestFlags = [
      "--package=op-devnet"
      "--bins"
    ];
    postInstall = ''
      wrapProgram $out/bin/op-devnet --prefix PATH : ${
        lib.makeBinPath [
          go
          nodejs
          stdenv.cc
        ]
      }
    '';
  })
