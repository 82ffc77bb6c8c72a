package record

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of a schedule.
const (
	MaxWeeklyRanges = 50
	MaxHolidays     = 200
)

// Schedule tells opening hours in local time.
type Schedule struct {
	Meta
	Name     string        `json:"name" doc:"Name of the schedule."`
	Timezone string        `json:"timezone" doc:"IANA time zone; the account's when absent."`
	Weekly   []WeeklyRange `json:"weekly" doc:"When it is open, by day of the week."`
	Holidays []Holiday     `json:"holidays" doc:"Days on which it is closed all the same."`
}

// WeeklyRange is open hours on some days of the week. One that ends before it begins
// goes on past midnight.
type WeeklyRange struct {
	Days []string `json:"days" doc:"mon, tue, wed, thu, fri, sat, sun."`
	From string   `json:"from" doc:"First open minute, HH:MM."`
	To   string   `json:"to" doc:"First closed minute, HH:MM; 24:00 is midnight; before from is the next day's."`
}

// Holiday is closed days.
type Holiday struct {
	Name string `json:"name,omitempty" doc:"What the holiday is called."`
	From string `json:"from" doc:"First day, YYYY-MM-DD."`
	To   string `json:"to,omitempty" doc:"Last day; absent is the first."`
}

// NewSchedule is closed.
func NewSchedule() *Schedule { return &Schedule{} }

// Kind names schedules.
func (s *Schedule) Kind() Kind { return KindSchedule }

// Unique is the name within the account.
func (s *Schedule) Unique() []Unique {
	return []Unique{{Field: "name", Space: "schedule/" + string(s.Account), Value: strings.ToLower(s.Name)}}
}

// References is empty.
func (s *Schedule) References() []Reference { return nil }

// Clone is a deep copy.
func (s *Schedule) Clone() Record { return deepCopy(s) }

// Open says whether t is in an open hour by the clocks on the wall there: an hour that
// the change to summer time leaves out never comes, one that comes twice is open twice.
// Holidays are closed from midnight to midnight.
func (s *Schedule) Open(t time.Time) bool {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return false // checked when it was written
	}
	t = t.In(zone)
	today := t.Format(time.DateOnly)
	if slices.ContainsFunc(s.Holidays, func(h Holiday) bool { return h.on(today) }) {
		return false
	}
	minute := t.Hour()*60 + t.Minute()
	return slices.ContainsFunc(s.Weekly, func(w WeeklyRange) bool { return w.open(t.Weekday(), minute) })
}

// on says whether day, YYYY-MM-DD, is part of the holiday.
func (h Holiday) on(day string) bool { return h.From <= day && day <= max(h.From, h.To) }

// open says whether a minute of a weekday is in the range.
func (w WeeklyRange) open(day time.Weekday, minute int) bool {
	from, _ := clockMinute(w.From)
	to, _ := clockMinute(w.To)
	if from < to {
		return w.has(day) && from <= minute && minute < to
	}
	yesterday := (day + 6) % 7
	return w.has(day) && minute >= from || w.has(yesterday) && minute < to
}

func (w WeeklyRange) has(day time.Weekday) bool { return slices.Contains(w.Days, weekdays[day]) }

// weekdays are the days' names by time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

var clockPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$`)

// clockMinute is the minute of the day, 0 to 1440.
func clockMinute(hhmm string) (int, bool) {
	if !clockPattern.MatchString(hhmm) {
		return 0, false
	}
	hour, _ := strconv.Atoi(hhmm[:2])
	minute, _ := strconv.Atoi(hhmm[3:])
	return hour*60 + minute, true
}

// Validate checks the schedule.
func (s *Schedule) Validate() error {
	var p Problems
	p.required("name", &s.Name, MaxName)
	p.timezone("timezone", s.Timezone)
	if s.Timezone == "" {
		p.Add("timezone", CodeRequired, "must not be empty")
	}
	if len(s.Weekly) > MaxWeeklyRanges {
		p.Add("weekly", CodeTooMany, "must be at most %d", MaxWeeklyRanges)
	}
	for i := range s.Weekly {
		s.Weekly[i].check(index("weekly", i), &p)
	}
	if len(s.Holidays) > MaxHolidays {
		p.Add("holidays", CodeTooMany, "must be at most %d", MaxHolidays)
	}
	for i := range s.Holidays {
		s.Holidays[i].check(index("holidays", i), &p)
	}
	return p.Err()
}

func (w *WeeklyRange) check(at string, p *Problems) {
	if len(w.Days) == 0 {
		p.Add(at+".days", CodeRequired, "must name at least one day")
	}
	for i, day := range w.Days {
		p.oneOf(index(at+".days", i), day, "mon", "tue", "wed", "thu", "fri", "sat", "sun")
		if slices.Contains(w.Days[:i], day) {
			p.Add(index(at+".days", i), CodeDuplicate, "is in the list already")
		}
	}
	from, okFrom := clockMinute(w.From)
	to, okTo := clockMinute(w.To)
	switch {
	case !okFrom || w.From == "24:00":
		p.Add(at+".from", CodeInvalid, "must be a time such as 09:00")
	case !okTo:
		p.Add(at+".to", CodeInvalid, "must be a time such as 17:30, or 24:00")
	case from == to:
		p.Add(at+".to", CodeInvalid, "must differ from from; the whole day is 00:00 to 24:00")
	}
}

func (h *Holiday) check(at string, p *Problems) {
	p.text(at+".name", &h.Name, MaxName)
	if _, err := time.Parse(time.DateOnly, h.From); err != nil {
		p.Add(at+".from", CodeInvalid, "must be a day such as 2026-12-25")
		return
	}
	if h.To == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, h.To); err != nil || h.To < h.From {
		p.Add(at+".to", CodeInvalid, "must be a day such as 2026-12-26, not before from")
	}
}
