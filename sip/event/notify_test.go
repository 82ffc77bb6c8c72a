package event

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/sip/registrar"
)

// advance lets the bubble's time go on.
func advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestLamp(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		alice, cell := Line("Alice@pbx.example.com"), Line("alice-cell@pbx.example.com")
		sent := ringing("a")
		sent.State = Trying
		elsewhere := ringing("b")
		talking := ringing("a")
		talking.State = Confirmed
		over := talking
		over.State = Terminated
		for i, step := range []struct {
			name    string
			dialog  Dialog
			source  Source
			version uint32 // 0: nothing is sent
			state   string
		}{
			{"on its way to the phone", sent, alice, 0, ""},
			{"rings", ringing("a"), alice, 1, "early"},
			{"rings at the other phone", ringing("b"), cell, 2, "early early"},
			{"nothing new", ringing("a"), alice, 0, ""},
			{"somebody else's", ringing("c"), Line("carol@pbx.example.com"), 0, ""},
			{"answered", talking, alice, 3, "early confirmed"},
			{"stops ringing at the other phone", func() Dialog { elsewhere.State = Terminated; return elsewhere }(), cell, 4, "confirmed"},
			{"over", over, alice, 5, "terminated"},
			{"over again", over, alice, 0, ""},
		} {
			w.Publish(step.dialog, step.source)
			synctest.Wait()
			n := w.phones.take()
			if step.version == 0 {
				if len(n) > 0 {
					t.Errorf("%d %s: %+v", i, step.name, n)
				}
				continue
			}
			if len(n) != 1 {
				t.Fatalf("%d %s: %d NOTIFYs", i, step.name, len(n))
			}
			info := readInfo(t, n[0].body)
			var states []string
			for _, d := range info.Dialogs {
				states = append(states, d.State)
			}
			if got := strings.Join(states, " "); got != step.state || info.Version != step.version || n[0].headers["CSeq"] != fmt.Sprintf("%d NOTIFY", step.version+1) {
				t.Errorf("%d %s: %s, version %d, CSeq %s", i, step.name, got, info.Version, n[0].headers["CSeq"])
			}
		}
		if len(w.states.bySource) != 1 { // Carol's call
			t.Errorf("%d sources have dialogs, want 1", len(w.states.bySource))
		}
	})
}

func TestOneNotifyAtATime(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		w.phones.answers(func(Outgoing) (int, error) { return 0, nil })
		for i := range 20 {
			w.Publish(ringing(fmt.Sprint("d", i)), Line("alice@pbx.example.com"))
			synctest.Wait()
		}
		for i := 1; i < 20; i++ {
			d := ringing(fmt.Sprint("d", i))
			d.State = Terminated
			w.Publish(d, Line("alice@pbx.example.com"))
		}
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 {
			t.Fatalf("%d NOTIFYs, want 1", len(n))
		}
		w.phones.release(200)
		synctest.Wait()
		n := w.phones.take()
		if len(n) != 1 || n[0].headers["CSeq"] != "3 NOTIFY" {
			t.Fatalf("%+v", n)
		}
		if info := readInfo(t, n[0].body); len(info.Dialogs) != 1 || info.Dialogs[0].ID != "d0" || info.Version != 2 {
			t.Errorf("%+v", info)
		}
		w.phones.release(200)
		synctest.Wait()
		if n := w.phones.take(); len(n) != 0 {
			t.Errorf("%+v", n)
		}
	})
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		status int
		sent   int // in a minute
		left   int
	}{{200, 1, 1}, {481, 1, 0}, {404, 1, 0}, {489, 1, 0}, {401, 1, 0}, {603, 1, 0}, {500, 4, 0}, {503, 4, 0}} {
		within(t, nil, func(t *testing.T, w *world) {
			w.subscribed(t, "1001")
			w.phones.answers(func(Outgoing) (int, error) { return tt.status, nil })
			w.Publish(ringing("a"), Line("alice@pbx.example.com"))
			advance(time.Minute)
			if n := len(w.phones.take()); n != tt.sent || w.Len() != tt.left || w.tags.len() != tt.left {
				t.Errorf("%d: %d NOTIFYs, %d subscriptions, want %d, %d", tt.status, n, w.Len(), tt.sent, tt.left)
			}
		})
	}
}

