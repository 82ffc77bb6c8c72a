//go:build !linux

package load

import (
	"context"
	"errors"
	"net/netip"
)

// RelayBare needs epoll.
func RelayBare(context.Context, int, netip.AddrPort, func([]netip.AddrPort)) error {
	return errors.New("cannot relay without epoll")
}
