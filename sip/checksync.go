package sip

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

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
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	req, err := s.newNotify(ctx, b, eventValue)
	if err != nil {
		return 0, err
	}
	defer s.peers.add(b.Source)()
	res, err := s.client.Do(ctx, req, sipgo.ClientRequestBuild)
	if err != nil {
		return 0, fmt.Errorf("cannot notify %q: %w", b.AOR, err)
	}
	return int(res.StatusCode), nil
}

func (s *Server) newNotify(ctx context.Context, b *registrar.Binding, eventValue string) (*sipmsg.Request, error) {
	var uri sipmsg.Uri
	if err := sipmsg.ParseUri(b.Contact, &uri); err != nil {
		return nil, fmt.Errorf("cannot notify %q: %w", b.AOR, err)
	}
	local, err := s.local(ctx, b)
	if err != nil {
		return nil, err
	}
	user, domain, _ := splitAOR(b.AOR)
	req := sipmsg.NewRequest(sipmsg.NOTIFY, uri)
	req.SetDestination(b.Source.String())
	req.SetTransport("TCP") // whatever the connection is: the library only has the stream
	if b.Transport == registrar.UDP {
		req.SetTransport("UDP")
		req.Laddr = sipmsg.Addr{IP: local.bound.Addr().AsSlice(), Port: int(local.bound.Port())}
	}
	from := sipmsg.FromHeader{Address: sipmsg.Uri{Scheme: "sip", User: "dialtone", Host: bracket(domain)}, Params: sipmsg.NewParams()}
	from.Params.Add("tag", sipmsg.GenerateTagN(16))
	req.AppendHeader(s.via(b, local))
	req.AppendHeader(&from)
	req.AppendHeader(&sipmsg.ToHeader{Address: sipmsg.Uri{Scheme: "sip", User: user, Host: bracket(domain)}, Params: sipmsg.NewParams()})
	req.AppendHeader(&sipmsg.ContactHeader{Address: sipmsg.Uri{Scheme: "sip", Host: bracket(local.host), Port: int(local.bound.Port())}})
	req.AppendHeader(sipmsg.NewHeader("Event", eventValue))
	req.AppendHeader(sipmsg.NewHeader("Subscription-State", "terminated"))
	req.AppendHeader(sipmsg.NewHeader("User-Agent", "dialtone/"+s.version))
	return req, nil
}

// via names us as the peer has to answer us.
func (s *Server) via(b *registrar.Binding, local endpoint) *sipmsg.ViaHeader {
	via := &sipmsg.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(b.Transport.String()),
		Host: bracket(local.host), Port: int(local.bound.Port()), Params: sipmsg.NewParams(),
	}
	via.Params.Add("branch", sipmsg.GenerateBranch())
	via.Params.Add("rport", "")
	return via
}

// endpoint is one of our sockets and the host that stands for it in messages.
type endpoint struct {
	bound netip.AddrPort
	host  string
}

// local is the socket a binding's phone talks to. A connection is made ready to be
// sent over.
func (s *Server) local(ctx context.Context, b *registrar.Binding) (e endpoint, err error) {
	if b.Transport == registrar.UDP {
		if int(b.Listener) >= len(s.addrs.UDP) {
			return e, fmt.Errorf("cannot reach %q: its listener is gone", b.AOR)
		}
		e.bound = s.addrs.UDP[b.Listener]
	} else {
		c := s.streams.get(b.Connection)
		if c == nil {
			return e, fmt.Errorf("cannot reach %q: its connection is closed", b.AOR)
		}
		if err := c.promote(ctx); err != nil {
			return e, err
		}
		e.bound = addrPort(c.conn.LocalAddr())
	}
	if e.host = s.advertised; e.host == "" {
		e.host = facing(e.bound.Addr(), b.Source.Addr()).String()
	}
	return e, nil
}
