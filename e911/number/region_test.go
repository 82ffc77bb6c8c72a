package number

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// The spelled-out table is exactly what the library says: every number used anywhere, in every region, and in some
// regions every three-digit number.
func TestRegionsMatchLibrary(t *testing.T) {
	table := regions()
	if len(table) < 200 {
		t.Fatalf("%d regions", len(table))
	}
	used := map[string]bool{}
	for _, r := range table {
		for n := range r.numbers {
			used[n] = true
		}
	}
	for code := range phonenumbers.GetSupportedRegions() {
		for n := range used {
			matchesLibrary(t, n, code)
		}
	}
	for _, code := range []string{"US", "GB", "FR", "DE", "IN", "GA", "ZA"} {
		for i := range 1000 {
			matchesLibrary(t, fmt.Sprintf("%03d", i), code)
		}
	}
}

func matchesLibrary(t *testing.T, number, code string) {
	t.Helper()
	if _, got := regionOf(code).numbers[number]; got != phonenumbers.IsEmergencyNumber(number, code) {
		t.Errorf("%s in %s: %v", number, code, got)
	}
}

func TestRegionPrimary(t *testing.T) {
	for code, want := range map[string]string{
		"US": "911", "CA": "911", "MX": "911", "GB": "112", "DE": "112", "FR": "112", "NL": "112", "AU": "000", "NZ": "111",
		"JP": "110", "": "911", "XX": "911",
	} {
		if got := regionOf(code).primary; got != want {
			t.Errorf("%q: %s, want %s", code, got, want)
		}
	}
	for code, r := range regions() {
		if _, ok := r.numbers[r.primary]; !ok {
			t.Errorf("%s: primary %q is not one of its numbers", code, r.primary)
		}
	}
}

func TestExpandPattern(t *testing.T) {
	for pattern, want := range map[string][]string{
		"112|911":    {"112", "911"},
		"9(?:11?|2)": {"91", "911", "92"},
		"1[0-2]":     {"10", "11", "12"},
		"1(?:2\\d)?": {"1", "120", "121", "122", "123", "124", "125", "126", "127", "128", "129"},
		"NA":         nil,
		"":           nil,
		"1+":         {},
		"(":          nil,
	} {
		got := expandPattern(pattern)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", pattern, got, want)
		}
	}
}
