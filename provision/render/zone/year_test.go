package zone

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestDates(t *testing.T) {
	for _, tt := range []struct {
		name, zone string
		year       int
		want       Year
	}{
		{"north", "America/New_York", 2025, Year{Offset: hours(-5), DST: true, Save: hours(1), Start: Date{3, 9, 2}, End: Date{11, 2, 2}}},
		{"south", "Australia/Sydney", 2025, Year{Offset: hours(10), DST: true, Save: hours(1), Start: Date{10, 5, 2}, End: Date{4, 6, 3}}},
		{"day before a week's day", "America/Nuuk", 2025, Year{Offset: hours(-2), DST: true, Save: hours(1), Start: Date{3, 29, 23}, End: Date{10, 26, 0}}},
		{"Friday before a Sunday", "Asia/Jerusalem", 2025, Year{Offset: hours(2), DST: true, Save: hours(1), Start: Date{3, 28, 2}, End: Date{10, 26, 2}}},
		{"pause for Ramadan", "Africa/Casablanca", 2025, Year{Offset: 0, DST: true, Save: hours(1), Start: Date{4, 6, 2}, End: Date{2, 23, 3}}},
		{"two pauses in a year", "Africa/Casablanca", 2030, Year{Offset: 0, DST: true, Save: hours(1), Start: Date{2, 10, 2}, End: Date{12, 22, 3}}},
		{"summer time with a pause", "Asia/Gaza", 2040, Year{Offset: hours(2)}},
		{"the law changes", "Asia/Almaty", 2024, Year{Offset: hours(5)}},
		{"no summer time", "Asia/Kolkata", 2025, Year{Offset: hours(5.5)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Dates(tt.zone, tt.year)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(Year{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
