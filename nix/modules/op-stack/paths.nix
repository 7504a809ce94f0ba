# Files of the module on the host. The paths are fixed: with store paths in them, every unit would
# change, and restart, with op-warden.
rec {
  # In /etc, as `environment.etc` names it.
  bin = "op-stack/bin";
  config = "op-stack/op-warden.json";

  warden = "/etc/${bin}/op-warden";
  exec = "/etc/${bin}/op-exec";
  configFile = "/etc/${config}";

  runtime = "/run/op-stack";
  # Which key each gate passed.
  stamps = "${runtime}/stamps";
  # A file with the name of a service keeps that service stopped.
  hold = "${runtime}/hold";
}
