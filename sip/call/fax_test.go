package call

import (
	"context"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/fax"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

const faxNumber = "+13125550177"

// faxHouse is a house that sends and receives faxes.
type faxHouse struct {
	*pbx
	faxes   *fax.Service
	limiter *fax.Limiter
	limit   *int
	hold    chan struct{} // what is admitted waits until it is closed; nil: nothing does

	mu     sync.Mutex
	events []fax.Event
}

// machines are a service and a limiter as a call sees them.
type machines struct {
	*fax.Service
	*fax.Limiter
	h *faxHouse
}

// Admit admits, and waits as long as the house says.
func (m machines) Admit(ctx context.Context, account record.ID, d fax.Direction, key string) (*fax.Admission, error) {
	a, err := m.Limiter.Admit(ctx, account, d, key)
	if m.h.hold != nil {
		<-m.h.hold
	}
	return a, err
}

// lateDialer is the manager's, which needs the service before it is made.
type lateDialer struct{ FaxDialer }

func newFaxHouse(t *testing.T, change ...func(*Config)) *faxHouse {
	t.Helper()
	h := &faxHouse{}
	dialer := &lateDialer{}
	h.pbx = newPBX(t, func(c *Config) {
		limiter, err := fax.NewLimiter(fax.LimitConfig{
			Ledger: c.Store, Limit: func(record.ID, fax.Direction) *int { return h.limit }, Now: time.Now, Registerer: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}
		h.faxes = fax.New(fax.Config{
			Store: c.Store, Limiter: limiter, Dialer: dialer, Notify: h.noteFax, MailDomain: "example.com",
			Log: slog.New(slog.DiscardHandler), Now: time.Now, Registerer: prometheus.NewRegistry(),
		})
		h.limiter = limiter
		c.Faxes = machines{h.faxes, limiter, h}
		for _, f := range change {
			f(c)
		}
	})
	dialer.FaxDialer = h.FaxDialer()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- h.faxes.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *faxHouse) noteFax(e fax.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *faxHouse) awaitFax(name string) (f record.Fax) {
	h.t.Helper()
	eventually(h.t, name, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, e := range h.events {
			if e.Name == name {
				f = e.Fax
				return true
			}
		}
		return false
	})
	return f
}

// takesFaxes makes the house's number one for faxes.
func (h *faxHouse) takesFaxes() {
	h.t.Helper()
	edited(h.t.(*testing.T), h.records.store, h.number, func(n *record.Number) {
		n.Number, n.Target, n.FaxEnabled, n.FaxRecipients = faxNumber, nil, true, []string{"ann@example.com"}
	})
}

// trunkTo lets a house's trunk lead to another house.
func (h *faxHouse) trunkTo(other *faxHouse) {
	h.pbx.mu().Lock()
	h.places = append(h.places, trunk.Destination{Transport: "udp", Address: other.local, Host: other.local.String()})
	h.pbx.mu().Unlock()
	other.pbx.mu().Lock()
	other.sources[h.local] = true
	other.pbx.mu().Unlock()
}

// document makes pages of so many rows.
func (h *faxHouse) document(pages, rows int) *fax.Job {
	h.t.Helper()
	file, err := os.CreateTemp(h.t.TempDir(), "")
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	w, err := tiff.NewWriter(file, tiff.Options{Coding: t4.MMR})
	for range pages {
		if err == nil {
			err = w.StartPage(tiff.Page{Width: 1728, XDPI: 204, YDPI: 98})
		}
		for y := range rows {
			row := make([]byte, 216)
			row[y%200] = 0x7e
			if err == nil {
				err = w.Row(row)
			}
		}
		if err == nil {
			err = w.EndPage(0, 0)
		}
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	j := &fax.Job{Account: h.account, To: faxNumber, Pages: pages, MaxAttempts: 1}
	if err == nil {
		j.TIFF, j.TIFFSize, err = h.records.store.Blobs().Put(file, 1<<20)
	}
	h.records.store.View(func(v *store.View) { j.Number, _ = store.Get[*record.Number](v, h.number) })
	if err != nil {
		h.t.Fatal(err)
	}
	return j
}

// TestFaxOverTrunk: two houses, one sends a fax to the other's number.
func TestFaxOverTrunk(t *testing.T) {
	t.Parallel()
	from, to := newFaxHouse(t), newFaxHouse(t)
	to.takesFaxes()
	from.trunkTo(to)
	if _, err := from.faxes.Submit(t.Context(), from.document(2, 60)); err != nil {
		t.Fatal(err)
	}
	if f := from.awaitFax(fax.EventSent); f.Pages != 2 || f.From != "+13125550100" || f.Station != faxNumber || !f.ECM {
		t.Errorf("sent %+v", f)
	}
	if f := to.awaitFax(fax.EventReceived); f.State != record.FaxReceived || f.Pages != 2 || f.From != "+13125550100" || f.To != faxNumber {
		t.Errorf("received %+v", f)
	}
	if r := from.record(t, 0); r.Direction != record.CallOutbound || r.Result != record.CallAnswered || r.Trunk != from.trunk {
		t.Errorf("record %+v", r)
	}
	if r := to.record(t, 0); r.Direction != record.CallInbound || r.Result != record.CallAnswered || r.Number != to.number {
		t.Errorf("record %+v", r)
	}
	from.quiet()
	to.quiet()
}

// TestFaxLimit: a fax over the limit is told when to come again, and does not count.
func TestFaxLimit(t *testing.T) {
	t.Parallel()
	h := newFaxHouse(t)
	h.takesFaxes()
	h.limit = new(int)
	c := h.carrier()
	a := c.Dial(t, faxNumber)
	m := a.Final(t)
	if m.Status() != 486 || m.Get("Retry-After") != "3600" || m.Get("Reason") == "" {
		t.Errorf("%s", m)
	}
	if r := h.record(t, 0); r.Reason != record.ReasonFaxLimit {
		t.Errorf("record %+v", r)
	}
	h.quiet()
}

// TestFaxWithoutT38: a caller that speaks no T.38 ends with a cause.
func TestFaxWithoutT38(t *testing.T) {
	t.Parallel()
	h := newFaxHouse(t)
	h.takesFaxes()
	c := h.carrier()
	a := c.Dial(t, faxNumber)
	a.OnOffer(func(m peer.Message) (int, string) { return 488, "" })
	a.Await(t, 200)
	a.Hears(t, 2100)
	a.AwaitRequest(t, "BYE")
	if f := h.awaitFax(fax.EventReceived); f.State != record.FaxFailed || f.Reason != record.FaxNoT38 {
		t.Errorf("%+v", f)
	}
	h.record(t, 0)
	h.quiet()
}

// TestFaxCallerGone: a caller that hangs up before T.38 is a failed fax, not a fault.
func TestFaxCallerGone(t *testing.T) {
	t.Parallel()
	h := newFaxHouse(t)
	h.takesFaxes()
	a := h.carrier().Dial(t, faxNumber)
	a.Await(t, 200)
	a.Hangup(t)
	if f := h.awaitFax(fax.EventReceived); f.State != record.FaxFailed {
		t.Errorf("%+v", f)
	}
	h.record(t, 0)
	h.quiet()
}

// TestFaxToBusy: a busy number is tried again later.
func TestFaxToBusy(t *testing.T) {
	t.Parallel()
	h := newFaxHouse(t)
	c := h.carrier()
	if _, err := h.faxes.Submit(t.Context(), h.document(1, 10)); err != nil {
		t.Fatal(err)
	}
	ringing(t, c).Reply(486)
	if f := h.awaitFax(fax.EventFailed); f.Reason != record.FaxBusy || f.Attempts != 1 {
		t.Errorf("%+v", f)
	}
	h.record(t, 0)
	h.quiet()
}

// TestFaxPasses: a fax between a phone and the carrier counts; over the limit the switch
// to T.38 is refused and the call goes on.
func TestFaxPasses(t *testing.T) {
	t.Parallel()
	for _, allowed := range []int{1, 0} {
		h := newFaxHouse(t)
		h.limit = &allowed
		c := h.carrier()
		a := h.phone("ann").Dial(t, "3125550199")
		b := ringing(t, c)
		b.Answer(t)
		a.Await(t, 200)
		asked := false
		b.OnOffer(func(m peer.Message) (int, string) {
			asked = true
			return 488, ""
		})
		m := a.Offer(t, "v=0\r\no=- 1 9 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=image 40000 udptl t38\r\na=T38FaxVersion:0\r\n")
		if m.Status() != 488 || asked != (allowed > 0) {
			t.Errorf("limit %d: answered %d, the carrier was asked: %v", allowed, m.Status(), asked)
		}
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
		h.record(t, 0)
		h.quiet()
	}
}
