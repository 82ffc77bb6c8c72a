package trunk

import "net/netip"

// Order is Resolution.order.
func Order(r *Resolution, lot func(n int) int) []netip.AddrPort { return r.order(lot) }

// BindingExpires is bindingExpires.
func BindingExpires(contacts []string, user, expires string, asked int) int {
	return bindingExpires(contacts, user, expires, asked)
}
