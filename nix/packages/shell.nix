# All the tools that the README's commands need.
{ pkgs }:
pkgs.mkShell {
  packages = with pkgs; [
    cargo
    clippy
    rustc
    rustfmt
    cargo-deny
    # op-devnet builds the official programs.
    go
    nodejs
    stdenv.cc
    # promtool, for the alert rules.
    prometheus.cli
    # The module and its secrets.
    age
    jq
    nixfmt-tree
    podman
    skopeo
    sops
    ssh-to-age
  ];
}
