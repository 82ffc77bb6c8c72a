package sip

import (
	"context"
	"net/netip"
	"slices"

	"dialtone/sip/call"
	"dialtone/sip/dialog"
	"dialtone/sip/event"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// newLamps sets up who is told about the state of phones.
func (s *Server) newLamps(cfg Config) (err error) {
	s.lamps, err = event.New(event.Config{
		Sender: lampSender{s}, Tracker: carrier{s}, Directory: event.Records{Store: s.store}, Bindings: s.registrar,
		Kept: s.store.Subscriptions(), Product: "dialtone/" + s.version, MinExpires: cfg.MinExpires, MaxExpires: cfg.MaxExpires,
		Log: cfg.Log, Now: s.now, Registerer: cfg.Registerer,
	})
	return err
}

// lampSender sends NOTIFYs.
type lampSender struct{ *Server }

// Send sends them as requests of ours.
func (s lampSender) Send(list []event.Outgoing) {
	requests := make([]*request, len(list))
	for i, o := range list {
		requests[i] = &request{branch: o.Branch, data: o.Data, done: o.Done, to: flow{
			source: o.Flow.Remote, transport: transportNamed(o.Flow.Transport), listener: o.Flow.Listener, connection: o.Flow.Connection,
		}}
	}
	s.send(requests)
}

// Facing is what stands for us toward a peer.
func (s lampSender) Facing(f dialog.Flow) (host string, port int, err error) {
	bound, err := s.boundTo(f)
	if err != nil {
		return "", 0, err
	}
	return s.hostToward(bound.Addr(), f.Remote.Addr()), carrier(s).contactPort(f.Transport, bound), nil
}

// boundTo is the socket a flow goes through.
func (s *Server) boundTo(f dialog.Flow) (netip.AddrPort, error) {
	if f.Transport == registrar.UDP.String() {
		if int(f.Listener) >= len(s.addrs.UDP) {
			return netip.AddrPort{}, errListenerGone
		}
		return s.addrs.UDP[f.Listener], nil
	}
	c := s.streams.get(f.Connection)
	if c == nil {
		return netip.AddrPort{}, errConnectionGone
	}
	return addrPort(c.conn.LocalAddr()), nil
}

// hostToward is the host that stands for a socket toward a peer.
func (s *Server) hostToward(bound, peer netip.Addr) string {
	if s.advertised != "" {
		return s.advertised
	}
	return s.faces.toward(bound, peer, s.now()).String()
}

// transportNamed is the transport of that name, UDP for another.
func transportNamed(name string) registrar.Transport {
	all := []registrar.Transport{registrar.UDP, registrar.TCP, registrar.TLS, registrar.WS, registrar.WSS}
	if i := slices.IndexFunc(all, func(t registrar.Transport) bool { return t.String() == name }); i >= 0 {
		return all[i]
	}
	return registrar.UDP
}

// happened takes what happens to calls: lamps follow their dialogs, the rest is for
// who watches.
func (s *Server) happened(e call.Event) {
	if e.Kind == call.EventDialog {
		l := &e.Dialog
		sources := []event.Source{event.Line(l.AOR)}
		if l.Extension != "" {
			sources = append(sources, event.Extension(l.Extension))
		}
		s.lamps.Publish(event.Dialog{
			ID: l.ID, CallID: l.CallID, Local: l.Theirs, Remote: l.Ours, Initiator: l.Initiator, State: event.State(l.State),
			Held: l.Held, Number: l.Number, Name: l.Name, Since: l.Since,
		}, sources...)
		return
	}
	if e.Kind == call.EventSlot {
		s.slotChanged(&e)
	}
	if s.notified != nil {
		s.notified(e)
	}
}

// follow notes in a device's state when it last registered anew, has lamps told over the
// flow a phone has now, and remembers the flows that have ended. Refreshes are not written: the binding itself tells of
// them.
func (s *Server) follow(ctx context.Context) error {
	sub := s.registrar.Subscribe(maxEvents)
	defer sub.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-sub.Events:
			if s.bound != nil && e.Kind != registrar.Refreshed {
				s.bound(e)
			}
			switch e.Kind {
			case registrar.Registered:
				s.noteSeen(&e.Binding)
				s.lamps.Registered(&e.Binding)
			case registrar.Refreshed:
				s.lamps.Registered(&e.Binding)
			case registrar.Expired, registrar.Unregistered, registrar.Evicted:
				s.past.add(&e.Binding, s.now())
			}
			if sub.Lost() > 0 {
				s.refollow()
			}
		}
	}
}

// refollow has lamps look at every binding, after events about some were lost.
func (s *Server) refollow() {
	var accounts []record.ID
	s.store.View(func(v *store.View) {
		store.Each(v, "", func(a *record.Account) bool { accounts = append(accounts, a.ID); return true })
	})
	for _, account := range accounts {
		for _, b := range s.Bindings(account) {
			s.lamps.Registered(&b)
		}
	}
}
