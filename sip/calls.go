package sip

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/call"
	"dialtone/sip/dialog"
	"dialtone/sip/digest"
	"dialtone/sip/media"
	"dialtone/sip/park"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
)

// Media is where RTP goes.
type Media struct {
	// Address is the local address of the ports; the wildcard takes what faces a peer.
	Address netip.Addr
	// Advertised stands for it in SDP; empty is the local address that faces the peer.
	Advertised string
	// Ports are the first and the last; 0 and 0 are any free ones.
	Ports [2]int
}

// silence is how long a call may be without media before it ends.
const silence = 60 * time.Second

// newCalls sets up what takes calls: dialogs, media, trunks.
func (s *Server) newCalls(cfg Config) (err error) {
	s.media, err = media.New(media.Config{
		Address: cfg.Media.Address, Advertised: cfg.Media.Advertised, Ports: cfg.Media.Ports,
		Facing: func(peer netip.Addr) netip.Addr { return s.faces.toward(unspecified(peer), peer, s.now()) },
		Log:    cfg.Log, Registerer: cfg.Registerer, Now: s.now, SilenceAfter: silence,
	})
	if err != nil {
		return fmt.Errorf("cannot set up media: %w", err)
	}
	s.music = media.NewLibrary(media.LibraryConfig{Store: s.store, Log: cfg.Log, Registerer: cfg.Registerer})
	s.trunks = trunk.New(trunk.Config{
		Resolver: trunk.NewResolver(trunk.ResolverConfig{Hosts: systemHosts}), Requester: requester{s}, Password: s.trunkPassword,
		Log: cfg.Log, Registerer: cfg.Registerer,
	})
	s.updateTrunks()
	s.history = cfg.Store.NewCallQueue()
	s.slots = park.New(cfg.Registerer)
	s.newQueues(cfg)
	s.endpoint = dialog.New(dialog.Config{
		Carrier: carrier{s}, Product: "dialtone/" + s.version,
		Log: cfg.Log, Now: s.now, Registerer: cfg.Registerer,
		Invite:    func(l *dialog.Leg) { s.calls.Invite(l) },
		Request:   s.request,
		Challenge: s.challengeAgain,
		Trace:     func(leg string, sent bool, message []byte, f dialog.Flow) { s.calls.Trace(leg, sent, message, f) },
	})
	s.calls = call.New(call.Config{
		Endpoint: s.endpoint, Media: s.media, Trunks: s.trunks, Store: s.store, Bindings: s.registrar,
		Dial:    carrier{s}.Dial,
		Records: records{s.history}, Notify: s.happened, Waiting: s.music, Slots: s.slots, Speaker: speaker{s.store, cfg.Log},
		Queues: s.queues, Clips: s.music, Voice: &voice{speaker: speaker{s.store, cfg.Log}},
		Emergency: cfg.Emergency, Archive: cfg.Archive, Faxes: cfg.Faxes,
		Log: cfg.Log, Now: s.now, Registerer: cfg.Registerer,
	})
	return nil
}

// systemHosts asks the operating system: for names of its hosts file.
func systemHosts(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func unspecified(peer netip.Addr) netip.Addr {
	if peer.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// records are where ended calls go.
type records struct{ queue *store.Queue[store.EndedCall] }

// Call keeps what a call was.
func (r records) Call(c record.CallRecord, t record.CallTrace) {
	r.queue.Add(store.EndedCall{Record: c, Trace: &t})
}

// trunkPassword opens what a trunk authenticates with.
func (s *Server) trunkPassword(p *record.ProviderAccount) (string, error) {
	return s.store.TrunkPassword(p)
}

// updateTrunks takes over the provider accounts as they are.
func (s *Server) updateTrunks() {
	var list []*record.ProviderAccount
	s.store.View(func(v *store.View) { list = v.AllProviderAccounts() })
	s.trunks.Update(list)
}

// requester sends a trunk's registrations and pings.
type requester struct{ *Server }

// Do sends one request and waits for its answer.
func (r requester) Do(ctx context.Context, to trunk.Destination, q trunk.Request) (trunk.Response, error) {
	flow, err := carrier(r).Dial(ctx, to.Transport, to.Address, to.ServerName)
	if err != nil {
		return trunk.Response{}, err
	}
	from := q.From
	if from == "" {
		from = "sip:dialtone@" + bracket(flow.Host)
	}
	headers := make([]dialog.Header, 0, len(q.Headers))
	for _, h := range q.Headers {
		headers = append(headers, dialog.Header(h))
	}
	res, err := r.endpoint.Do(ctx, dialog.OutRequest{
		Flow: flow, Method: q.Method, Target: q.Target, From: dialog.Address{URI: from}, To: dialog.Address{URI: q.To},
		FromTag: q.FromTag, CallID: q.CallID, CSeq: q.CSeq, Contact: q.ContactUser, Headers: headers,
	})
	if err != nil {
		return trunk.Response{}, err
	}
	answer := trunk.Response{Status: res.StatusCode, Reason: res.Reason}
	for _, h := range res.Headers() {
		answer.Headers = append(answer.Headers, trunk.Header{Name: h.Name(), Value: h.Value()})
	}
	return answer, nil
}

// request answers requests outside calls.
func (s *Server) request(r *dialog.Request) {
	if r.Message().Method == sipmsg.SUBSCRIBE {
		s.lamps.Handle(r)
		return
	}
	_ = r.Respond(405, "", nil, "", dialog.Header{Name: "Allow", Value: methods})
}

// challengeAgain tells somebody whose credentials were used before to make new ones.
func (s *Server) challengeAgain(r *dialog.Request) {
	domain := r.Origin().User.Domain
	text := digest.AppendChallenges(nil, "Proxy-Authenticate", &digest.Challenge{
		Realm: domain.Domain, Nonce: s.nonces.Append(nil, domain.Domain, s.now()),
		Algorithms: algorithms(domain), Stale: true,
	})
	var headers []dialog.Header
	for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\r\n") {
		name, value, _ := strings.Cut(line, ": ")
		headers = append(headers, dialog.Header{Name: name, Value: value})
	}
	_ = r.Respond(407, "", nil, "", headers...)
}

// goodbye is how long the last requests of calls that are ended may take.
const goodbye = 2 * time.Second

// drainCalls waits for the calls there are, as long as it may, and ends the rest.
func (s *Server) drainCalls() {
	ctx, cancel := context.WithTimeout(context.Background(), s.drain)
	defer cancel()
	if left := s.calls.Drain(ctx); left > 0 {
		s.log.Warn("calls are ended by the stop", "calls", left)
	}
	s.calls.Close()
	ctx, cancel = context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	s.endpoint.Close(ctx)
}

// ActiveCalls lists an account's calls, the oldest first; those of all accounts for "".
func (s *Server) ActiveCalls(account record.ID) []call.Info { return s.calls.Active(account) }

// Hangup ends an account's call and tells whether there was one.
func (s *Server) Hangup(account record.ID, id string) bool {
	return s.calls.Hangup(account, id) == nil
}

// TrunkStatus tells how a provider account is.
func (s *Server) TrunkStatus(id record.ID) (trunk.Status, bool) { return s.trunks.Status(id) }

// InCall tells whether a line of a device, or of its handsets, has a call.
func (s *Server) InCall(device record.ID) bool {
	for _, t := range s.targets(device) {
		if len(s.calls.Dialogs(t.aor)) > 0 {
			return true
		}
	}
	return false
}
