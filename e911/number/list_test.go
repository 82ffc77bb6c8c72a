package number

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumbers(t *testing.T) {
	for region, want := range map[string][]string{
		"US": {"112", "911"}, "us": {"112", "911"}, "GB": {"112", "999"}, "": {"911"}, "XX": {"911"},
	} {
		t.Run(region, func(t *testing.T) {
			if diff := cmp.Diff(want, Numbers(region)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
