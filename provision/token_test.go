package provision

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dialtone/store/record"
)

const newToken = "RotatedTokenRotatedToken12345678"

func (h *house) fetch(t testing.TB, token, name string) reply {
	t.Helper()
	return h.ask(t, "GET", "/p/"+token+"/"+name, "")
}

func TestRotateAtOnce(t *testing.T) {
	h := newHouse(t).serve(t)
	if got := h.fetch(t, token, config); got.status != 200 {
		t.Fatal(got.raw)
	}
	h.rotate(t, newToken, 0)
	if got := h.fetch(t, token, config); got.status != 404 {
		t.Errorf("over the old URL: %s", got.raw)
	}
	if got := h.fetch(t, newToken, config); got.status != 200 || !strings.Contains(got.body, "/p/"+newToken+"/") {
		t.Errorf("over the new URL: %s", got.raw)
	}
}

func TestRotateWithOverlap(t *testing.T) {
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	h := newHouse(t, func(s *Server) { s.Now = clock }).serve(t)
	h.fetch(t, token, config)
	h.rotate(t, newToken, time.Hour)
	got := h.fetch(t, token, config)
	if got.status != 200 || !strings.Contains(got.body, "/p/"+newToken+"/") || strings.Contains(got.body, token) {
		t.Errorf("over the old URL: %s", got.raw)
	}
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.OldToken })
	if again := h.fetch(t, newToken, config); again.body != got.body {
		t.Error("another file over the new URL")
	}
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return !s.OldToken })
	later.Store(int64(time.Hour))
	if got := h.fetch(t, token, config); got.status != 404 {
		t.Errorf("after the overlap: %s", got.raw)
	}
}

func TestDeviceBinding(t *testing.T) {
	h := newHouse(t).serve(t)
	change(t, h, h.account.ID, func(a *record.Account) { a.DeviceBinding = true })
	own := h.store.DeviceToken(h.phone)
	for range 2 { // until the own URL is used, the account's goes on
		got := h.fetch(t, token, config)
		if got.status != 200 || !strings.Contains(got.body, "/p/"+own+"/") || strings.Contains(got.body, token) {
			t.Fatalf("enrolling: %s", got.raw)
		}
		if !strings.Contains(got.body, "static.auto_provision.repeat.minutes = 1\n") {
			t.Error("not told to come again soon")
		}
	}
	if got := h.ask(t, "HEAD", "/p/"+own+"/"+config, ""); got.status != 200 {
		t.Errorf("HEAD: %s", got.raw)
	}
	if got := h.fetch(t, token, config); got.status != 200 {
		t.Errorf("HEAD has bound the phone: %s", got.raw)
	}
	got := h.fetch(t, own, config)
	if got.status != 200 || strings.Contains(got.body, "static.auto_provision.repeat.minutes = 1\n") {
		t.Errorf("over its own URL: %s", got.raw)
	}
	h.wantBound(t, own)
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.BoundEpoch == 1 && s.FetchedHash != 0 })
	if h.server.outdated(h.phone.ID) {
		t.Error("the phone would be told to fetch what it has")
	}
	for name, status := range map[string]int{"805ec0010204.cfg": 404, "y000000000108.cfg": 404, "phonebook.xml": 200} {
		if got := h.fetch(t, own, name); got.status != status {
			t.Errorf("%s over the phone's own URL: %s", name, got.raw)
		}
	}
	if got := h.fetch(t, token, "805ec0010204.cfg"); got.status != 200 {
		t.Errorf("another phone over the account's URL: %s", got.raw)
	}

	h.stop() // and start: it is on disk
	h.server = h.newServer()
	h.serve(t)
	h.wantBound(t, own)

	h.rearm(t, false)
	if got := h.fetch(t, own, config); got.status != 404 {
		t.Errorf("over the URL it was armed with before: %s", got.raw)
	}
	if got := h.fetch(t, token, config); got.status != 200 || strings.Contains(got.body, own) {
		t.Errorf("armed again: %s", got.raw)
	}
}

// rearm arms the phone again and returns its new token.
func (h *house) rearm(t testing.TB, keep bool) string {
	t.Helper()
	change(t, h, h.phone.ID, func(d *record.Device) { d.Rearm(h.server.now(), keep); h.phone = d })
	return h.store.DeviceToken(h.phone)
}

