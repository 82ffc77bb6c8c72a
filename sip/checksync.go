package sip

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"dialtone/sip/event"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// Results of telling a phone to fetch its configuration, by line.
const (
	Delivered     = "delivered"
	NotRegistered = "not_registered"
	Unreachable   = "unreachable"
	Failed        = "error"
)

const (
	// notifyTimeout is how long a phone may take to answer a NOTIFY.
	notifyTimeout = 5 * time.Second
	// maxNotifies is how many NOTIFYs of one request are under way at once.
	maxNotifies = 8
)

// LineResult is what became of a check-sync for one line.
type LineResult struct {
	Device record.ID `json:"device"`
	Line   int       `json:"line"`
	Result string    `json:"result"`
}

// target is one line of a device and who to find it by.
type target struct {
	device record.ID
	line   int
	vendor string
	aor    string
}

// targets are the lines of a device; those of its handsets for a base.
func (s *Server) targets(device record.ID) (list []target) {
	s.store.View(func(v *store.View) {
		d, ok := store.Get[*record.Device](v, device)
		if !ok {
			return
		}
		for _, d := range append([]*record.Device{d}, v.Handsets(device)...) {
			for _, l := range d.Lines {
				t := target{device: d.ID, line: l.Line, vendor: d.Vendor}
				c, okC := store.Get[*record.Credential](v, l.Credential)
				if domain, okD := store.Get[*record.Domain](v, l.Domain); okC && okD {
					t.aor = c.Username + "@" + domain.Domain
				}
				list = append(list, t)
			}
		}
	})
	return list
}

// Registered tells whether any line of a device is registered.
func (s *Server) Registered(device record.ID) bool {
	now := s.now()
	for _, t := range s.targets(device) {
		if len(s.registrar.Lookup(nil, []byte(t.aor), now)) > 0 {
			return true
		}
	}
	return false
}

// CheckSync tells a device to fetch its configuration, on every line, and returns
// what each line answered.
func (s *Server) CheckSync(ctx context.Context, device record.ID, reboot bool) []LineResult {
	lines := s.targets(device)
	results := make([]LineResult, len(lines))
	slots := make(chan struct{}, maxNotifies)
	var wg sync.WaitGroup
	for i, t := range lines {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			result := s.checkSyncLine(ctx, t, reboot)
			s.metrics.notifies.WithLabelValues(result).Inc()
			results[i] = LineResult{Device: t.device, Line: t.line, Result: result}
		})
	}
	wg.Wait()
	return results
}

// checkSyncLine tries the contacts of a line until one takes the NOTIFY.
func (s *Server) checkSyncLine(ctx context.Context, t target, reboot bool) string {
	bindings := s.registrar.Lookup(nil, []byte(t.aor), s.now())
	result := NotRegistered
	for i := range bindings {
		status, err := s.notify(ctx, &bindings[i], event.CheckSync(t.vendor, reboot))
		switch {
		case err == nil && status/100 == 2:
			return Delivered
		case err == nil:
			s.log.Info("phone refused check-sync", "aor", t.aor, "status", status)
			result = Failed
		case result != Failed:
			s.log.Info("cannot reach phone", "aor", t.aor, "src", bindings[i].Source, "err", err)
			result = Unreachable
		}
	}
	return result
}

// notify sends a NOTIFY outside any subscription over the binding's flow and
// returns the status the phone answered with.
func (s *Server) notify(ctx context.Context, b *registrar.Binding, eventValue string) (int, error) {
	return s.ask(ctx, b, alone{method: "NOTIFY", lines: []string{"Event: " + eventValue, "Subscription-State: terminated"}})
}

// alone is a request outside any dialog.
type alone struct {
	method string
	lines  []string // header fields; whoever puts them here has checked them
	body   string
}

// ask sends a request over the binding's flow and returns the status the phone answered
// with.
func (s *Server) ask(ctx context.Context, b *registrar.Binding, a alone) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	local, err := s.local(b)
	if err != nil {
		return 0, err
	}
	type outcome struct {
		status int
		err    error
	}
	answered := make(chan outcome, 1)
	r := &request{
		branch: newBranch(),
		to:     flow{source: b.Source, transport: b.Transport, listener: b.Listener, connection: b.Connection},
		done:   func(status int, err error) { answered <- outcome{status, err} },
	}
	r.data = s.newAlone(b, local, r.branch, a)
	s.send([]*request{r})
	select {
	case o := <-answered:
		if o.err != nil {
			return 0, fmt.Errorf("cannot send %s to %q: %w", a.method, b.AOR, o.err)
		}
		return o.status, nil
	case <-ctx.Done():
		s.requests.end(r, 0, ctx.Err())
		return 0, fmt.Errorf("cannot send %s to %q: %w", a.method, b.AOR, ctx.Err())
	}
}

// newBranch is a branch nobody can guess (RFC 3261 8.1.1.7).
func newBranch() string { return "z9hG4bK" + rand.Text() }

// newAlone writes the message. What the binding brings has been checked when it
// registered: no value holds a line break.
func (s *Server) newAlone(b *registrar.Binding, local endpoint, branch string, a alone) []byte {
	user, domain, _ := splitAOR(b.AOR)
	var m strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&m, format+"\r\n", args...) }
	line("%s %s SIP/2.0", a.method, b.Contact)
	line("Via: SIP/2.0/%s %s:%d;branch=%s;rport", strings.ToUpper(b.Transport.String()), bracket(local.host), local.bound.Port(), branch)
	line("Max-Forwards: 70")
	if b.Path != "" {
		line("Route: %s", b.Path)
	}
	line("From: <sip:dialtone@%s>;tag=%s", bracket(domain), rand.Text()[:16])
	line("To: <sip:%s@%s>", escapedUser(user), bracket(domain))
	line("Call-ID: %s", rand.Text())
	line("CSeq: 1 %s", a.method)
	if a.method != "MESSAGE" { // RFC 3428 section 4
		line("Contact: <sip:%s:%d;transport=%s>", bracket(local.host), local.bound.Port(), b.Transport)
	}
	for _, l := range a.lines {
		line("%s", l)
	}
	line("User-Agent: dialtone/%s", s.version)
	line("Content-Length: %d\r\n", len(a.body))
	m.WriteString(a.body)
	return []byte(m.String())
}

// escapedUser writes a user name as a URI has it (RFC 3261 25.1, user).
func escapedUser(name string) string {
	const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/"
	var b strings.Builder
	for i := range len(name) {
		if strings.IndexByte(unreserved, name[i]) >= 0 {
			b.WriteByte(name[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", name[i])
		}
	}
	return b.String()
}

// endpoint is one of our sockets and the host that stands for it in messages.
type endpoint struct {
	bound netip.AddrPort
	host  string
}

// local is the socket a binding's phone talks to.
func (s *Server) local(b *registrar.Binding) (e endpoint, err error) {
	if b.Transport == registrar.UDP {
		if int(b.Listener) >= len(s.addrs.UDP) {
			return e, fmt.Errorf("cannot reach %q: %w", b.AOR, errListenerGone)
		}
		e.bound = s.addrs.UDP[b.Listener]
	} else {
		c := s.streams.get(b.Connection)
		if c == nil {
			return e, fmt.Errorf("cannot reach %q: %w", b.AOR, errConnectionGone)
		}
		e.bound = addrPort(c.conn.LocalAddr())
	}
	if e.host = s.advertised; e.host == "" {
		e.host = facing(e.bound.Addr(), b.Source.Addr()).String()
	}
	return e, nil
}
