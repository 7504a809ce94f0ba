//go:build tools

// Package earlier pins what later releases of the module hold no more, or
// cannot do without files that it lacks: `go.mod` and `go.sum` stay complete
// because it is imported here.
package earlier

import (
	_ "github.com/ethereum-optimism/optimism/op-deployer/cmd/op-deployer"
	_ "github.com/ethereum-optimism/optimism/op-program/client/cmd"
)
