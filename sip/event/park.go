package event

import (
	"fmt"
	"strconv"
	"strings"

	"dialtone/store/record"
)

// Park is a slot calls are parked in.
func Park(account record.ID, slot int) Source {
	return Source(fmt.Sprintf("park:%s:%d", account, slot))
}

// slots are the sources of an extension that stands for several slots.
func slots(account record.ID, first, last int) []Source {
	var list []Source
	for slot := max(first, 1); slot <= min(last, record.MaxParkSlot); slot++ {
		list = append(list, Park(account, slot))
	}
	return list
}

// dialledSlot is the slot a name stands for: the account's code for parking with the
// slot's number behind it.
func dialledSlot(a *record.Account, name string) (slot int, ok bool) {
	code := a.FeatureCodes["park"]
	digits, found := strings.CutPrefix(name, code)
	if !found || code == "" || strings.Trim(digits, "0123456789") != "" || len(digits) > 2 {
		return 0, false
	}
	slot, err := strconv.Atoi(digits)
	return slot, err == nil && slot >= 1 && slot <= record.MaxParkSlot
}
