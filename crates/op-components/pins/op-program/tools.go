//go:build tools

// Package client pins the fault proof program, which later releases of the
// module no longer hold: `go.mod` and `go.sum` stay complete because it is
// imported here.
package client

import (
	_ "github.com/ethereum-optimism/optimism/op-program/client/cmd"
)
