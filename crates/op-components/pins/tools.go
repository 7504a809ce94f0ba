//go:build tools

// Package components pins the official programs: `go.mod` and `go.sum` stay
// complete because every program that op-devnet builds is imported here.
package components

import (
	_ "github.com/ethereum-optimism/optimism/cannon"
	_ "github.com/ethereum-optimism/optimism/op-batcher/cmd"
	_ "github.com/ethereum-optimism/optimism/op-challenger/cmd"
	_ "github.com/ethereum-optimism/optimism/op-deployer/cmd/op-deployer"
	_ "github.com/ethereum-optimism/optimism/op-dispute-mon/cmd"
	_ "github.com/ethereum-optimism/optimism/op-node/cmd"
	_ "github.com/ethereum-optimism/optimism/op-program/client/cmd"
	_ "github.com/ethereum-optimism/optimism/op-program/host/cmd"
	_ "github.com/ethereum-optimism/optimism/op-proposer/cmd"
	_ "github.com/ethereum/go-ethereum/cmd/geth"
)
