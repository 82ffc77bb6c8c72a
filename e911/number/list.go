package number

import (
	"maps"
	"slices"
)

// Numbers lists the emergency numbers of a region (ISO 3166 alpha-2, any case) in ascending order, for phones that
// keep a list of their own. An unknown region has 911 alone.
func Numbers(regionCode string) []string {
	r := regionOf(regionCode)
	if len(r.numbers) == 0 {
		return []string{emergencyNANP}
	}
	return slices.Sorted(maps.Keys(r.numbers))
}
