package zone

import (
	"errors"
	"fmt"
	"time"
)

// Date is a day and hour of one year, as wall time before clocks change.
type Date struct {
	Month int // 1 to 12
	Day   int // 1 to 31
	Hour  int // 0 to 23
}

// Year is how a zone keeps time in one calendar year.
type Year struct {
	Offset time.Duration // standard time east of UTC, as in [Rule]
	// DST is set when clocks go forward once and back once in the year; Start and End are when, Save by how much.
	// Clocks that change otherwise are not told: Offset is then what holds for most of the year.
	DST        bool
	Start, End Date
	Save       time.Duration

	start, end time.Time // the same as wall times written in UTC
	irregular  bool      // clocks change, but not as DST says
}

// Dates is what a phone can be told about one year of a zone whose [Rule] is not Expressible.
func Dates(iana string, year int) (Year, error) {
	loc, err := load(iana)
	if err != nil {
		return Year{}, err
	}
	return survey(loc, year), nil
}

var errNotIANA = errors.New("not an IANA name")

// load refuses the names that mean the machine's own zone.
func load(iana string) (*time.Location, error) {
	if iana == "" || iana == "Local" {
		return nil, fmt.Errorf("cannot use time zone %q: %w", iana, errNotIANA)
	}
	loc, err := time.LoadLocation(iana)
	if err != nil {
		return nil, fmt.Errorf("cannot use time zone %q: %w", iana, err)
	}
	return loc, nil
}

// change is one change of a zone's offset.
type change struct {
	wall          time.Time // wall time before the change, written in UTC
	before, after time.Duration
}

// changes lists what happens between two New Years, by the zone's own calendar.
func changes(loc *time.Location, year int) []change {
	var list []change
	t := time.Date(year, time.January, 1, 0, 0, 0, 0, loc)
	for {
		_, next := t.ZoneBounds()
		if next.IsZero() {
			return list
		}
		if !next.After(t) { // time's bounds stand still on the last day of a leap year beyond the listed changes
			next = t.Add(24 * time.Hour)
		}
		c := change{before: offset(t), after: offset(next)}
		c.wall = next.UTC().Add(c.before)
		if c.wall.Year() > year {
			return list
		}
		if c.before != c.after {
			list = append(list, c)
		}
		t = next
	}
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// survey reads one year. Which half is summer is told by the larger offset, not by the database's DST flag, which
// Ireland sets in winter.
func survey(loc *time.Location, year int) Year {
	list := changes(loc, year)
	if len(list) == 0 {
		return Year{Offset: offset(time.Date(year, time.January, 1, 0, 0, 0, 0, loc))}
	}
	if len(list) != 2 || list[0].before != list[1].after {
		return Year{Offset: longest(year, list), irregular: true}
	}
	forward, back := list[0], list[1]
	if forward.after < forward.before {
		forward, back = back, forward
	}
	return Year{
		Offset: forward.before, DST: true, Save: forward.after - forward.before,
		Start: date(forward.wall), End: date(back.wall),
		start: forward.wall, end: back.wall,
	}
}

func date(t time.Time) Date { return Date{Month: int(t.Month()), Day: t.Day(), Hour: t.Hour()} }

// longest is the offset in force for most of the year; of equals, the first.
func longest(year int, list []change) time.Duration {
	held := map[time.Duration]time.Duration{}
	from := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
	best := list[0].before
	for _, c := range list {
		held[c.before] += c.wall.Sub(from)
		from = c.wall
	}
	held[list[len(list)-1].after] += time.Date(year+1, time.January, 1, 0, 0, 0, 0, time.UTC).Sub(from)
	for _, c := range list {
		if held[c.after] > held[best] {
			best = c.after
		}
	}
	return best
}
