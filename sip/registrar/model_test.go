package registrar

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// model is the registrar said naively: one AOR's bindings in a list.
type model []modelBinding

type modelBinding struct {
	URI, Instance, CallID, Source string
	RegID, CSeq                   uint32
	Refreshed, Expires            int
	Mine                          bool // set by the present request
}

const modelMax = 3

func (m *model) live(now int) []modelBinding {
	var list []modelBinding
	for _, b := range *m {
		if b.Mine = false; b.Expires > now {
			list = append(list, b)
		}
	}
	return list
}

// find is the order of replacement of the package comment.
func find(list []modelBinding, q *Request, c *Contact) int {
	newer := func(b modelBinding) bool { return b.CallID != string(q.CallID) || b.CSeq < q.CSeq }
	anonymous := func(b modelBinding) bool { return b.Instance == "" || len(c.Instance) == 0 }
	i := slices.IndexFunc(list, func(b modelBinding) bool {
		same := b.Instance != "" && b.Instance == string(c.Instance) && b.RegID == c.RegID
		return same && (c.Expires > 0 || c.RegID > 0 || b.URI == string(c.URI))
	})
	if i < 0 {
		i = slices.IndexFunc(list, func(b modelBinding) bool { return anonymous(b) && b.URI == string(c.URI) })
	}
	if i < 0 && len(q.Contacts) == 1 && c.Expires > 0 {
		i = slices.IndexFunc(list, func(b modelBinding) bool { return anonymous(b) && newer(b) && b.CallID == string(q.CallID) })
		if i < 0 {
			i = slices.IndexFunc(list, func(b modelBinding) bool { return anonymous(b) && newer(b) && b.Source == q.Source.String() })
		}
	}
	return i
}

// update returns the SIP status.
func (m *model) update(q *Request, now int) int {
	list := m.live(now)
	same, other := 0, 0
	if q.Wildcard {
		for _, b := range list {
			if b.CallID == string(q.CallID) && b.CSeq >= q.CSeq {
				return 500
			}
		}
		*m = nil
		return 200
	}
	for i := range q.Contacts {
		c := &q.Contacts[i]
		if c.Expires > 0 && c.Expires < 60 {
			return 423
		}
	}
	for i := range q.Contacts {
		c := &q.Contacts[i]
		switch at := find(list, q, c); {
		case at < 0 && c.Expires > 0:
			other++
		case at < 0:
		case list[at].CallID != string(q.CallID) || list[at].CSeq < q.CSeq:
			other++
		case list[at].CSeq == q.CSeq && c.Expires > 0:
			same++
		default:
			return 500
		}
	}
	switch {
	case same > 0 && other > 0:
		return 500
	case other == 0:
		return 200
	}
	for i := range q.Contacts {
		list = apply(list, q, &q.Contacts[i], now)
	}
	*m = list
	return 200
}

func apply(list []modelBinding, q *Request, c *Contact, now int) []modelBinding {
	at := find(list, q, c)
	if c.Expires == 0 {
		if at >= 0 {
			list = slices.Delete(list, at, at+1)
		}
		return list
	}
	b := modelBinding{
		string(c.URI), string(c.Instance), string(q.CallID), q.Source.String(),
		c.flow(), q.CSeq, now, now + int(c.Expires), true,
	}
	if at >= 0 {
		list[at] = b
		return list
	}
	if len(list) == modelMax {
		oldest := -1
		for i, b := range list {
			if !b.Mine && (oldest < 0 || b.Refreshed < list[oldest].Refreshed) {
				oldest = i
			}
		}
		list = slices.Delete(list, oldest, oldest+1)
	}
	return append(list, b)
}

func (m *model) show(now int) []string {
	lines := []string{}
	for _, b := range m.live(now) {
		lines = append(lines, fmt.Sprint(b.URI, " ", b.Instance, " ", b.RegID, " ", b.Source, " ", b.Expires-now))
	}
	return lines
}

func show(list []Binding, now int) []string {
	lines := []string{}
	for _, b := range list {
		lines = append(lines, fmt.Sprint(b.Contact, " ", b.Instance, " ", b.RegID, " ", b.Source, " ", b.Remaining(after(now))))
	}
	return lines
}

func drawRequest(t *rapid.T) *Request {
	sample := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	q := &Request{
		AOR: []byte("alice@pbx.example"), Account: "acc_1", Credential: sample("credential", "c1", "c2"),
		CallID: []byte(sample("call", "x", "y")), CSeq: uint32(rapid.IntRange(1, 6).Draw(t, "cseq")), Expires: Absent,
		Source: netip.MustParseAddrPort(sample("source", "192.0.2.1:5060", "192.0.2.1:5062", "[2001:db8::1]:5060")),
	}
	if q.Wildcard = rapid.IntRange(0, 9).Draw(t, "wildcard") == 0; q.Wildcard {
		q.Expires = 0
		return q
	}
	for range rapid.IntRange(0, modelMax).Draw(t, "contacts") {
		q.Contacts = append(q.Contacts, Contact{
			URI:      []byte(sample("uri", sipA, sipB, sipC)),
			Instance: []byte(sample("instance", "", "", "<urn:uuid:1>", "<urn:uuid:2>")),
			RegID:    uint32(rapid.IntRange(0, 1).Draw(t, "reg-id")),
			Expires:  rapid.SampledFrom([]int64{0, 30, 60, 120, 600}).Draw(t, "expires"),
			Q:        FullQ,
		})
	}
	return q
}

// The registrar, restarted now and then, answers as the model does, and what is
// on disk is what it shows.
func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := newMemoryLog()
		cfg := Config{Log: log, MaxBindings: modelMax}
		r, stop := start(cfg)
		defer func() { stop() }()
		var m model
		now := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now += rapid.IntRange(0, 50).Draw(t, "seconds")
			q := drawRequest(t)
			res, err := r.Update(context.Background(), q, after(now))
			if want := m.update(q, now); status(err) != want {
				t.Fatalf("status %d (%v), want %d", status(err), err, want)
			}
			if err == nil {
				if diff := cmp.Diff(m.show(now), show(res.Bindings, now)); diff != "" {
					t.Fatal(diff)
				}
			}
			if rapid.IntRange(0, 5).Draw(t, "restart") == 0 {
				stop()
				r, stop = start(cfg)
				for k, v := range log.snapshot() {
					if err := r.Restore([]byte(k), []byte(v)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if diff := cmp.Diff(m.show(now), show(r.ByAccount("acc_1", after(now)), now)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func status(err error) int {
	var e *Error
	switch {
	case err == nil:
		return 200
	case errors.As(err, &e):
		return e.Status
	default:
		return 0
	}
}