// A phone that has only the URL of before it was armed again is led to the new one.
func TestRearmedPhoneFollows(t *testing.T) {
	h := newHouse(t).serve(t)
	change(t, h, h.account.ID, func(a *record.Account) { a.DeviceBinding = true })
	own := h.store.DeviceToken(h.phone)
	h.fetch(t, own, config)
	next := h.rearm(t, true)
	for name, tok := range map[string]string{"its old URL": own, "the account's URL": token} {
		got := h.fetch(t, tok, config)
		if got.status != 200 || !strings.Contains(got.body, "/p/"+next+"/") {
			t.Errorf("armed again, over %s: %s", name, got.raw)
		}
		if !strings.Contains(got.body, "static.auto_provision.repeat.minutes = 1\n") {
			t.Errorf("armed again, over %s: not told to come again soon", name)
		}
	}
	for name, status := range map[string]int{"805ec0010204.cfg": 404, "phonebook.xml": 200} {
		if got := h.fetch(t, own, name); got.status != status {
			t.Errorf("%s over its old URL: %s", name, got.raw)
		}
	}
	if got := h.ask(t, "HEAD", "/p/"+next+"/"+config, ""); got.status != 200 {
		t.Errorf("HEAD: %s", got.raw)
	}
	if got := h.fetch(t, own, config); got.status != 200 {
		t.Errorf("HEAD over the new URL has ended the old one: %s", got.raw)
	}
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.OldToken })
	if got := h.fetch(t, next, config); got.status != 200 || strings.Contains(got.body, "static.auto_provision.repeat.minutes = 1\n") {
		t.Errorf("over its new URL: %s", got.raw)
	}
	h.wantBound(t, next)
	for _, name := range []string{config, "phonebook.xml", "805ec0010203-local.cfg"} {
		if got := h.fetch(t, own, name); got.status != 404 {
			t.Errorf("%s over its old URL after the new one was used: %s", name, got.raw)
		}
	}
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.BoundEpoch == 2 && !s.OldToken })
	refused, led := false, false
	eventually(t, func() bool {
		for _, ev := range h.events(t, 0) {
			refused = refused || ev.Result == record.FetchBound && strings.Contains(ev.Detail, "it has used the new one since")
			led = led || ev.Result == record.FetchServed && strings.HasSuffix(ev.Detail, "before it was armed again")
		}
		return refused && led
	})
}

func TestRearmedOldURLEnds(t *testing.T) {
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	h := newHouse(t, func(s *Server) { s.Now = clock }).serve(t)
	change(t, h, h.account.ID, func(a *record.Account) { a.DeviceBinding = true })
	own := h.store.DeviceToken(h.phone)
	h.fetch(t, own, config)
	h.rearm(t, true)
	later.Store(int64(record.OldURLLife - time.Minute))
	if got := h.fetch(t, own, config); got.status != 200 {
		t.Errorf("shortly before a day is over: %s", got.raw)
	}
	later.Store(int64(record.OldURLLife))
	if got := h.fetch(t, own, config); got.status != 404 {
		t.Errorf("after a day: %s", got.raw)
	}
	if got := h.fetch(t, token, config); got.status != 200 {
		t.Errorf("over the account's URL: %s", got.raw)
	}
}

func (h *house) wantBound(t *testing.T, own string) {
	t.Helper()
	if got := h.fetch(t, token, config); got.status != 404 {
		t.Errorf("bound, over the account's URL: %s", got.raw)
	}
	if got := h.fetch(t, own, config); got.status != 200 {
		t.Errorf("bound, over its own URL: %s", got.raw)
	}
	if got := h.ask(t, "PUT", "/p/"+token+"/805ec0010203-local.cfg", "abc", "Content-Length: 3"); got.status != 404 {
		t.Errorf("bound, upload over the account's URL: %s", got.raw)
	}
}

// Without the account's setting both URLs work: phones come back to the account's.
func TestBindingOff(t *testing.T) {
	h := newHouse(t).serve(t)
	own := h.store.DeviceToken(h.phone)
	for _, tok := range []string{own, token, own} {
		if got := h.fetch(t, tok, config); got.status != 200 || !strings.Contains(got.body, "/p/"+token+"/") {
			t.Errorf("%s", got.raw)
		}
	}
}

func TestDisabledDevicePhonebook(t *testing.T) {
	h := newHouse(t).serve(t)
	own := h.store.DeviceToken(h.phone)
	change(t, h, h.phone.ID, func(d *record.Device) { d.Enabled = false })
	if got := h.fetch(t, own, "phonebook.xml"); got.status != 404 {
		t.Errorf("%s", got.raw)
	}
}
