package call

import "testing"

// However many phones rang in vain, a call's record tells of those who talked.
func TestRecordKeepsWhoTalked(t *testing.T) {
	c := &Call{}
	for n := 1; n <= 2*maxRecordedLegs; n++ {
		c.recordLeg(&leg{dialogue: &scripted{id: "phone"}, number: n, uri: "rang"})
	}
	c.recordLeg(&leg{dialogue: &scripted{id: "agent"}, number: 2*maxRecordedLegs + 1, uri: "agent", answered: true})
	c.recordLeg(&leg{dialogue: &scripted{id: "caller"}, uri: "caller", answered: true})
	legs := c.record.Legs
	if n := len(legs); n != maxRecordedLegs+2 || legs[0].URI != "caller" || legs[n-1].URI != "agent" {
		t.Errorf("%d legs: %+v … %+v", n, legs[0], legs[n-1])
	}
}
