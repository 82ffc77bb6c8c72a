// Package zone turns an IANA time zone into what phones are told: an offset, and when summer time starts and ends
// as "the second Sunday of March at 2".
//
// Phones keep the rule for years, so a rule must hold for years: it is taken from a whole 28-year cycle of the
// calendar and not from the current year's dates. Zones whose switches follow no such rule (Morocco and Gaza pause
// for Ramadan, Israel and Greenland switch on the day before or after a week's day) are reported as not Expressible
// and can be given by [Dates], one year at a time.
//
// The zone database is the one package time finds: the system's, or time/tzdata where that is linked in.
package zone
