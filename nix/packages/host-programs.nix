# What the module takes: op-warden for the host, and op-exec for the containers. op-exec alone has to
# be static, so op-warden itself does not need the static toolchain.
{
  runCommand,
  op-warden,
  op-exec-static,
}:
runCommand "op-stack-host-programs" { } ''
  mkdir -p $out/bin
  ln -s ${op-warden}/bin/op-warden $out/bin
  # A copy: a container gets this one file.
  cp ${op-exec-static}/bin/op-exec $out/bin
''
