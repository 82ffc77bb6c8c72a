package event

import "strings"

// The Event header values that make a phone fetch its configuration again. Most
// vendors read a reboot parameter; the others have words of their own.
const (
	syncKeep      = "check-sync;reboot=false"
	syncReboot    = "check-sync;reboot=true"
	syncPlain     = "check-sync"
	resync        = "resync"
	rebootLinksys = "reboot=true"
)

// CheckSync is the Event header's value that tells a vendor's phone to fetch its
// configuration, rebooting or not. Unknown vendors get the customary one. Poly and
// Cisco MPP phones decide about the reboot themselves.
func CheckSync(vendor string, reboot bool) string {
	with, without := syncReboot, syncKeep
	switch strings.ToLower(vendor) {
	case "grandstream", "htek", "sangoma":
		without = resync
	case "fanvil", "algo":
		without = syncPlain
	case "polycom", "poly", "cisco", "digium", "alcatel":
		with, without = syncPlain, syncPlain
	case "linksys", "cisco-spa":
		with, without = rebootLinksys, rebootLinksys
	case "aastra", "mitel", "panasonic":
		without = syncReboot
	}
	if reboot {
		return with
	}
	return without
}
