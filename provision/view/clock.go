package view

import (
	"sync"

	"dialtone/provision/render"
	"dialtone/provision/render/zone"
)

// clocks remembers how zones keep time: finding it out walks 28 years. There are some 600 zones and one year at a
// time, which bounds it.
type clocks struct {
	mu    sync.Mutex
	year  int
	known map[string]render.Clock
}

// of is the clock of an IANA zone in a year; UTC for a zone that is unknown here.
func (c *clocks) of(timezone string, year int) render.Clock {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.year != year || c.known == nil {
		c.year, c.known = year, map[string]render.Clock{}
	}
	clock, ok := c.known[timezone]
	if !ok {
		clock = compute(timezone, year)
		c.known[timezone] = clock
	}
	return clock
}

func compute(timezone string, year int) render.Clock {
	rule, err := zone.Compute(timezone, year)
	if err != nil {
		return render.Clock{Rule: zone.Rule{Expressible: true}}
	}
	clock := render.Clock{Rule: rule}
	if !rule.Expressible {
		clock.Dates, _ = zone.Dates(timezone, year) // the zone is known, Compute just read it
	}
	return clock
}