func TestPassingRefusal(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		w.phones.answers(func(Outgoing) (int, error) { return 503, nil })
		w.Publish(ringing("a"), Line("alice@pbx.example.com"))
		advance(time.Second)
		w.phones.answers(nil)
		w.phones.take()
		advance(firstRetry)
		n := w.phones.take()
		if len(n) != 1 || !strings.Contains(n[0].body, "early") {
			t.Fatalf("%+v", n)
		}
		advance(1700 * time.Second)
		if w.Len() != 1 {
			t.Error("the subscription has ended with the retry")
		}
		advance(200 * time.Second)
		if w.Len() != 0 {
			t.Error("the subscription has not expired")
		}
	})
}

// A phone that has lost its network does not lose its lamps.
func TestPhoneThatDoesNotAnswer(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		a := w.subscribed(t, "1001")
		w.phones.answers(func(Outgoing) (int, error) { return 0, errors.New("no answer") })
		for i := range 5 {
			w.Publish(ringing(fmt.Sprint("d", i)), Line("alice@pbx.example.com"))
			synctest.Wait()
		}
		if n := w.phones.take(); len(n) != 1 {
			t.Fatalf("%d NOTIFYs, want 1", len(n))
		}
		w.phones.answers(nil)
		binding := registrar.Binding{AOR: watchAOR, Contact: "sip:1002@10.0.0.9:5060", Source: netip.MustParseAddrPort("10.0.0.9:5060")}
		if w.Registered(&binding); w.unreached != 1 {
			t.Error("another phone of the user's is taken for it")
		}
		binding.Contact, binding.Source = "sip:1002@10.0.0.2:5060;ob", netip.MustParseAddrPort("198.51.100.7:1024")
		w.Registered(&binding)
		synctest.Wait()
		n := w.phones.take()
		if len(n) != 1 || len(readInfo(t, n[0].body).Dialogs) != maxDialogs || n[0].headers["CSeq"] != "3 NOTIFY" {
			t.Fatalf("%+v", n)
		}
		if sub := w.book.byTag[a.tag]; sub.flow.remote != binding.Source {
			t.Errorf("flow to %s, want %s", sub.flow.remote, binding.Source)
		}
		if w.unreached != 0 {
			t.Errorf("%d unreached", w.unreached)
		}
	})
}

func TestPhoneThatHasMoved(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		a := w.subscribing(t, "1001", "<sip:1002@10.0.0.2:5060>", `<sip:1002@10.0.0.2:41000;transport=tcp>;+sip.instance="<urn:uuid:00000000-0000-0000-0000-000000000001>"`)
		a.origin.Flow.Transport, a.origin.Flow.Connection = "tcp", 5
		w.Handle(a)
		synctest.Wait()
		w.phones.take()
		w.phones.gone[5] = true
		w.phones.answers(func(o Outgoing) (int, error) {
			if w.phones.gone[o.Flow.Connection] {
				return 0, errors.New("gone")
			}
			return 200, nil
		})
		w.at[watchAOR] = []registrar.Binding{
			{AOR: watchAOR, Contact: "sip:1002@10.0.0.8", Source: netip.MustParseAddrPort("10.0.0.8:5060"), Transport: registrar.TCP, Connection: 7},
			{AOR: watchAOR, Contact: "sip:1002@10.0.0.2:42000", Source: netip.MustParseAddrPort("10.0.0.2:42000"), Transport: registrar.TCP, Connection: 8},
		}
		w.Publish(ringing("a"), Line("alice@pbx.example.com"))
		synctest.Wait()
		n := w.phones.take()
		if len(n) != 2 || w.book.byTag[a.tag].flow.connection != 8 {
			t.Fatalf("%+v, flow %+v", n, w.book.byTag[a.tag].flow)
		}
		delete(w.at, watchAOR)
		w.phones.gone[8] = true
		w.Publish(ringing("b"), Line("alice@pbx.example.com"))
		synctest.Wait()
		w.phones.take()
		b := a.again(t, 2)
		b.origin.Flow.Connection = 9
		w.Handle(b)
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || len(readInfo(t, n[0].body).Dialogs) != 2 {
			t.Errorf("%+v", n)
		}
	})
}

