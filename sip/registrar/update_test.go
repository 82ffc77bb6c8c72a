package registrar

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	sipA = "sip:alice@192.0.2.1:5060"
	sipB = "sip:alice@192.0.2.2:5060"
	sipC = "sip:alice@192.0.2.3:5060"
)

func TestUpdateShowsTheBinding(t *testing.T) {
	r, _ := serve(t, Config{})
	req := &Request{
		AOR: []byte("alice@pbx.example"), Account: "acc_1", Credential: "cred_1",
		CallID: []byte("x"), CSeq: 1, Expires: 600, Path: []byte("<sip:edge;lr>"), UserAgent: []byte("T46U"),
		Source: netip.MustParseAddrPort("[::ffff:192.0.2.9]:6000"), Transport: TLS, Listener: 3, Connection: 7,
		Contacts: []Contact{{URI: []byte(sipA), Expires: Absent, Q: 700, Instance: []byte("<urn:uuid:1>"), RegID: 2}},
	}
	want := []Binding{{
		AOR: "alice@pbx.example", Account: "acc_1", Credential: "cred_1",
		Contact: sipA, Q: 700, Instance: Instance{text: "<urn:uuid:1>"}, RegID: 2, Path: "<sip:edge;lr>",
		Source: netip.MustParseAddrPort("192.0.2.9:6000"), Transport: TLS, Listener: 3, Connection: 7,
		UserAgent: "T46U", RegisteredAt: noon, ExpiresAt: after(600),
	}}
	same := cmpopts.EquateComparable(netip.AddrPort{}, Instance{})
	if diff := cmp.Diff(want, update(t, r, req, noon).Bindings, same); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(want, r.Lookup(nil, req.AOR, after(599)), same); diff != "" {
		t.Fatal(diff)
	}
	if got := want[0].Remaining(after(100)); got != 500 {
		t.Fatalf("%d seconds remain", got)
	}
	if got := r.Lookup(nil, req.AOR, after(600)); len(got) != 0 {
		t.Fatalf("an expired binding is found: %v", got)
	}
	if got := r.Lookup(nil, []byte("bob@pbx.example"), noon); len(got) != 0 {
		t.Fatalf("%v", got)
	}
}

