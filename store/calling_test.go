package store

import (
	"fmt"
	"slices"
	"testing"

	"dialtone/store/record"
)

func did(account record.ID, e164 string, target *record.Target) *record.Number {
	n := record.NewNumber()
	n.Account, n.Number, n.Target = account, e164, target
	return n
}

func group(account record.ID, name string, members ...record.Target) *record.RingGroup {
	g := record.NewRingGroup()
	g.Account, g.Name, g.Members = account, name, members
	return g
}

func carrier(account record.ID, name string, position int) *record.ProviderAccount {
	p := record.NewProviderAccount()
	p.Account, p.Name, p.Position, p.Provider = account, name, position, record.ProviderSIP
	p.Trunk.Hosts = []string{"sip.example.com"}
	return p
}

func outside(number string) record.Target {
	return record.Target{Type: record.TargetExternal, Number: number}
}

// TestCallingRules are the rules of calling that look beyond one record.
func TestCallingRules(t *testing.T) {
	const accepted = "accepted"
	toAnn := func(w *world) *record.Target { return &record.Target{Type: record.TargetUser, ID: w.user.ID} }
	busy := func(destination string) record.Forwarding {
		return record.Forwarding{NoAnswerSeconds: 20, Busy: &record.ForwardRule{Destination: destination}}
	}
	cases := map[string]struct {
		do   func(w *world, tx *Tx) error
		want string
	}{
		"number": {func(w *world, tx *Tx) error { return tx.Create(did(w.account.ID, "+13125550100", toAnn(w))) }, accepted},
		"number of another account": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			if err := tx.Create(did(o.account.ID, "+13125550100", nil)); err != nil {
				return err
			}
			return tx.Create(did(w.account.ID, "+1 312 555 0100", nil))
		}, "number:not_unique"},
		"number to another account's user": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			return tx.Create(did(w.account.ID, "+13125550100", &record.Target{Type: record.TargetUser, ID: o.user.ID}))
		}, "target.id:not_found"},
		"number that is the account's emergency number": {func(w *world, tx *Tx) error {
			w.account.EmergencyNumbers = []string{"+13125550100"}
			if err := tx.Replace(w.account, 0); err != nil {
				return err
			}
			return tx.Create(did(w.account.ID, "+13125550100", nil))
		}, "number:reserved"},
		"number to a line there is not": {func(w *world, tx *Tx) error {
			return tx.Create(did(w.account.ID, "+13125550100", &record.Target{Type: record.TargetDeviceLine, ID: w.device.ID, Line: 9}))
		}, "target.line:not_found"},
		"line goes that a group rings": {func(w *world, tx *Tx) error {
			g := group(w.account.ID, "Sales", record.Target{Type: record.TargetDeviceLine, ID: w.device.ID, Line: 1})
			if err := tx.Create(g); err != nil {
				return err
			}
			w.device.Lines = nil
			return tx.Replace(w.device, 0)
		}, "lines:in_use"},
		"user goes whom a group rings": {func(w *world, tx *Tx) error {
			if err := tx.Create(group(w.account.ID, "Sales", *toAnn(w))); err != nil {
				return err
			}
			if err := tx.Delete(w.extension.ID, 0); err != nil {
				return err
			}
			w.template.Buttons, w.device.Lines[0].User = nil, ""
			if err := tx.Replace(w.template, 0); err != nil {
				return err
			}
			if err := tx.Replace(w.device, 0); err != nil {
				return err
			}
			return tx.Delete(w.user.ID, 0)
		}, ":in_use"},
		"group's name taken": {func(w *world, tx *Tx) error {
			if err := tx.Create(group(w.account.ID, "Sales")); err != nil {
				return err
			}
			return tx.Create(group(w.account.ID, "SALES"))
		}, "name:not_unique"},
		"groups overflow in a circle": {func(w *world, tx *Tx) error {
			a, b := group(w.account.ID, "A"), group(w.account.ID, "B")
			if err := tx.Create(a); err != nil {
				return err
			}
			b.Overflow = &record.Target{Type: record.TargetRingGroup, ID: a.ID}
			if err := tx.Create(b); err != nil {
				return err
			}
			a.Overflow = &record.Target{Type: record.TargetRingGroup, ID: b.ID}
			return tx.Replace(a, 0)
		}, "overflow:invalid"},
		"group overflows into itself": {func(w *world, tx *Tx) error {
			a := group(w.account.ID, "A")
			if err := tx.Create(a); err != nil {
				return err
			}
			a.Overflow = &record.Target{Type: record.TargetRingGroup, ID: a.ID}
			return tx.Replace(a, 0)
		}, "overflow:invalid"},
		"group rings an emergency number": {func(w *world, tx *Tx) error {
			w.account.EmergencyNumbers = []string{"+13125550100"}
			if err := tx.Replace(w.account, 0); err != nil {
				return err
			}
			return tx.Create(group(w.account.ID, "Sales", outside("+13125550100")))
		}, "members[0].number:invalid"},
		"user rings himself": {func(w *world, tx *Tx) error {
			w.user.SimultaneousRing = []record.Target{*toAnn(w)}
			return tx.Replace(w.user, 0)
		}, "simultaneous_ring[0].id:invalid"},
		"forward to an extension": {func(w *world, tx *Tx) error {
			w.user.Forwarding = busy("1002")
			return tx.Replace(w.user, 0)
		}, accepted},
		"forward to 911": {func(w *world, tx *Tx) error {
			w.user.Forwarding = busy("911")
			return tx.Replace(w.user, 0)
		}, "forwarding.busy.destination:invalid"},
		"forward to 9911": {func(w *world, tx *Tx) error {
			w.user.Forwarding = busy("9-911")
			return tx.Replace(w.user, 0)
		}, "forwarding.busy.destination:invalid"},
		"forward to a location's emergency number": {func(w *world, tx *Tx) error {
			if err := tx.Create(london(w.account.ID)); err != nil {
				return err
			}
			w.user.Forwarding = busy("999")
			return tx.Replace(w.user, 0)
		}, "forwarding.busy.destination:invalid"},
		"forward by a schedule there is not": {func(w *world, tx *Tx) error {
			w.user.Forwarding = busy("1002")
			w.user.Forwarding.Busy.Schedule = record.NewID(record.KindSchedule, tx.Now())
			return tx.Replace(w.user, 0)
		}, "forwarding.busy.schedule:not_found"},
		"emergency number a user forwards to": {func(w *world, tx *Tx) error {
			w.user.Forwarding = busy("4242")
			if err := tx.Replace(w.user, 0); err != nil {
				return err
			}
			w.account.EmergencyNumbers = []string{"4242"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"emergency number an extension leads to": {func(w *world, tx *Tx) error {
			if err := tx.Create(extension(w.account.ID, "1002", outside("+13125550100"))); err != nil {
				return err
			}
			w.account.EmergencyNumbers = []string{"+13125550100"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"fallback to an emergency number": {func(w *world, tx *Tx) error {
			to := outside("+13125550100")
			w.account.EmergencyNumbers, w.account.ParkFallback = []string{"+13125550100"}, &to
			return tx.Replace(w.account, 0)
		}, "park_fallback.number:invalid"},
		"carrier a domain names goes": {func(w *world, tx *Tx) error {
			c := carrier(w.account.ID, "Carrier", 0)
			if err := tx.Create(c); err != nil {
				return err
			}
			w.domain.ProviderAccount = c.ID
			if err := tx.Replace(w.domain, 0); err != nil {
				return err
			}
			return tx.Delete(c.ID, 0)
		}, ":in_use"},
		"too many carriers": {func(w *world, tx *Tx) error {
			for i := range record.MaxProviderAccounts + 1 {
				if err := tx.Create(carrier(w.account.ID, fmt.Sprint("Carrier ", i), i)); err != nil {
					return err
				}
			}
			return nil
		}, ":limit_reached"},
		"too many webhooks": {func(w *world, tx *Tx) error {
			for range record.MaxWebhooks + 1 {
				h := record.NewWebhook()
				h.Account, h.URL, h.Events = w.account.ID, "https://hooks.example.com/", []string{"call.*"}
				if err := tx.Create(h); err != nil {
					return err
				}
			}
			return nil
		}, ":limit_reached"},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if got := w.refused(func(tx *Tx) error { return tt.do(w, tx) }); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			checkIndex(t, w.Store)
		})
	}
}

// What routing looks up follows every change.
func TestCallView(t *testing.T) {
	w := newWorld(t)
	number := did(w.account.ID, "+13125550100", nil)
	first, second := carrier(w.account.ID, "First", 2), carrier(w.account.ID, "Second", 1)
	low := extension(w.account.ID, "1000", record.Target{Type: record.TargetUser, ID: w.user.ID})
	update(t, w.Store, func(tx *Tx) error {
		for _, r := range []record.Record{number, first, second, low} {
			r.Header().ID = ""
			if err := tx.Create(r); err != nil {
				return err
			}
		}
		return nil
	})
	providers := func(v *View) (names []string) {
		for _, p := range v.ProviderAccounts(w.account.ID) {
			names = append(names, p.Name)
		}
		return names
	}
	w.View(func(v *View) {
		if n, ok := v.Number("+13125550100"); !ok || n.ID != number.ID {
			t.Errorf("number %v, %v", n, ok)
		}
		if e, ok := v.ExtensionByNumber(w.account.ID, "1001"); !ok || e.ID != w.extension.ID {
			t.Errorf("extension %v, %v", e, ok)
		}
		if list := v.ExtensionsOf(w.user.ID); len(list) != 2 || list[0].Number != "1000" {
			t.Errorf("extensions of the user: %v", list)
		}
		lines := v.LinesOf(w.user.ID)
		if len(lines) != 1 || lines[0].AOR() != "ann@pbx1.example" || lines[0].Device.ID != w.device.ID || lines[0].Line.Line != 1 {
			t.Errorf("lines %+v", lines)
		}
		if l, ok := v.DeviceLine(w.device.ID, 1); !ok || l.AOR() != "ann@pbx1.example" {
			t.Errorf("line %+v, %v", l, ok)
		}
		if _, ok := v.DeviceLine(w.device.ID, 2); ok {
			t.Error("a line there is not")
		}
		if got := providers(v); !slices.Equal(got, []string{"Second", "First"}) {
			t.Errorf("provider accounts %q", got)
		}
		if all := v.AllProviderAccounts(); len(all) != 2 || all[0].Name != "Second" {
			t.Errorf("all provider accounts %v", all)
		}
	})
	update(t, w.Store, func(tx *Tx) error {
		first.Position, number.Number = 0, "+13125550101"
		w.device.Lines[0].User = ""
		for _, r := range []record.Record{first, number, w.device} {
			if err := tx.Replace(r, 0); err != nil {
				return err
			}
		}
		return tx.Delete(low.ID, 0)
	})
	w.View(func(v *View) {
		_, old := v.Number("+13125550100")
		_, renamed := v.Number("+13125550101")
		if old || !renamed || len(v.LinesOf(w.user.ID)) != 0 || len(v.ExtensionsOf(w.user.ID)) != 1 {
			t.Error("look-ups are of before")
		}
		if got := providers(v); !slices.Equal(got, []string{"First", "Second"}) {
			t.Errorf("provider accounts %q", got)
		}
	})
	checkIndex(t, w.Store)
}

// randomCalling creates and changes what routing looks up.
func randomCalling(tx *Tx, o office, n, what int) error {
	account := o.account.ID
	to := record.Target{Type: record.TargetUser, ID: o.user.ID}
	switch what {
	case 0:
		return tx.Create(did(account, fmt.Sprintf("+1312555010%d", n), &to))
	case 1:
		return tx.Create(carrier(account, fmt.Sprint("Carrier ", n), n%3))
	case 2:
		return tx.Create(group(account, fmt.Sprint("Group ", n), to))
	case 3:
		p, err := some[*record.ProviderAccount](tx, account, n)
		if err != nil {
			return err
		}
		p.Position = n
		return tx.Replace(p, 0)
	case 4:
		return tx.Create(queueOf(account, fmt.Sprint("Queue ", n), o.user.ID))
	case 5:
		q, err := some[*record.CallQueue](tx, account, n)
		if err != nil {
			return err
		}
		_, _, err = tx.SetQueueAgent(q.ID, o.user.ID, AgentState{State: record.AgentStates()[n%3]})
		return err
	case 6:
		q, err := some[*record.CallQueue](tx, account, n)
		if err != nil {
			return err
		}
		q.Members = nil
		return tx.Replace(q, 0)
	}
	d, err := some[*record.Device](tx, account, n)
	if err != nil {
		return err
	}
	for i := range d.Lines {
		d.Lines[i].User = o.user.ID
	}
	return tx.Replace(d, 0)
}
