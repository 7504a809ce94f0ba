# `op-warden purge` with podman, which is gone from the system once the module is disabled.
{
  writeShellApplication,
  op-warden,
  podman,
}:
writeShellApplication {
  name = "purge";
  runtimeInputs = [
    op-warden
    podman
  ];
  text = ''exec op-warden purge "$@"'';
  meta.description = "List, and with --yes remove, what a disabled chain has left behind";
}
