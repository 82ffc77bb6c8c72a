package event

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dialtone/sip/registrar"
)

// killed is what is on disk after a moment, as a killed process leaves it.
func killed(t *testing.T, fn func(t *testing.T, w *world)) (left *disk, at time.Time) {
	t.Helper()
	within(t, nil, func(t *testing.T, w *world) {
		fn(t, w)
		advance(time.Second)
		left, at = w.disk.snapshot(), time.Now()
	})
	return left, at
}

// later is a clock that begins at a time.
func later(at time.Time) option {
	return func(c *Config) {
		var began time.Time
		c.Now = func() time.Time {
			if began.IsZero() {
				began = time.Now()
			}
			return at.Add(time.Since(began))
		}
	}
}

func TestRestart(t *testing.T) {
	var first *asking
	left, at := killed(t, func(t *testing.T, w *world) {
		first = w.subscribed(t, "1001", "Event: dialog", "Event: dialog;id=5")
		w.subscribed(t, "1003", "Event: dialog", "Event: presence", "Accept: application/dialog-info+xml\r\n", "")
		gone := w.subscribed(t, "1002")
		w.Handle(gone.again(t, 2, "Expires: 1800", "Expires: 0"))
		for i := range 600 { // the lamp was lit, and its number went on
			d := ringing("a")
			d.Number = strconv.Itoa(i)
			w.Publish(d, Line("alice@pbx.example.com"))
			synctest.Wait()
		}
		w.phones.take()
	})
	if left.len() != 2 {
		t.Fatalf("%d records, want 2", left.len())
	}
	within(t, left, func(t *testing.T, w *world) {
		if w.Len() != 2 || w.tags.len() != 2 {
			t.Fatalf("%d subscriptions, %d tags", w.Len(), w.tags.len())
		}
		advance(time.Second)
		var dialog notification
		n := w.phones.take()
		for _, one := range n {
			if strings.HasPrefix(one.headers["Event"], "dialog") {
				dialog = one
			}
		}
		if len(n) != 2 || dialog.headers["Event"] != "dialog;id=5" || dialog.headers["Call-ID"] != "call1@10.0.0.2" {
			t.Fatalf("%+v", n)
		}
		info := readInfo(t, dialog.body)
		if info.Dialogs[0].State != "terminated" || info.Version <= 601 {
			t.Errorf("version %d, %s", info.Version, dialog.body)
		}
		old, again := first.again(t, 1), first.again(t, 2)
		w.Handle(old)
		w.Handle(again)
		synctest.Wait()
		if old.status != 500 || again.status != 200 || len(w.phones.take()) != 1 {
			t.Errorf("%d, %d", old.status, again.status)
		}
	}, later(at))
}

func TestRestartOfConnection(t *testing.T) {
	left, at := killed(t, func(t *testing.T, w *world) {
		a := w.subscribing(t, "1001")
		a.origin.Flow.Transport, a.origin.Flow.Connection = "tls", 3
		w.Handle(a)
	})
	within(t, left, func(t *testing.T, w *world) {
		advance(time.Minute)
		if n := w.phones.take(); len(n) != 0 {
			t.Fatalf("%+v", n)
		}
		w.Registered(&registrar.Binding{
			AOR: watchAOR, Contact: "sip:1002@10.0.0.2:45000", Transport: registrar.TLS, Connection: 1,
			Source: netip.MustParseAddrPort("10.0.0.2:45000"),
		})
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || !strings.HasPrefix(n[0].headers["Via"], "SIP/2.0/TLS") {
			t.Errorf("%+v", n)
		}
	}, later(at))
}

func TestRestartAfterEverything(t *testing.T) {
	left, at := killed(t, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		w.subscribed(t, "1003")
	})
	for _, tt := range []struct {
		name   string
		change func(*world, *disk, *Config)
		left   int
	}{
		{"nothing", func(*world, *disk, *Config) {}, 2},
		{"expired", func(_ *world, _ *disk, c *Config) { later(at.Add(time.Hour))(c) }, 0},
		{"limit", func(_ *world, _ *disk, c *Config) { c.Limits.Total = 1 }, 1},
		{"damaged", func(_ *world, d *disk, _ *Config) {
			for k := range d.records {
				d.records[k] = d.records[k][:len(d.records[k])-3]
			}
		}, 0},
		{"unknown version", func(_ *world, d *disk, _ *Config) {
			value, err := cbor.Marshal(&kept{Version: 9})
			if err != nil {
				panic(err)
			}
			for k := range d.records {
				d.records[k] = value
			}
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := left.snapshot()
			within(t, d, func(t *testing.T, w *world) {
				advance(time.Second)
				if w.Len() != tt.left || d.len() != tt.left || len(w.phones.take()) != tt.left {
					t.Errorf("%d subscriptions, %d records, want %d", w.Len(), d.len(), tt.left)
				}
			}, later(at), func(c *Config) { tt.change(nil, d, c) })
		})
	}
}

// After a restart phones are not told all at once.
func TestRestartIsPaced(t *testing.T) {
	const count = 5000
	left, at := killed(t, func(t *testing.T, w *world) {
		for i := range count {
			a := w.subscribing(t, "1001")
			a.origin.User.Credential.Username = fmt.Sprint("u", i)
			w.Handle(a)
		}
	})
	within(t, left, func(t *testing.T, w *world) {
		advance(100 * time.Millisecond)
		if n := len(w.phones.take()); n > 500 {
			t.Errorf("%d at once", n)
		}
		w.Publish(ringing("x"), Line("carol@pbx.example.com"))
		advance(count / restoreRate * time.Second * 2)
		if n := len(w.phones.take()); n < count-500 {
			t.Errorf("%d told in the end", n)
		}
	}, later(at))
}

func TestDiskThatFails(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.disk.fails.Store(true)
		w.subscribed(t, "1001")
		advance(time.Second)
		if w.disk.len() != 0 || w.disk.tries() == 0 {
			t.Fatal("the disk does not fail")
		}
		before := w.disk.tries()
		advance(3 * keepRetry)
		if n := w.disk.tries() - before; n < 2 || n > 4 {
			t.Errorf("%d more tries", n)
		}
		w.disk.fails.Store(false)
		advance(keepRetry + keepInterval)
		if w.disk.len() != 1 {
			t.Errorf("%d records, want 1", w.disk.len())
		}
	})
}

// A crash soon after a subscription forgets nothing, though others were written just before.
func TestNewOnesHardlyWait(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		for i, number := range []string{"1001", "1002", "1003"} {
			w.subscribed(t, number)
			advance(2 * keepFresh)
			if w.disk.len() != i+1 {
				t.Errorf("%d records, want %d", w.disk.len(), i+1)
			}
		}
	})
}

func TestWhatWaitsIsKeptAtTheEnd(t *testing.T) {
	var d *disk
	within(t, nil, func(t *testing.T, w *world) {
		d = w.disk
		w.subscribed(t, "1001")
		w.subscribed(t, "1003")
	})
	if d.len() != 2 {
		t.Errorf("%d records, want 2", d.len())
	}
}