func TestReconfigured(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.Publish(ringing("d"), Line("dave@pbx.example.com"))
		w.subscribed(t, "1001")
		w.subscribed(t, "1003")
		w.names.set("1001", &Resource{Sources: []Source{Line("dave@pbx.example.com")}, Name: "Dave"})
		w.Reconfigured(theirs)
		synctest.Wait()
		if n := w.phones.take(); len(n) != 0 {
			t.Fatalf("%+v", n)
		}
		w.Reconfigured(ours)
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || !strings.Contains(n[0].body, `display="Dave"`) {
			t.Fatalf("%+v", n)
		}
		w.Publish(ringing("x"), Line("alice@pbx.example.com"))
		synctest.Wait()
		if n := w.phones.take(); len(n) != 0 {
			t.Fatalf("still lit by whom it was: %+v", n)
		}
		w.names.set("1001", nil)
		w.Reconfigured("")
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || n[0].state() != "terminated;reason=noresource" {
			t.Fatalf("%+v", n)
		}
		w.names.excluded[watchAOR] = true
		w.Reconfigured("")
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || n[0].state() != "terminated;reason=rejected" || w.Len() != 0 || w.tags.len() != 0 {
			t.Fatalf("%+v, %d left", n, w.Len())
		}
		if len(w.book.accounts)+len(w.book.resources)+len(w.book.bySource)+len(w.book.watchers)+w.book.ending > 0 {
			t.Errorf("left: %+v", w.book)
		}
	})
}

// Ten thousand lamps change within a second, and not all at once.
func TestManySubscribers(t *testing.T) {
	const count = 10_000
	within(t, nil, func(t *testing.T, w *world) {
		for i := range count {
			a := w.subscribing(t, "1001")
			a.origin.User.Credential.Username = fmt.Sprint("u", i)
			w.Handle(a)
		}
		advance(time.Second)
		w.phones.take()
		began := time.Now()
		var largest int
		var late time.Duration
		w.phones.answers(func(Outgoing) (int, error) { late = time.Since(began); return 200, nil })
		w.Publish(ringing("a"), Line("alice@pbx.example.com"))
		var numbers []int
		for len(numbers) == 0 || numbers[len(numbers)-1] > 0 {
			synctest.Wait()
			n := len(w.phones.take())
			numbers = append(numbers, n)
			largest = max(largest, n)
			time.Sleep(notifyTick)
		}
		total := 0
		for _, n := range numbers {
			total += n
		}
		if total != count || largest > 2*batchSize || late > time.Second {
			t.Errorf("%d sent, %d at once, the last after %s of the bubble's time", total, largest, late)
		}
	})
}

// No more wait for their answer than there is room for.
func TestOutstandingIsBounded(t *testing.T) {
	w := newWorld(t, nil)
	w.phones.answers(func(Outgoing) (int, error) { return 0, nil })
	w.Handle(w.subscribing(t, "1001"))
	w.away = maxOutstanding
	if batch, _, _, _ := w.step(time.Now()); len(batch) != 0 {
		t.Errorf("%d sent", len(batch))
	}
	w.away = 0
	if batch, _, _, _ := w.step(time.Now()); len(batch) != 1 {
		t.Errorf("%d sent, want 1", len(batch))
	}
}

func TestQueue(t *testing.T) {
	var q queue
	var want []*subscription
	for i := range 20_000 {
		s := &subscription{seq: uint32(i)}
		q.push(s)
		want = append(want, s)
		if i%3 == 0 {
			if got := q.pop(); got != want[0] {
				t.Fatalf("%d comes before %d", got.seq, want[0].seq)
			}
			want = want[1:]
		}
	}
	var got []*subscription
	for q.len() > 0 {
		got = append(got, q.pop())
	}
	if !slices.Equal(got, want) || q.head != 0 {
		t.Error("not in order")
	}
}
