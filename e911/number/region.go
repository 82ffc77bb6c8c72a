package number

import (
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// region is one country's emergency numbers.
type region struct {
	numbers map[string]string // dialled → sent to the carrier
	primary string            // the one for any kind of help
}

// everywhere stands for an unknown region: only the forms of 911.
var everywhere = region{primary: emergencyNANP}

// preferred orders the numbers that reach every service; a region without one of them uses the metadata's example.
var preferred = []string{"000", "112", emergencyNANP, "999", "111"}

// send911 is what to send when the caller dialled 911.
func (r *region) send911() string {
	if _, ok := r.numbers[emergencyNANP]; ok {
		return emergencyNANP
	}
	return r.primary
}

// regionOf finds a region by its ISO 3166 code in any case.
func regionOf(code string) *region {
	if r, ok := regions()[strings.ToUpper(code)]; ok {
		return r
	}
	return &everywhere
}

// regions is the table of all regions, spelled out once from the metadata's patterns so that a look-up runs no
// regular expression.
var regions = sync.OnceValue(func() map[string]*region {
	table := map[string]*region{}
	collection, err := phonenumbers.ShortNumberMetadataCollection()
	if err != nil {
		return table // the metadata is part of the library, which refuses to start without it
	}
	for _, metadata := range collection.GetMetadata() {
		numbers := expandPattern(metadata.GetEmergency().GetNationalNumberPattern())
		if len(numbers) > 0 {
			table[metadata.GetId()] = newRegion(metadata.GetId(), numbers, metadata.GetEmergency().GetExampleNumber())
		}
	}
	return table
})

func newRegion(code string, numbers []string, example string) *region {
	r := &region{numbers: make(map[string]string, len(numbers)), primary: example}
	for _, number := range numbers {
		r.numbers[number] = number
	}
	for _, number := range slices.Backward(preferred) {
		if slices.Contains(numbers, number) {
			r.primary = number
		}
	}
	if slices.Contains(numbers, emergencyNANP) && phonenumbers.GetCountryCodeForRegion(code) == 1 {
		r.primary = emergencyNANP
		if _, ok := r.numbers["112"]; ok {
			r.numbers["112"] = emergencyNANP
		}
	}
	return r
}

// expandPattern lists every number a pattern without repetition matches; none when it is not such a pattern.
func expandPattern(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if pattern == "" || pattern == "NA" || err != nil {
		return nil
	}
	return expand(re.Simplify())
}

func expand(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCapture:
		return expand(re.Sub[0])
	case syntax.OpQuest:
		return append(expand(re.Sub[0]), "")
	case syntax.OpCharClass:
		var out []string
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1] && r <= '9'; r++ {
				out = append(out, string(r))
			}
		}
		return out
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			out = append(out, expand(sub)...)
		}
		return out
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			out = product(out, expand(sub))
		}
		return out
	}
	return nil
}

// product joins every head with every tail.
func product(heads, tails []string) []string {
	out := make([]string, 0, len(heads)*len(tails))
	for _, head := range heads {
		for _, tail := range tails {
			out = append(out, head+tail)
		}
	}
	return out
}
