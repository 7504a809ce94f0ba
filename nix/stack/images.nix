# The official images, pinned in images.json by `op-warden images lock`.
builtins.mapAttrs (
  _: image: builtins.removeAttrs image [ "locked" ] // { allowUnpinned = false; }
) (
  builtins.fromJSON (builtins.readFile ./images.json)
)
