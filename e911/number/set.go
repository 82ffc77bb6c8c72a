package number

import (
	"maps"
	"slices"
	"sync"
)

// Set answers, without allocating, whether a request's target may be an emergency or test number. The SIP front asks
// it of every datagram before bans, limits and overload. Immutable, safe for concurrent use.
//
// It is a sieve: what it lets through, routing classifies for the caller's own region.
type Set struct {
	dialled map[string]struct{} // folded
}

// NewSet holds the numbers of the regions, of the lists (as for [Classify]), and those that count everywhere.
func NewSet(regionCodes []string, extra, test []string) *Set {
	s := &Set{dialled: map[string]struct{}{testNANP: {}}}
	for _, form := range forms911 {
		s.dialled[form] = struct{}{}
	}
	for _, code := range regionCodes {
		for number := range regionOf(code).numbers {
			s.dialled[number] = struct{}{}
		}
	}
	for _, entry := range slices.Concat(extra, test) {
		if number, ok := fold([]byte(entry)); ok {
			s.dialled[string(number.bytes())] = struct{}{}
		}
	}
	return s
}

// HasUser reports whether the user part of a URI (escapes, separators, parameters allowed) is in the set.
func (s *Set) HasUser(user []byte) bool {
	number, ok := fold(user)
	if !ok {
		return false
	}
	_, found := s.dialled[string(number.bytes())]
	return found
}

// HasURI reports whether a URI, a name-addr or a service URN names a member of the set.
func (s *Set) HasURI(uri []byte) bool {
	user, kind := target(uri)
	if kind == schemeURN {
		return isService(user, "urn:service:sos") || isService(user, "urn:service:test.sos")
	}
	return s.HasUser(user)
}

// worldwide is the set of all regions.
var worldwide = sync.OnceValue(func() *Set {
	return NewSet(slices.Collect(maps.Keys(regions())), nil, nil)
})

// IsEmergencyUser reports whether the user part is an emergency number anywhere in the world, or 933. Many short
// numbers are (100 to 119, 1300 to 1399 …), and in most countries they are ordinary extensions: a front that waives
// its limits should ask a [Set] of the regions it serves instead.
func IsEmergencyUser(user []byte) bool { return worldwide().HasUser(user) }

// IsEmergencyURI is [IsEmergencyUser] for a URI, a name-addr or a service URN.
func IsEmergencyURI(uri []byte) bool { return worldwide().HasURI(uri) }
