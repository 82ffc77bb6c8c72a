package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dialtone/test/peer"
)

// stage does for the tests of the page what happens outside of the browser: mail that
// comes, phones that boot, call and park, a carrier that answers. The browser's scripts
// ask for it over HTTP (POST /<order>, JSON in and out); the test's own goroutine does it,
// one order at a time.
type stage struct {
	t       testing.TB
	d       *daemon
	relay   *relay
	read    int // letters that orders have been told of
	phones  map[string]*peer.Baresip
	domains map[string]string // of the phones
	carrier *peer.Handset
	help    *peer.PhoneCall // what the carrier has on the line
	orders  chan order
}

// order is one thing to do.
type order struct {
	name string
	in   object
	out  chan object
}

// newStage serves orders until the test ends; play carries them out.
func newStage(t testing.TB, d *daemon, r *relay) (s *stage, url string) {
	t.Helper()
	s = &stage{t: t, d: d, relay: r, phones: map[string]*peer.Baresip{}, domains: map[string]string{}, orders: make(chan order)}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: patience}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return s, "http://" + l.Addr().String()
}

// ServeHTTP takes an order and answers once it is carried out.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o := order{name: strings.TrimPrefix(r.URL.Path, "/"), in: object{}, out: make(chan object, 1)}
	if err := json.NewDecoder(r.Body).Decode(&o.in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case s.orders <- o:
	case <-r.Context().Done():
		return
	}
	select {
	case out := <-o.out:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	case <-r.Context().Done():
	}
}

// play carries orders out until done.
func (s *stage) play(done <-chan struct{}) {
	s.t.Helper()
	for {
		select {
		case o := <-s.orders:
			o.out <- s.do(o)
		case <-done:
			return
		}
	}
}

func (s *stage) do(o order) object {
	s.t.Helper()
	switch in := o.in; o.name {
	case "mail":
		return s.mail(in.str("to"), in.str("subject"))
	case "boot":
		return s.boot(in.str("phone"), in.str("url"), in.str("mac"), in.str("agent"))
	case "dial":
		s.phone(in).Command(s.t, "dial", in.str("number"))
	case "accept":
		s.phone(in).Await(s.t, "CALL_INCOMING")
		s.phone(in).Command(s.t, "accept", "")
		s.phone(in).Await(s.t, "CALL_ESTABLISHED")
	case "talking":
		s.phone(in).Await(s.t, "CALL_ESTABLISHED")
	case "transfer":
		s.phone(in).Command(s.t, "transfer", "sip:"+in.str("number")+"@"+s.domains[in.str("phone")])
		s.phone(in).Await(s.t, "CALL_CLOSED")
	case "hangup":
		s.phone(in).Command(s.t, "hangup", "")
	case "unplug":
		s.phone(in).Stop()
	case "carrier":
		return s.startCarrier()
	case "carrier_answers":
		s.help = ringing(s.t, s.carrier)
		s.help.Answer(s.t)
	case "carrier_hangs_up":
		s.help.Hangup(s.t)
	default:
		s.t.Fatalf("the page's test asks for %q", o.name)
	}
	return object{}
}

// mail waits for one to somebody that no order has been told of, whose subject has the words.
func (s *stage) mail(to, subject string) (out object) {
	s.t.Helper()
	await(s.t, fmt.Sprintf("mail to %s about %q", to, subject), func() error {
		s.relay.mu.Lock()
		defer s.relay.mu.Unlock()
		for i, l := range s.relay.letters {
			if i >= s.read && strings.EqualFold(l.to, to) && strings.Contains(l.subject, subject) {
				s.read, out = i+1, object{"subject": l.subject, "text": l.text, "html": l.html}
				return nil
			}
		}
		return errors.New("not come")
	})
	return out
}

// boot is a desk phone that is plugged in: it fetches its configuration and registers.
func (s *stage) boot(name, url, mac, agent string) object {
	s.t.Helper()
	p := &deskPhone{mac: mac, agent: agent}
	for _, file := range []string{"y000000000108.boot", bare(mac) + ".boot"} {
		fetch(s.t, http.MethodGet, url+file, agent, nil) // phones ask for these first; they may be absent
	}
	account := config(s.t, url, p).account(s.t)
	b := peer.StartBaresip(s.t, account)
	b.Await(s.t, "REGISTER_OK")
	s.phones[name], s.domains[name] = b, account.Domain
	return object{"username": account.User}
}

func (s *stage) phone(in object) *peer.Baresip {
	s.t.Helper()
	b := s.phones[in.str("phone")]
	if b == nil {
		s.t.Fatalf("no phone %q has booted", in.str("phone"))
	}
	return b
}

// startCarrier is a trunk's far end.
func (s *stage) startCarrier() object {
	s.t.Helper()
	s.carrier = peer.StartHandset(s.t, peer.Account{
		User: "carrier", Password: "x", Domain: carrierDomain, Proxy: s.d.SIP.UDP[0], Transport: "udp",
	})
	return object{"host": s.carrier.Addr().String()}
}

// acts is how long the scripts of the page may take in all; it ends tests that hang.
const acts = 12 * time.Minute
