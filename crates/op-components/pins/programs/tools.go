//go:build tools

// Package programs pins the official programs: `go.mod` and `go.sum` stay
// complete because every program that op-devnet builds is imported here.
package programs

import (
	_ "github.com/ethereum-optimism/optimism/cannon"
	_ "github.com/ethereum-optimism/optimism/op-batcher/cmd"
	_ "github.com/ethereum-optimism/optimism/op-challenger/cmd"
	_ "github.com/ethereum-optimism/optimism/op-dispute-mon/cmd"
	_ "github.com/ethereum-optimism/optimism/op-node/cmd"
	_ "github.com/ethereum-optimism/optimism/op-proposer/cmd"
	_ "github.com/ethereum/go-ethereum/cmd/geth"
)
