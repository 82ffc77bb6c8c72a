package pidflo

import "strings"

// Civic is a civic address by the element names of RFC 5139 section 3.1. Empty fields are
// not written.
type Civic struct {
	Country string // ISO 3166-1 alpha-2
	A1      string // state or province
	A2      string // county
	A3      string // city
	PRD     string // leading street direction
	RD      string // street name
	STS     string // street suffix
	POD     string // trailing street direction
	HNO     string // house number
	HNS     string // house number suffix
	LMK     string // landmark
	LOC     string // additional location information
	FLR     string // floor
	NAM     string // name: business or occupant
	PC      string // postal code
	BLD     string // building
	UNIT    string // unit
	ROOM    string // room
	PCN     string // postal community name
}

// element is one field with its element's name.
type element struct {
	name  string
	value *string
}

// elements are the fields in the order of the schema (RFC 5139 section 4).
func (c *Civic) elements() []element {
	return []element{
		{"country", &c.Country},
		{"A1", &c.A1},
		{"A2", &c.A2},
		{"A3", &c.A3},
		{"PRD", &c.PRD},
		{"RD", &c.RD},
		{"STS", &c.STS},
		{"POD", &c.POD},
		{"HNO", &c.HNO},
		{"HNS", &c.HNS},
		{"LMK", &c.LMK},
		{"LOC", &c.LOC},
		{"FLR", &c.FLR},
		{"NAM", &c.NAM},
		{"PC", &c.PC},
		{"BLD", &c.BLD},
		{"UNIT", &c.UNIT},
		{"ROOM", &c.ROOM},
		{"PCN", &c.PCN},
	}
}

// IsZero says whether there is nothing in it.
func (c *Civic) IsZero() bool { return *c == Civic{} }

// Lines are the address as people write it: street, place, country, each without what is
// not known. What is inside of a house is in Inside.
func (c *Civic) Lines() []string {
	var lines []string
	for _, parts := range [][]string{
		{c.HNO, c.HNS, c.PRD, c.RD, c.STS, c.POD},
		{c.A3, c.A1, c.PC},
		{c.Country},
	} {
		if line := joined(" ", parts...); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Inside is where in or at the house, abbreviated as emergency centres do; empty when
// nothing is known.
func (c *Civic) Inside() string {
	return joined(", ", marked("BLDG", c.BLD), marked("FL", c.FLR), marked("UNIT", c.UNIT), marked("RM", c.ROOM), c.LOC, c.LMK)
}

func marked(mark, value string) string {
	if value == "" {
		return ""
	}
	return mark + " " + value
}

func joined(between string, parts ...string) string {
	var list []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, between)
}
