package zone

import (
	_ "embed"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
)

const reference = 2025

//go:embed testdata/zones.txt
var zones string

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

func TestCompute(t *testing.T) {
	for _, tt := range []struct {
		zone       string
		offset     float64 // hours
		start, end string  // empty: no summer time
		save       float64
	}{
		{"UTC", 0, "", "", 0},
		{"America/New_York", -5, "3/2/7/2", "11/1/7/2", 1},
		{"America/Montreal", -5, "3/2/7/2", "11/1/7/2", 1},
		{"America/Regina", -6, "", "", 0},
		{"America/Phoenix", -7, "", "", 0},
		{"America/St_Johns", -3.5, "3/2/7/2", "11/1/7/2", 1},
		{"America/Santiago", -4, "9/1/6/23", "4/1/6/23", 1},
		{"America/Havana", -5, "3/2/7/0", "11/1/7/1", 1},
		{"Europe/Bucharest", 2, "3/5/7/3", "10/5/7/4", 1},
		{"Europe/London", 0, "3/5/7/1", "10/5/7/2", 1},
		{"Europe/Dublin", 0, "3/5/7/1", "10/5/7/2", 1},
		{"Europe/Paris", 1, "3/5/7/2", "10/5/7/3", 1},
		{"Africa/Cairo", 2, "4/5/5/0", "10/5/4/23", 1},
		{"Asia/Kolkata", 5.5, "", "", 0},
		{"Asia/Kathmandu", 5.75, "", "", 0},
		{"Asia/Tokyo", 9, "", "", 0},
		{"Australia/Sydney", 10, "10/1/7/2", "4/1/7/3", 1},
		{"Australia/Adelaide", 9.5, "10/1/7/2", "4/1/7/3", 1},
		{"Australia/Lord_Howe", 10.5, "10/1/7/2", "4/1/7/2", 0.5},
		{"Pacific/Auckland", 12, "9/5/7/2", "4/1/7/3", 1},
		{"Pacific/Chatham", 12.75, "9/5/7/3", "4/1/7/4", 1},
		{"Pacific/Kiritimati", 14, "", "", 0},
	} {
		t.Run(tt.zone, func(t *testing.T) {
			rule, err := Compute(tt.zone, reference)
			if err != nil {
				t.Fatal(err)
			}
			if !rule.Expressible || rule.Offset != hours(tt.offset) || rule.DST != (tt.start != "") || rule.Save != hours(tt.save) {
				t.Errorf("%+v", rule)
			}
			if rule.DST && (rule.Start.String() != tt.start || rule.End.String() != tt.end) {
				t.Errorf("from %v to %v, want %v to %v", rule.Start, rule.End, tt.start, tt.end)
			}
		})
	}
}

func TestComputeNotExpressible(t *testing.T) {
	for _, zone := range []string{"Africa/Casablanca", "Asia/Gaza", "Asia/Jerusalem", "America/Nuuk"} {
		rule, err := Compute(zone, reference)
		if err != nil || rule.Expressible || rule.Start != (Switch{}) || rule.End != (Switch{}) {
			t.Errorf("%s: %+v, %v", zone, rule, err)
		}
	}
}

func TestComputeUnknown(t *testing.T) {
	for _, zone := range []string{"", "Local", "Mars/Olympus", "../etc/passwd", "America/New York"} {
		if _, err := Compute(zone, reference); err == nil {
			t.Errorf("Compute(%q) is accepted", zone)
		}
		if _, err := Dates(zone, reference); err == nil {
			t.Errorf("Dates(%q) is accepted", zone)
		}
	}
}

func TestSwitchString(t *testing.T) {
	for want, s := range map[string]Switch{
		"3/2/7/2":  {Month: 3, Week: 2, Weekday: 7, Hour: 2},
		"9/5/7/3":  {Month: 9, Week: LastWeek, Weekday: 7, Hour: 2, Minute: 45},
		"4/1/7/3":  {Month: 4, Week: 1, Weekday: 7, Hour: 3, Minute: 29},
		"9/1/6/23": {Month: 9, Week: 1, Weekday: 6, Hour: 24},
	} {
		if s.String() != want {
			t.Errorf("%+v is %s, want %s", s, s, want)
		}
	}
}

// A zone whose law does not change keeps its rule: a configuration rendered next year has the same bytes.
func TestRuleDoesNotDependOnYear(t *testing.T) {
	for zone := range strings.Lines(zones) {
		zone = strings.TrimSpace(zone)
		rule, err := Compute(zone, reference)
		if err != nil {
			t.Fatal(err)
		}
		if !rule.Expressible {
			continue
		}
		for year := reference + 1; year < reference+5; year++ {
			later, err := Compute(zone, year)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(rule, later); diff != "" {
				t.Errorf("%s in %d: %s", zone, year, diff)
			}
		}
	}
}

// Every zone's rule, played by hand, changes clocks when Go's own database does.
func TestRuleReproducesDatabase(t *testing.T) {
	expressible := 0
	for zone := range strings.Lines(zones) {
		zone = strings.TrimSpace(zone)
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		rule, err := Compute(zone, reference)
		if err != nil {
			t.Fatal(err)
		}
		if !rule.Expressible {
			t.Logf("%s cannot be told by week", zone)
			continue
		}
		expressible++
		for year := reference; year < reference+5; year++ {
			var want []time.Time
			if rule.DST {
				want = append(want, moment(rule.Start, year, rule.Offset), moment(rule.End, year, rule.Offset+rule.Save))
			}
			checkYear(t, loc, year, rule, want)
		}
	}
	if expressible < 500 {
		t.Errorf("only %d zones can be told by week", expressible)
	}
}

// moment is when a switch happens, by a count of days that owes nothing to the code under test.
func moment(s Switch, year int, before time.Duration) time.Time {
	var day time.Time
	seen := 0
	for d := time.Date(year, time.Month(s.Month), 1, 0, 0, 0, 0, time.UTC); d.Month() == time.Month(s.Month); d = d.AddDate(0, 0, 1) {
		if (d.Weekday()+6)%7+1 != time.Weekday(s.Weekday) {
			continue
		}
		if seen++; s.Week == LastWeek || seen == s.Week {
			day = d
		}
	}
	return day.Add(time.Duration(s.Hour)*time.Hour + time.Duration(s.Minute)*time.Minute - before)
}

// checkYear compares offsets right before and after each change, and in the middle of every month.
func checkYear(t *testing.T, loc *time.Location, year int, rule Rule, changes []time.Time) {
	t.Helper()
	summer := func(at time.Time) bool {
		if !rule.DST {
			return false
		}
		start, end := changes[0], changes[1]
		if start.Before(end) {
			return !at.Before(start) && at.Before(end)
		}
		return !at.Before(start) || at.Before(end)
	}
	probes := []time.Time{}
	for _, at := range changes {
		probes = append(probes, at.Add(-time.Second), at)
	}
	for month := time.January; month <= time.December; month++ {
		probes = append(probes, time.Date(year, month, 15, 12, 0, 0, 0, time.UTC))
	}
	for _, at := range probes {
		want := rule.Offset
		if summer(at) {
			want += rule.Save
		}
		if _, got := at.In(loc).Zone(); time.Duration(got)*time.Second != want {
			t.Errorf("%s at %s: offset %ds, the rule says %s", loc, at, got, want)
		}
	}
}
