package zone

import (
	"strconv"
	"time"
)

// cycle is the number of years after which weekdays and leap years repeat (between 1901 and 2099).
const cycle = 28

// LastWeek is the Week of "the last Sunday of the month".
const LastWeek = 5

// Switch is a moment of the year as wall time before clocks change.
type Switch struct {
	Month   int // 1 to 12
	Week    int // 1 to 4, or LastWeek
	Weekday int // 1 Monday to 7 Sunday
	Hour    int // 0 to 24; 24 is the midnight that ends the day
	Minute  int // 0 to 59; 45 in the Chatham Islands, else 0
}

// Append writes Month/Week/Weekday/Hour, the form Yealink's local_time.start_time takes. Its hours are 0 to 23: minutes
// are rounded, and the midnight that ends the day becomes 23, an hour early.
func (s Switch) Append(dst []byte) []byte {
	hour := s.Hour
	if s.Minute >= 30 {
		hour++
	}
	for i, n := range [...]int{s.Month, s.Week, s.Weekday, min(hour, 23)} {
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return dst
}

// String is the form of [Switch.Append].
func (s Switch) String() string { return string(s.Append(nil)) }

// Rule says how a zone keeps time from a reference year on.
type Rule struct {
	// Offset is standard time east of UTC: the smaller offset of the year. Ireland and Morocco, whose law calls
	// summer the standard, are told like everybody else.
	Offset time.Duration
	// DST is set when clocks change during the year; Start is when summer time begins, End when it ends (south of
	// the equator End comes first in the year), Save what it adds.
	DST        bool
	Start, End Switch
	Save       time.Duration
	// Expressible is false when Start and End, left zero, cannot be told by week; see [Dates]. Without DST it is
	// true.
	Expressible bool
}

// Compute finds the rule of an IANA zone from January of year on. The same zone database and year give the same rule,
// and different years give the same one unless the law changes. The error is that of an unknown name.
func Compute(iana string, year int) (Rule, error) {
	loc, err := load(iana)
	if err != nil {
		return Rule{}, err
	}
	first := survey(loc, year)
	rule := Rule{Offset: first.Offset, DST: first.DST, Save: first.Save}
	years := make([]Year, cycle)
	for i := range years {
		years[i] = survey(loc, year+i)
		if y := years[i]; y.irregular || y.DST != rule.DST || y.Offset != rule.Offset || y.Save != rule.Save {
			return rule, nil
		}
	}
	if !rule.DST {
		rule.Expressible = true
		return rule, nil
	}
	starts, ends := make([]time.Time, cycle), make([]time.Time, cycle)
	for i, y := range years {
		starts[i], ends[i] = y.start, y.end
	}
	start, startOK := byWeek(starts)
	end, endOK := byWeek(ends)
	if startOK && endOK {
		rule.Start, rule.End, rule.Expressible = start, end, true
	}
	return rule, nil
}

// byWeek finds the rule all wall times follow. A midnight may also be the end of the day before: Chile's "first
// Saturday at 24" is a Sunday that is not always the first.
func byWeek(walls []time.Time) (Switch, bool) {
	if s, ok := sameWeek(walls); ok {
		return s, true
	}
	eve := make([]time.Time, len(walls))
	for i, wall := range walls {
		if wall.Hour() != 0 || wall.Minute() != 0 {
			return Switch{}, false
		}
		eve[i] = wall.AddDate(0, 0, -1)
	}
	s, ok := sameWeek(eve)
	s.Hour = 24
	return s, ok
}

// sameWeek finds the week, counted from the start or the end of the month, that all wall times share.
func sameWeek(walls []time.Time) (Switch, bool) {
	first := walls[0]
	s := Switch{
		Month: int(first.Month()), Week: week(first), Weekday: isoWeekday(first),
		Hour: first.Hour(), Minute: first.Minute(),
	}
	always, last := true, true
	for _, wall := range walls {
		if wall.Month() != first.Month() || wall.Weekday() != first.Weekday() ||
			wall.Hour() != s.Hour || wall.Minute() != s.Minute || wall.Second() != 0 {
			return Switch{}, false
		}
		always = always && week(wall) == s.Week
		last = last && wall.AddDate(0, 0, 7).Month() != wall.Month()
	}
	if last {
		s.Week = LastWeek
	}
	return s, always || last
}

// week counts from 1 within the month.
func week(t time.Time) int { return (t.Day()-1)/7 + 1 }

// isoWeekday is 1 for Monday to 7 for Sunday.
func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }
