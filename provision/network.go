package provision

import (
	"net/netip"

	"dialtone/store/record"
)

// inNetworks says whether a source is in one of an account's networks; no networks
// are all.
func inNetworks(networks []string, source netip.Addr) bool {
	if len(networks) == 0 {
		return true
	}
	for _, n := range networks {
		if p, err := record.ParseNetwork(n); err == nil && p.Contains(source) {
			return true
		}
	}
	return false
}
