package route

import (
	"slices"
	"testing"
	"time"

	"dialtone/e911/number"
	"dialtone/store/record"
)

// empty knows nothing, a world in which everything fails.
type empty struct {
	Directory
	account *record.Account
	line    *Line
}

func (e empty) Account(record.ID) *record.Account                            { return e.account }
func (e empty) User(record.ID) *record.User                                  { return nil }
func (e empty) Device(record.ID) *record.Device                              { return nil }
func (e empty) Location(record.ID) *record.Location                          { return nil }
func (e empty) RingGroup(record.ID) *record.RingGroup                        { return nil }
func (e empty) Extension(record.ID, string) *record.Extension                { return nil }
func (e empty) Extensions(record.ID, record.Target) []*record.Extension      { return nil }
func (e empty) NumberByID(record.ID) *record.Number                          { return nil }
func (e empty) CallQueue(id record.ID) *record.CallQueue                     { return nil }
func (e empty) ProviderAccounts(account record.ID) []*record.ProviderAccount { return nil }
func (e empty) Line(record.ID) (Line, bool) {
	if e.line == nil {
		return Line{}, false
	}
	return *e.line, true
}

// refusalsAgainstHelp is, for each way a call can be refused, a caller to whom it would apply. None has a row of its
// own without being tried with every number that calls for help.
var refusalsAgainstHelp = map[refused]func(*empty, *Caller){
	refusedNotFound:     func(*empty, *Caller) {},
	refusedIncomplete:   func(*empty, *Caller) {},
	refusedNoTarget:     func(*empty, *Caller) {},
	refusedNoLine:       func(e *empty, _ *Caller) { e.line = nil },
	refusedNoUser:       func(e *empty, _ *Caller) { e.line.Line.User = "" },
	refusedStranger:     func(e *empty, c *Caller) { e.account, c.Account = nil, "" },
	refusedEmergency:    func(_ *empty, c *Caller) { c.Behalf = &Identity{Trunk: "prva_1"} },
	refusedSelf:         func(*empty, *Caller) {},
	refusedDoNotDisturb: func(*empty, *Caller) {},
	refusedNoPhone:      func(*empty, *Caller) {},
	refusedLoop:         func(_ *empty, c *Caller) { c.Diverted = 99 },
	refusedTooFar:       func(_ *empty, c *Caller) { c.Diverted = MaxDiversions },
	refusedNoTrunk:      func(*empty, *Caller) {},
	refusedNotAvailable: func(e *empty, _ *Caller) { e.account.VoicemailNumber = "" },
	refusedBusy:         func(*empty, *Caller) {},
	refusedNoAnswer:     func(*empty, *Caller) {},
	refusedUnreachable:  func(*empty, *Caller) {},
	refusedDeclined:     func(*empty, *Caller) {},
}

func TestNoRefusalStopsACallForHelp(t *testing.T) {
	for why := range refusedEnd {
		apply, ok := refusalsAgainstHelp[why]
		if !ok {
			t.Errorf("refusal %d (%s) has no row: show that it cannot stop a call for help", why, refusals[why].Text)
			continue
		}
		for _, dialled := range []string{"911", "9911", "8911", "7911", "1911", "*911", "9-1-1", "+911", "911#", "911;user=phone", "*67911", "sos", "urn:service:sos", "933", "+933", "*67933", "112"} {
			dir := empty{account: record.NewAccount(), line: &Line{Device: &record.Device{}, Line: &record.Line{}}}
			c := Caller{Account: "acct_1", Credential: "cred_1", Private: true}
			apply(&dir, &c)
			if dir.account == nil && dialled == "112" {
				continue // counts in a region only
			}
			d := Decide(dir, c, dialled, time.Unix(0, 0))
			want := number.Emergency
			if len(dialled) >= 3 && dialled[len(dialled)-3:] == "933" {
				want = number.Test
			}
			if d.Kind != Emergency || d.Emergency.Class != want {
				t.Errorf("%s, %s: %s %+v", refusals[why].Text, dialled, d.Kind, d.Refusal)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	for why, r := range refusals {
		if r.Status < 400 || r.Status > 699 || r.Phrase == "" || r.Cause < 1 || r.Cause > 127 || r.Text == "" {
			t.Errorf("refusal %d is not complete: %+v", why, r)
		}
		if !slices.Contains(record.CallReasons(), r.Reason) {
			t.Errorf("refusal %d has a reason of its own: %q", why, r.Reason)
		}
	}
}
