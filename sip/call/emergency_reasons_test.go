package call

import (
	"testing"
	"time"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// againstHelp is, for each reason a call of ours can end with, a room in which it would end
// another call; nil where no one's call is refused for it before two talk. A new reason
// without a row fails the test.
var againstHelp = map[string]func(t *testing.T, p *pbx){
	record.ReasonNormal:          nil,
	record.ReasonCallerCancelled: nil,
	record.ReasonNoAnswer:        nil,
	record.ReasonUserBusy:        nil,
	record.ReasonDoNotDisturb: func(t *testing.T, p *pbx) {
		p.change(t, "ann", func(u *record.User) { u.DoNotDisturb = true })
	},
	record.ReasonDeclined: nil,
	record.ReasonNotFound: func(t *testing.T, p *pbx) { p.edit(t, func(a *record.Account) { a.Region = "XK" }) },
	record.ReasonNotRegistered: func(_ *testing.T, p *pbx) {
		p.mu().Lock()
		defer p.mu().Unlock()
		p.bindings = nil
	},
	record.ReasonUnreachable:  nil,
	record.ReasonNoPermission: func(_ *testing.T, p *pbx) { p.noCalls() },
	record.ReasonNoTrunk: func(t *testing.T, p *pbx) {
		p.editTrunk(t, func(a *record.ProviderAccount) { a.Enabled = false })
	},
	record.ReasonTrunkFailed: func(t *testing.T, p *pbx) {
		p.editTrunk(t, func(a *record.ProviderAccount) { a.Trunk.Emergency = false })
	},
	record.ReasonTrunkLimit: func(_ *testing.T, p *pbx) { p.fillTrunk() },
	record.ReasonIncompatibleMedia: func(t *testing.T, p *pbx) {
		p.editTrunk(t, func(a *record.ProviderAccount) { a.Trunk.Codecs = []string{record.CodecOpus} })
	},
	record.ReasonNoMedia:        func(_ *testing.T, p *pbx) { p.set(func(m *Manager) { m.sounds = nil }) },
	record.ReasonSessionExpired: nil,
	record.ReasonLoop:           nil,
	record.ReasonForbidden: func(t *testing.T, p *pbx) { // the credential may register only
		var id record.ID
		p.records.store.View(func(v *store.View) {
			store.Each(v, p.account, func(a *record.Attachment) bool { id = a.ID; return false })
		})
		edited(t, p.records.store, id, func(a *record.Attachment) { a.Use = record.UseRegistrations })
	},
	record.ReasonTransferred:        nil,
	record.ReasonAdminHangup:        nil, // Hangup does not touch it: TestEmergencyIsNotHungUp
	record.ReasonShuttingDown:       func(_ *testing.T, p *pbx) { p.draining.Store(true) },
	record.ReasonTimeout:            nil,
	record.ReasonProtocolError:      nil,
	record.ReasonCompletedElsewhere: nil,
	record.ReasonFaxLimit:           nil, // calls to a fax number alone end so
	record.ReasonQueueFull:          nil, // calls to a queue alone end so
	record.ReasonQueueEmpty:         nil,
	record.ReasonQueueTimeout:       nil,
	record.ReasonAbandoned:          nil,
	record.ReasonInternalError: func(_ *testing.T, p *pbx) {
		p.set(func(m *Manager) {
			m.route = func(route.Directory, route.Caller, string, time.Time) route.Decision { panic("a fault") }
		})
	},
}

// set changes the manager for the calls to come.
func (p *pbx) set(edit func(m *Manager)) {
	p.Manager.mu.Lock()
	defer p.Manager.mu.Unlock()
	edit(p.Manager)
}

// edit changes the account, editTrunk the trunk.
func (r *records) edit(t *testing.T, edit func(*record.Account)) { edited(t, r.store, r.account, edit) }

func (r *records) editTrunk(t *testing.T, edit func(*record.ProviderAccount)) {
	edited(t, r.store, r.trunk, edit)
}

func edited[T record.Record](t *testing.T, s *store.Store, id record.ID, edit func(T)) {
	t.Helper()
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		r, err := store.Load[T](tx, id)
		if err != nil {
			return err
		}
		edit(r)
		return tx.Replace(r, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoReasonStopsACallForHelp(t *testing.T) {
	for _, reason := range record.CallReasons() {
		apply, ok := againstHelp[reason]
		if !ok {
			t.Errorf("reason %q has no row: show that it cannot stop a call for help", reason)
		}
		if apply == nil {
			continue
		}
		t.Run(reason, func(t *testing.T) {
			p := newPBX(t)
			carrier, ann := p.carrier(), p.phone("ann")
			apply(t, p)
			a := ann.Dial(t, "911")
			ringing(t, carrier).Answer(t)
			a.Await(t, 200)
			a.Hangup(t)
			p.quiet()
		})
	}
}

// TestEmergencyIsNotHungUp: not by an administrator.
func TestEmergencyIsNotHungUp(t *testing.T) {
	p := newPBX(t)
	carrier := p.carrier()
	a := p.phone("ann").Dial(t, "911")
	c := ringing(t, carrier)
	c.Answer(t)
	a.Await(t, 200)
	for _, info := range p.Active(p.account) {
		if err := p.Hangup(info.Account, info.ID); err == nil {
			t.Error("a call for help was hung up")
		}
	}
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	p.quiet()
}