// Each case is a sequence of requests at alice's AOR and the contacts afterwards.
func TestUpdateReplaces(t *testing.T) {
	type step func(p *phone) *Request
	reg := func(uris ...string) step { return func(p *phone) *Request { return p.request(Absent, uris...) } }
	with := func(change func(p *phone), s step) step {
		return func(p *phone) *Request { change(p); return s(p) }
	}
	newCall := func(p *phone) { p.callID += "'"; p.cseq = 0 }
	moved := func(p *phone) { p.source = "198.51.100.7:7000" }
	regID := func(id uint32, s step) step {
		return func(p *phone) *Request { q := s(p); q.Contacts[0].RegID = id; return q }
	}
	expire := func(s step) step { return func(p *phone) *Request { q := s(p); q.Expires = 0; return q } }
	star := func(p *phone) *Request { q := p.request(0); q.Wildcard = true; return q }

	tests := []struct {
		name     string
		instance string
		steps    []step
		want     []string
	}{
		{"one", "", []step{reg(sipA)}, []string{sipA}},
		{"refresh", "", []step{reg(sipA), reg(sipA)}, []string{sipA}},
		{"two in one request", "", []step{reg(sipA, sipB)}, []string{sipA, sipB}},
		{"two, refreshed in another order", "", []step{reg(sipA, sipB), reg(sipB, sipA)}, []string{sipA, sipB}},
		{"the same contact twice in one request", "", []step{reg(sipA, sipA)}, []string{sipA}},
		{"same Call-ID, new contact", "", []step{reg(sipA), with(moved, reg(sipB))}, []string{sipB}},
		{"same source, new Call-ID and contact", "", []step{reg(sipA), with(newCall, reg(sipB))}, []string{sipB}},
		{"another phone", "", []step{reg(sipA), with(newCall, with(moved, reg(sipB)))}, []string{sipA, sipB}},
		{"same contact, all else new", "", []step{reg(sipA), with(newCall, with(moved, reg(sipA)))}, []string{sipA}},
		{"same instance, all else new", "<urn:uuid:1>", []step{reg(sipA), with(newCall, with(moved, reg(sipB)))}, []string{sipB}},
		{
			"other instance, all else alike", "<urn:uuid:1>",
			[]step{reg(sipA), with(func(p *phone) { p.instance = "<urn:uuid:2>" }, reg(sipA))},
			[]string{sipA, sipA},
		},
		{"two flows of one instance", "<urn:uuid:1>", []step{regID(1, reg(sipA)), regID(2, reg(sipA))}, []string{sipA, sipA}},
		{"a flow again", "<urn:uuid:1>", []step{regID(1, reg(sipA)), regID(2, reg(sipB)), regID(1, reg(sipC))}, []string{sipC, sipB}},
		{"instance learned later", "", []step{reg(sipA), with(func(p *phone) { p.instance = "<urn:uuid:1>" }, reg(sipA))}, []string{sipA}},
		{"removed", "", []step{reg(sipA), expire(reg(sipA))}, []string{}},
		{"one of two removed", "", []step{reg(sipA, sipB), expire(reg(sipA))}, []string{sipB}},
		{"remove what is not there", "", []step{reg(sipA, sipB), expire(reg(sipC, "sip:x@y"))}, []string{sipA, sipB}},
		{"remove an old contact of the call", "", []step{reg(sipA), reg(sipB), expire(reg(sipA))}, []string{sipB}},
		{"remove an old contact of the instance", "<urn:uuid:1>", []step{reg(sipA), reg(sipB), expire(reg(sipA))}, []string{sipB}},
		{"remove a flow by its number", "<urn:uuid:1>", []step{regID(1, reg(sipA)), regID(2, reg(sipB)), regID(1, expire(reg(sipC)))}, []string{sipB}},
		{"reg-id without an instance", "", []step{regID(1, reg(sipA)), regID(2, reg(sipA))}, []string{sipA}},
		{"all removed", "", []step{reg(sipA, sipB), star}, []string{}},
		{"all removed, nothing there", "", []step{star}, []string{}},
		{"query", "", []step{reg(sipA), reg()}, []string{sipA}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := serve(t, Config{})
			p := newPhone("alice@pbx.example")
			p.instance = tt.instance
			var res Result
			for i, s := range tt.steps {
				res = update(t, r, s(p), after(i))
			}
			if diff := cmp.Diff(tt.want, contacts(res.Bindings)); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestUpdateRefuses(t *testing.T) {
	many := make([]string, DefaultMaxBindings+1)
	for i := range many {
		many[i] = fmt.Sprintf("sip:alice@192.0.2.1:%d", 6000+i)
	}
	tests := []struct {
		name   string
		change func(*Request)
		want   error
	}{
		{"nothing wrong", func(*Request) {}, nil},
		{"lower CSeq", func(q *Request) { q.CSeq = 4 }, ErrOldCSeq},
		{"lower CSeq, removal", func(q *Request) { q.CSeq, q.Expires = 4, 0 }, ErrOldCSeq},
		{"lower CSeq, wildcard", func(q *Request) { q.CSeq, q.Expires, q.Wildcard, q.Contacts = 4, 0, true, nil }, ErrOldCSeq},
		{"same CSeq, wildcard", func(q *Request) { q.CSeq, q.Expires, q.Wildcard, q.Contacts = 5, 0, true, nil }, ErrOldCSeq},
		{"same CSeq, removal", func(q *Request) { q.CSeq, q.Expires = 5, 0 }, ErrOldCSeq},
		{"same CSeq, one contact more", func(q *Request) {
			q.CSeq = 5
			q.Contacts = append(q.Contacts, Contact{URI: []byte(sipB), Expires: Absent})
		}, ErrOldCSeq},
		{"lower CSeq, another Call-ID", func(q *Request) { q.CSeq, q.CallID = 1, []byte("y") }, nil},
		{"wildcard with an expiry", func(q *Request) { q.Wildcard, q.Contacts = true, nil }, ErrWildcard},
		{"wildcard and a contact", func(q *Request) { q.Wildcard, q.Expires = true, 0 }, ErrWildcard},
		{"too brief", func(q *Request) { q.Expires = 59 }, ErrIntervalTooBrief(60)},
		{"one contact too brief", func(q *Request) {
			q.Contacts = append(q.Contacts, Contact{URI: []byte(sipB), Expires: 1})
		}, ErrIntervalTooBrief(60)},
		{"too many contacts", func(q *Request) {
			q.Contacts = nil
			for _, u := range many {
				q.Contacts = append(q.Contacts, Contact{URI: []byte(u), Expires: Absent})
			}
		}, ErrTooManyContacts},
		{"no AOR", func(q *Request) { q.AOR = nil }, ErrMalformed},
		{"empty contact", func(q *Request) { q.Contacts[0].URI = nil }, ErrMalformed},
		{"long AOR", func(q *Request) { q.AOR = make([]byte, MaxAOR+1) }, ErrTooLong},
		{"long contact", func(q *Request) { q.Contacts[0].URI = make([]byte, MaxContactURI+1) }, ErrTooLong},
		{"long instance", func(q *Request) { q.Contacts[0].Instance = make([]byte, MaxInstance+1) }, ErrTooLong},
		{"long path", func(q *Request) { q.Path = make([]byte, MaxPath+1) }, ErrTooLong},
		{"replayed", func(q *Request) { q.Replayed = true }, ErrReplayed},
		{"replayed retransmission", func(q *Request) { q.Replayed, q.CSeq = true, 5 }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := serve(t, Config{})
			p := newPhone("alice@pbx.example")
			p.cseq = 4
			update(t, r, p.request(Absent, sipA), noon)
			before := r.Lookup(nil, []byte(p.aor), noon)
			req := p.request(Absent, sipA)
			tt.change(req)
			_, err := r.Update(t.Context(), req, after(1))
			if diff := cmp.Diff(tt.want, err, cmp.Comparer(func(a, b error) bool {
				var x, y *Error
				errors.As(a, &x)
				errors.As(b, &y)
				return x == nil && y == nil || x != nil && y != nil && *x == *y
			})); diff != "" {
				t.Fatal(diff)
			}
			if err == nil {
				return
			}
			same := cmpopts.EquateComparable(netip.AddrPort{}, Instance{})
			if diff := cmp.Diff(before, r.Lookup(nil, []byte(p.aor), noon), same); diff != "" {
				t.Fatalf("a refused request changed something: %s", diff)
			}
		})
	}
}

func TestRetransmissionIsAnsweredAlike(t *testing.T) {
	r, _ := serve(t, Config{Jitter: 0.5})
	p := newPhone("alice@pbx.example")
	req := p.request(600, sipA, sipB)
	first := update(t, r, req, noon)
	req.Source = netip.MustParseAddrPort("203.0.113.1:1") // a copy from elsewhere moves nothing
	again := update(t, r, req, after(1))
	same := cmpopts.EquateComparable(netip.AddrPort{}, Instance{})
	if diff := cmp.Diff(first.Bindings, again.Bindings, same); diff != "" {
		t.Fatal(diff)
	}
}

func TestExpiresGranted(t *testing.T) {
	cfg := Config{DefaultExpires: 300, MinExpires: 100, MaxExpires: 1000}
	tests := []struct {
		name            string
		header, contact int64
		jitter          float64
		want            int64
	}{
		{"none given", Absent, Absent, 0, 300},
		{"header", 500, Absent, 0, 500},
		{"contact before header", 500, 400, 0, 400},
		{"least", 100, Absent, 0, 100},
		{"above the most", 100000, Absent, 0, 1000},
		{"huge", 1 << 32, 1 << 40, 0, 1000},
		{"jitter", 1000, Absent, 0.2, 900},
		{"jitter not under the least", 110, Absent, 0.5, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := cfg
			cfg.Jitter, cfg.Rand = tt.jitter, func() float64 { return 0.5 }
			r, _ := serve(t, cfg)
			req := newPhone("alice@pbx.example").request(tt.header, sipA)
			req.Contacts[0].Expires = tt.contact
			res := update(t, r, req, noon)
			if got := res.Bindings[0].Remaining(noon); got != tt.want {
				t.Fatalf("granted %d, want %d", got, tt.want)
			}
		})
	}
}

// An expiry of an hour is not refused, however long the least one is.
func TestAnHourIsNotTooBrief(t *testing.T) {
	r, _ := serve(t, Config{MinExpires: 7200})
	res := update(t, r, newPhone("alice@pbx.example").request(3600, sipA), noon)
	if got := res.Bindings[0].Remaining(noon); got != 7200 {
		t.Fatalf("granted %d", got)
	}
	if _, err := r.Update(t.Context(), newPhone("bob@pbx.example").request(3599, sipA), noon); err == nil {
		t.Fatal("less than an hour is accepted")
	}
}

// Of several flows of a phone the one whose connection is lost goes (RFC 5626 5.3);
// the others stay, and survive a restart without their connections.
func TestFlowsOfOnePhone(t *testing.T) {
	log := newMemoryLog()
	r, stop := serve(t, Config{Log: log})
	p := newPhone("alice@pbx.example")
	p.instance = "<urn:uuid:00000000-0000-1000-8000-805ec0aabbcc>"
	for flow := range uint32(3) {
		p.connection = uint64(flow + 1)
		req := p.request(Absent, sipA)
		req.Contacts[0].RegID = flow + 1
		update(t, r, req, noon)
	}
	r.ConnectionClosed(2, noon)
	flows := func(r *Registrar) (ids []uint32) {
		for _, b := range r.Lookup(nil, []byte(p.aor), noon) {
			ids = append(ids, b.RegID)
		}
		return ids
	}
	want := []uint32{1, 3}
	if diff := cmp.Diff(want, flows(r)); diff != "" {
		t.Fatal(diff)
	}
	stop()
	restarted := restored(t, log.snapshot())
	if diff := cmp.Diff(want, flows(restarted)); diff != "" {
		t.Fatal(diff)
	}
	for _, b := range restarted.Lookup(nil, []byte(p.aor), noon) {
		if b.Connection != 0 || b.Instance.String() != p.instance {
			t.Fatalf("restored as %+v", b)
		}
	}
}

func TestOldestMakesRoom(t *testing.T) {
	r, _ := serve(t, Config{MaxBindings: 3})
	var phones []*phone
	for i := range 4 {
		p := newPhone("alice@pbx.example")
		p.callID, p.source = fmt.Sprint("call", i), fmt.Sprintf("192.0.2.%d:5060", i)
		phones = append(phones, p)
	}
	for i, p := range phones[:3] {
		update(t, r, p.request(Absent, "sip:a@"+p.source), after(i))
	}
	update(t, r, phones[0].request(Absent, "sip:a@"+phones[0].source), after(3))
	res := update(t, r, phones[3].request(Absent, "sip:a@"+phones[3].source), after(4))
	want := []string{"sip:a@192.0.2.0:5060", "sip:a@192.0.2.2:5060", "sip:a@192.0.2.3:5060"}
	if diff := cmp.Diff(want, contacts(res.Bindings)); diff != "" {
		t.Fatal(diff)
	}
}

// However a phone numbers its requests, it cannot grow an AOR.
func TestSameCSeqCannotGrowAnAOR(t *testing.T) {
	r, _ := serve(t, Config{MaxBindings: 3})
	p := newPhone("alice@pbx.example")
	for i := range 5 {
		p.cseq = 0
		update(t, r, p.request(Absent, fmt.Sprint("sip:a", i), fmt.Sprint("sip:b", i)), noon)
	}
	if got := r.Lookup(nil, []byte(p.aor), noon); len(got) != 3 {
		t.Fatalf("%d bindings", len(got))
	}
}

func TestNewConnectionSupersedes(t *testing.T) {
	r, _ := serve(t, Config{})
	p := newPhone("alice@pbx.example")
	p.instance, p.connection = "<urn:uuid:1>", 1
	update(t, r, p.request(Absent, sipA), noon)
	p.connection = 2
	res := update(t, r, p.request(Absent, sipA), noon)
	if diff := cmp.Diff([]uint64{1}, res.Superseded); diff != "" {
		t.Fatal(diff)
	}
	r.ConnectionClosed(1, noon)
	if got := r.Lookup(nil, []byte(p.aor), noon); len(got) != 1 {
		t.Fatal("the old connection took the new binding along")
	}
	r.ConnectionClosed(2, noon)
	if got := r.Lookup(nil, []byte(p.aor), noon); len(got) != 0 {
		t.Fatalf("%v is left of a closed connection", got)
	}
	if n := len(r.connections.aors); n != 0 {
		t.Fatalf("%d connections are still indexed", n)
	}
}

func TestUserAgentIsCut(t *testing.T) {
	r, _ := serve(t, Config{})
	req := newPhone("alice@pbx.example").request(Absent, sipA)
	req.UserAgent = []byte(strings.Repeat("x", 10*maxUserAgent))
	if got := update(t, r, req, noon).Bindings[0].UserAgent; len(got) != maxUserAgent {
		t.Fatalf("%d bytes of user agent", len(got))
	}
}

func TestUpdateGivesUpWithItsContext(t *testing.T) {
	log := newMemoryLog()
	log.gate = make(chan struct{})
	r, _ := serve(t, Config{Log: log})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := r.Update(ctx, newPhone("alice@pbx.example").request(Absent, sipA), noon)
	close(log.gate)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestSameURI(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"sip:a@h", "sip:a@h", true},
		{"SIP:a@H;Transport=UDP", "sip:a@h;transport=udp", true},
		{"sip:a@h;x=1", "sip:a@h", true},
		{"sip:a@h;x=1;y=2", "sip:a@h;y=2;x=1", true},
		{"sip:a@h;x=1", "sip:a@h;x=2", false},
		{"sip:a@h;transport=tcp", "sip:a@h", false},
		{"sip:a@h", "sip:A@h", false},
		{"sip:a@h", "sip:h", false},
		{"sip:a@h", "sip:a@h:5060", false},
		{"sip:a@h", "sips:a@h", false},
		{"sip:a@h?x=y", "sip:a@h", false},
		{"mailto:a@h", "mailto:a@h", true},
		{"mailto:a@h", "mailto:A@h", false},
	}
	for _, tt := range tests {
		if got := sameURI([]byte(tt.a), tt.b); got != tt.want {
			t.Errorf("sameURI(%q, %q) = %v", tt.a, tt.b, got)
		}
		if got := sameURI([]byte(tt.b), tt.a); got != tt.want {
			t.Errorf("sameURI(%q, %q) = %v", tt.b, tt.a, got)
		}
	}
}
