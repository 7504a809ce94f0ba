# What judges all gates beside the starts: it reads what root reads, and can do nothing else.
import ./hardening.nix
// import ./quiet.nix
// {
  Type = "oneshot";
  # Key files may belong to any user and be anywhere.
  CapabilityBoundingSet = "CAP_DAC_READ_SEARCH";
  ProtectHome = "read-only";
  # For the kernel's boot id.
  ProcSubset = "all";
  # Which programs run: a service's own port is taken by itself.
  ProtectProc = "default";
}
