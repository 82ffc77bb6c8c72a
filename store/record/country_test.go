package record

import (
	"strings"
	"testing"
)

func TestCountry(t *testing.T) {
	if n := strings.Count(countries, ","); n != 249+3 || len(countries) != 3*n {
		t.Errorf("%d countries in %d characters", n, len(countries))
	}
	last := ""
	for code := range strings.SplitSeq(strings.TrimSuffix(countries, ","), ",") {
		if code <= last || !isCountry(code) {
			t.Errorf("%q after %q", code, last)
		}
		last = code
	}
	for given, want := range map[string]string{
		"US": "US", " gb ": "GB", "xk": "XK", "ac": "AC", "ZW": "ZW",
		"": "", "U": "", "USA": "", "XX": "", "ZZ": "", "EU": "", "UK": "", "AA": "", "U,": "", ",A": "", ",,": "", "DA": "", "É": "",
	} {
		var p Problems
		code := given
		p.country("region", &code)
		switch {
		case want == "" && len(p) == 0:
			t.Errorf("%q is taken for a country", given)
		case want != "" && (len(p) > 0 || code != want):
			t.Errorf("%q is %q, %v", given, code, p)
		}
	}
}
