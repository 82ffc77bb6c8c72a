package e911

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/internal/outbox"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// blockStore keeps the committer busy until the function it returns is called.
func (r *room) blockStore() (release func()) {
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = r.store.UpdateUrgent(context.Background(), func(*store.Tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		close(leave)
		<-done
	}
}

// TestNothingWaits: with the disk stuck every step of a call returns, and what was told
// meanwhile is written in order once it moves.
func TestNothingWaits(t *testing.T) {
	r := newRoom(t)
	release := r.blockStore()
	r.place("call_1")
	r.Failed("call_1", "prva_1", 503)
	r.Answered("call_1", "prva_1")
	r.Ended("call_1", record.HungUpByCallee, false)
	if n := r.slots.inUse(); n != 1 {
		t.Errorf("%d slots in use, want 1", n)
	}
	if page, err := r.store.EmergencyCalls(store.EmergencyQuery{Account: "acct_1"}); err != nil || len(page.Items) != 0 {
		t.Errorf("written already: %v %v", page.Items, err)
	}
	release()
	c, mails := r.mailed(record.StageEnded)
	var said []string
	for _, m := range c.Mails {
		if m.Address == "desk@example.com" {
			said = append(said, m.Stage)
		}
	}
	if diff := cmp.Diff([]string{"started", "answered", "ended"}, said); diff != "" || len(mails) != 9 {
		t.Errorf("%d mails %s", len(mails), diff)
	}
	if c.Outcome != record.EmergencyEnded || c.HungUpBy != record.HungUpByCallee || len(c.Attempts) != 2 {
		t.Errorf("call %+v", c)
	}
	started, ended := mails["desk@example.com started"], mails["desk@example.com ended"]
	if !strings.Contains(started.Text, "this address, in the call itself: 233 N Michigan Ave") {
		t.Errorf("what was sent is not told:\n%s", started.Text)
	}
	if h := header(ended, "References"); h != "<"+started.MessageID+">" {
		t.Errorf("the mails are no thread: %q", h)
	}
	if header(started, HeaderEvent) != c.ID {
		t.Errorf("headers %v", started.Headers)
	}
	r.settled("slot let go", func(*record.EmergencyCall) bool { return r.slots.inUse() == 0 })
}

func header(m *outbox.Mail, name string) string {
	for _, h := range m.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// TestMoreCallsThanSlots: those beyond go straight to their transactions.
func TestMoreCallsThanSlots(t *testing.T) {
	r := newRoom(t)
	release := r.blockStore()
	const n = slotCount + 20
	for i := range n {
		r.Began(fmt.Sprintf("call_%d", i), decision(nil), "")
	}
	release()
	for i := range n {
		r.Ended(fmt.Sprintf("call_%d", i), record.HungUpByCaller, true)
	}
	ids := map[string]bool{}
	deadline := time.Now().Add(20 * time.Second)
	for len(ids) < n && time.Now().Before(deadline) {
		for after, more := "", true; more; more = after != "" {
			page, err := r.store.EmergencyCalls(store.EmergencyQuery{Account: "acct_1", After: after, Outcome: record.EmergencyCancelled})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Items {
				ids[c.CallID] = true
			}
			after = page.Next
		}
		time.Sleep(5 * time.Millisecond)
	}
	if len(ids) != n {
		t.Errorf("%d of %d calls are written", len(ids), n)
	}
}

// TestManyRecipients: more than one transaction takes are all told.
func TestManyRecipients(t *testing.T) {
	r := newRoom(t)
	r.office.account.EmergencyRecipients = nil
	for i := range 180 {
		r.office.account.EmergencyRecipients = append(r.office.account.EmergencyRecipients, fmt.Sprintf("person%d@example.com", i))
	}
	r.place("call_1")
	c := r.settled("all told", func(c *record.EmergencyCall) bool { return len(c.Mails) == 182 })
	if !allMailed(c) {
		t.Error("somebody is not told")
	}
}

// TestBadRecipient: one who cannot be written to does not keep the others from being told.
func TestBadRecipient(t *testing.T) {
	r := newRoom(t)
	r.office.account.EmergencyRecipients = []string{"no address", "desk@example.com"}
	r.place("call_1")
	c := r.settled("told", func(c *record.EmergencyCall) bool { return len(c.Mails) == 4 })
	for _, m := range c.Mails {
		if (m.Row == "") != (m.Address == "no address") {
			t.Errorf("mail %+v", m)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for _, tt := range []struct {
		name           string
		do             func(r *room)
		outcome, stage string
	}{
		{"cancelled", func(r *room) { r.Ended("call_1", record.HungUpByCaller, true) }, record.EmergencyCancelled, record.StageEnded},
		{"not connected", func(r *room) { r.Ended("call_1", record.HungUpBySystem, false) }, record.EmergencyNotConnected, record.StageFailed},
		{"not connected, and the call goes on", func(r *room) { r.NotConnected("call_1") }, record.EmergencyNotConnected, record.StageFailed},
		{"dialled again in the same call", func(r *room) { r.Answered("call_1", "prva_1"); r.place("call_1") }, record.EmergencyEnded, record.StageEnded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRoom(t)
			r.place("call_1")
			tt.do(r)
			r.settled(tt.outcome, func(c *record.EmergencyCall) bool {
				return c.Outcome == tt.outcome && c.Mailed("desk@example.com", tt.stage)
			})
		})
	}
}

// TestUnsent: a call whose INVITE does not leave is told all the same.
func TestUnsent(t *testing.T) {
	r := newRoom(t)
	r.Began("call_1", decision(nil), "")
	_, mails := r.mailed(record.StageStarted)
	if text := mails["desk@example.com started"].Text; !strings.Contains(text, "nothing yet") {
		t.Errorf("told of a location that was not sent:\n%s", text)
	}
}

// TestFaultInPlan: a fault of ours costs details, not the mail.
func TestFaultInPlan(t *testing.T) {
	r := newRoom(t)
	r.office.devices = nil
	r.office.trunks = nil
	r.config.Directory = func(func(route.Directory)) { panic("a fault") }
	r.Began("call_1", decision(nil), "ann@pbx.example")
	r.Ended("call_1", record.HungUpBySystem, false)
	c := r.settled("written", func(c *record.EmergencyCall) bool { return c.Outcome == record.EmergencyNotConnected })
	if c.Number != "911" || c.Caller.Name != "Ann Arbor" {
		t.Errorf("call %+v", c)
	}
}

func TestWindow(t *testing.T) {
	r := newRoom(t)
	clock := atomic.Int64{}
	clock.Store(noon.UnixNano())
	r.now = func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	pass := func(d time.Duration) { clock.Add(int64(d)) }
	r.place("call_1")
	w, ok := r.Window("acct_1", "+13125550100")
	if !ok || w.Credential != "ann" || w.User != "user_ann" {
		t.Fatalf("window %+v %v", w, ok)
	}
	if _, ok := r.Window("acct_2", "+13125550100"); ok {
		t.Error("a window in another account")
	}
	pass(20 * time.Minute)
	r.Answered("call_1", "prva_1")
	r.Ended("call_1", record.HungUpByCallee, false)
	pass(29 * time.Minute)
	if w, ok = r.Window("acct_1", "+13125550100"); !ok {
		t.Fatal("closed before 30 minutes after the end")
	}
	r.mailed(record.StageEnded)
	r.CalledBack("acct_1", w, "call_2", "+13125550911")
	_, mails := r.mailed(record.StageCallback)
	m := mails["desk@example.com callback.call_2"]
	if m == nil || !strings.Contains(m.Text, "+13125550911") {
		t.Errorf("mails %v", mails)
	}
	again := windows{}
	if err := again.load(r.store); err != nil || len(again.at) != 1 {
		t.Errorf("on disk: %v %v", again.at, err)
	}
	pass(time.Minute)
	if _, ok := r.Window("acct_1", "+13125550100"); ok {
		t.Error("open after 30 minutes")
	}
}

// TestSharedWindow: two phones with one callback number are both called back, before and after
// a restart, and the recipients of both calls are told.
func TestSharedWindow(t *testing.T) {
	r := newRoom(t)
	r.place("call_1")
	r.Began("call_2", decision(func(d *route.Decision) {
		d.From = route.Identity{Name: "Bob", Extension: "1002", Device: "dev_dect", Credential: "bob", Location: "loc_hq"}
	}), "")
	r.Sent("call_2")
	r.settled("second", func(c *record.EmergencyCall) bool { return c.CallID == "call_2" && len(c.Mails) > 0 })
	for _, when := range []string{"at once", "after a restart"} {
		w, ok := r.Window("acct_1", "+13125550100")
		if !ok || w.Credential != "bob" || len(w.Earlier) != 1 || w.Earlier[0].Credential != "ann" {
			t.Fatalf("%s: window %+v %v", when, w, ok)
		}
		if err := r.windows.load(r.store); err != nil {
			t.Fatal(err)
		}
	}
	w, _ := r.Window("acct_1", "+13125550100")
	r.CalledBack("acct_1", w, "call_3", "+13125550911")
	for _, call := range []string{"call_1", "call_2"} {
		r.settled("told of the call back", func(c *record.EmergencyCall) bool { return c.CallID == call && len(c.Callbacks) == 1 })
	}
}

// TestTestsAreNotCalledBack, and leave a proof.
func TestTests(t *testing.T) {
	r := newRoom(t)
	d := decision(func(d *route.Decision) { d.Emergency.Class, d.Emergency.Number, d.Dialled = 2, "933", "933" })
	r.Began("call_1", d, "")
	r.Sent("call_1")
	r.Answered("call_1", "prva_1")
	c, mails := r.mailed(record.StageAnswered)
	if !c.Test || !strings.HasPrefix(mails["desk@example.com started"].Subject, "TEST 933 call – ") {
		t.Errorf("subject %q", mails["desk@example.com started"].Subject)
	}
	if _, ok := r.Window("acct_1", "+13125550100"); ok {
		t.Error("a test is called back")
	}
	tests, err := r.store.EmergencyTests("acct_1")
	if err != nil || tests["dev_ann"].Event != c.ID || tests["dev_ann"].Location != "loc_hq" {
		t.Errorf("%v %v", tests, err)
	}
}
