package outbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"dialtone/store/record"
)

// errForbidden says that a webhook's host is at an address nothing is posted to.
var errForbidden = errors.New("address is not allowed")

// dialGuarded connects to addresses events may be posted to only. It looks at the address
// that is being connected to, after every lookup: a name that changes gains nothing.
func dialGuarded(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second, Control: guard}
	return d.DialContext(ctx, network, addr)
}

func guard(_, addr string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !allowed(ap.Addr()) {
		return fmt.Errorf("cannot connect to %q: %w", addr, errForbidden)
	}
	return nil
}

// allowed says whether events may be posted to an address, and to the IPv4 address that is
// reached through it.
func allowed(a netip.Addr) bool {
	if !record.WebhookAddr(a.WithZone("")) {
		return false
	}
	inner, translated := embedded(a)
	return !translated || record.WebhookAddr(inner)
}

// embedded is the IPv4 address a translator would connect to: NAT64 (RFC 6052) and 6to4
// (RFC 3056).
func embedded(a netip.Addr) (netip.Addr, bool) {
	b := a.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case netip.MustParsePrefix("2002::/16").Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}
