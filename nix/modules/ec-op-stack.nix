# The OP Stack chain that refuses to start wrong, as one NixOS option. Reading order:
# options -> definition (nix/stack with these options) -> units.
{
  imports = [
    ./op-stack/options
    ./op-stack/definition.nix
    ./op-stack/assertions.nix
    ./op-stack/plaintext.nix
    ./op-stack/flags.nix
    ./op-stack/units.nix
    ./op-stack/switch.nix
    ./op-stack/retry.nix
    ./op-stack/secrets.nix
    ./op-stack/firewall.nix
    ./op-stack/resolver.nix
    ./op-stack/warden.nix
    ./op-stack/bundle.nix
    ./op-stack/monitoring.nix
    ./op-stack/obsolete.nix
  ];
}
