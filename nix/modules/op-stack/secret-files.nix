# Files with keys and URLs that the operator puts on the host. Two services may have variables of one name.
{ lib, cfg }:
lib.unique (
  lib.concatMap (service: lib.attrValues service.keyFiles) (lib.attrValues cfg.definition.services)
  ++ cfg.l1.otherFiles
  ++ cfg.chain.peerFiles
  ++ lib.filter (file: file != null) (
    lib.concatMap (follower: [
      follower.engineRpcFile
      follower.nodeRpcFile
    ]) (lib.attrValues cfg.warden.followers)
  )
)
