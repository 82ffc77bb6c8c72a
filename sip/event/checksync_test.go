package event

import "testing"

func TestCheckSync(t *testing.T) {
	for _, tt := range []struct {
		vendor string
		reboot bool
		want   string
	}{
		{"yealink", false, "check-sync;reboot=false"},
		{"yealink", true, "check-sync;reboot=true"},
		{"Snom", false, "check-sync;reboot=false"},
		{"grandstream", false, "resync"},
		{"grandstream", true, "check-sync;reboot=true"},
		{"fanvil", false, "check-sync"},
		{"poly", true, "check-sync"},
		{"mitel", false, "check-sync;reboot=true"},
		{"", false, "check-sync;reboot=false"},
	} {
		if got := CheckSync(tt.vendor, tt.reboot); got != tt.want {
			t.Errorf("CheckSync(%q, %v) = %q, want %q", tt.vendor, tt.reboot, got, tt.want)
		}
	}
}
