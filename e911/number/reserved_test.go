package number

import (
	"strings"
	"testing"
)

func TestReserved(t *testing.T) {
	extra, test := []string{"5555"}, []string{"922"}
	for _, tt := range []struct {
		name    string
		regions []string
		want    string // empty: free
	}{
		{"911", nil, "911 is an emergency number"},
		{"9911", []string{"DE"}, "9911 is an emergency number"},
		{"*911", nil, "*911 is an emergency number"},
		{"+911", nil, "+911 is an emergency number"},
		{"9-1-1", nil, "9-1-1 is an emergency number"},
		{"9_1_1", nil, "911 is an emergency number"},
		{"9/1/1", nil, "911 is an emergency number"},
		{"%39%31%31", nil, "911 is an emergency number"},
		{"SOS", nil, "SOS is an emergency number"},
		{"933", nil, "933 tests the emergency path"},
		{"922", nil, "922 tests the emergency path"},
		{"988", nil, "988 reaches the crisis line"},
		{"5555", nil, "5555 is an emergency number"},
		{"112", []string{"US"}, "112 is an emergency number in US"},
		{"112", []string{"US", "de"}, "112 is an emergency number in US"},
		{"110", []string{"US", "de"}, "110 is an emergency number in DE"},
		{"112", nil, ""},
		{"110", []string{"US"}, ""},
		{"101", []string{"US"}, ""},
		{"1911", []string{"US"}, "1911 is an emergency number"},
		{"1001", []string{"US", "GB"}, ""},
		{"9115", nil, ""},
		{"alice", nil, ""},
		{"alice911", nil, ""},
		{"", nil, ""},
		{strings.Repeat("9", 1<<20), nil, ""},
	} {
		got, reserved := Reserved(tt.name, tt.regions, extra, test)
		if got != tt.want || reserved != (tt.want != "") {
			t.Errorf("Reserved(%.20q, %v) = %q, %v, want %q", tt.name, tt.regions, got, reserved, tt.want)
		}
	}
}
