package admission

import (
	"net/netip"
	"slices"
	"time"
)

func (e *entry) ban() Ban {
	return Ban{
		Source: prefix(e.source), Since: e.since, Until: e.until,
		Failures: e.total, Reason: e.reason, Level: e.level,
	}
}

// prefix is what an entry's key stands for.
func prefix(k netip.Addr) netip.Prefix {
	if k.Is4() {
		return netip.PrefixFrom(k, 32)
	}
	return netip.PrefixFrom(k, 64)
}

// Bans lists the bans in force at now by source.
func (t *Table) Bans(now time.Time) []Ban {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []Ban
	for _, e := range t.entries {
		if t.holds(e, now) {
			list = append(list, e.ban())
		}
	}
	slices.SortFunc(list, func(a, b Ban) int { return a.Source.Addr().Compare(b.Source.Addr()) })
	return list
}

// InForce is how many bans are in force at now.
func (t *Table) InForce(now time.Time) int {
	if t.banned.Load() == 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.entries {
		t.holds(e, now) // ends what is over
	}
	return int(t.banned.Load())
}

// Lift ends the ban of a source and forgets its failures. It tells whether it was
// banned.
func (t *Table) Lift(source netip.Addr, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key(source)]
	if e == nil || !t.holds(e, now) {
		return false
	}
	t.forget(e)
	return true
}

// Len is how many sources are remembered.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.entries)
}
