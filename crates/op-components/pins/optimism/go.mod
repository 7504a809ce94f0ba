module op-devnet/optimism

go 1.26

require github.com/ethereum-optimism/optimism v1.19.6
