package route

import (
	"slices"
	"time"

	"dialtone/store/record"
)

// How long a call back from the emergency centre rings the phone that called, and then that phone and whatever else
// is its user's.
const (
	callbackFirst = 20 * time.Second
	callbackAll   = 60 * time.Second
)

// calledBack takes a call to the callback number of a call for help: it goes to the phone that called, or to all that
// did when they share the number, past do not disturb, forwards, schedules and queues. Only when nobody takes it there,
// it goes where the number leads.
func (r *router) calledBack(c Caller, trunks []*record.ProviderAccount, dialled string) bool {
	if c.Window == nil {
		return false
	}
	for _, called := range append([]string{dialled}, c.Called...) {
		digits, ok := clean(called)
		if !ok {
			continue
		}
		for _, t := range trunks {
			if w, ok := r.window(c, t, digits); ok && r.ringCaller(c, t, &w) {
				return true
			}
		}
	}
	return false
}

// window is the window of the number that digits are by the rules of a trunk's account.
func (r *router) window(c Caller, t *record.ProviderAccount, digits string) (Window, bool) {
	if a := r.dir.Account(t.Account); a != nil {
		if e164, form := normal(a.Region, digits); form == formNumber {
			if w, ok := c.Window(t.Account, e164); ok {
				return w, true
			}
		}
	}
	if digits[0] == '+' {
		return c.Window(t.Account, digits)
	}
	return c.Window(t.Account, "+"+digits)
}

// ringCaller plans the call back; false when no phone that called has a line any more and their users have none.
func (r *router) ringCaller(c Caller, t *record.ProviderAccount, w *Window) bool {
	was := r.d
	r.accept(c, t)
	var first []Target
	for _, called := range append([]Window{*w}, w.Earlier...) {
		for _, t := range r.windowLine(&called) {
			first = add(first, t)
		}
	}
	all := slices.Clone(first)
	for _, called := range append([]Window{*w}, w.Earlier...) {
		if u := r.dir.User(called.User); called.User != "" && u != nil {
			all, _ = r.userLines(u, all)
		}
	}
	for i := range all {
		all[i].Single = false
	}
	if len(all) == 0 {
		r.d, r.account = was, nil
		return false
	}
	r.led = true
	r.called(w.Number)
	r.d.Kind, r.d.Window = Ring, w
	r.d.Plan = &Plan{Stages: []Stage{{Targets: all, Timeout: callbackAll}}}
	if len(first) > 0 && len(all) > len(first) {
		r.d.Plan.Stages = []Stage{{Targets: first, Timeout: callbackFirst}, {Targets: all, Timeout: callbackAll}}
	}
	if n := r.dir.Number(w.Number); n != nil && n.Account == r.d.Account {
		r.d.Number = n.ID
		if n.Target != nil {
			next := &Hop{Target: n.Target}
			r.d.Plan.OnBusy, r.d.Plan.OnNoAnswer, r.d.Plan.OnUnreachable = next, next, next
		}
	}
	return true
}

// windowLine is the line that called.
func (r *router) windowLine(w *Window) []Target {
	if l, ok := r.dir.Line(w.Credential); ok && w.Credential != "" {
		var u *record.User
		if l.Line.User != "" {
			u = r.dir.User(l.Line.User)
		}
		t := r.lineTarget(l, u)
		t.Single = false
		return []Target{t}
	}
	if w.AOR == "" {
		return nil
	}
	return []Target{{AOR: w.AOR, Credential: w.Credential, Shown: r.inside()}}
}
