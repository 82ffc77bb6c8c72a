package event

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dialtone/store"
	"dialtone/store/record"
)

const (
	// keepInterval is the least time from one write of subscriptions to the next, keepFresh
	// when there are new ones, and keepRetry after one that failed.
	keepInterval = 500 * time.Millisecond
	keepFresh    = 20 * time.Millisecond
	keepRetry    = 5 * time.Second
	// keepBatch is how many are written at once.
	keepBatch = 1024
	// keepEvery is after how many NOTIFYs a subscription is written, and keepAhead how
	// far past what was written it goes on after a restart: more than can have been
	// sent since.
	keepEvery = 512
	keepAhead = 1 << 16
	// keepVersion is the version of a record.
	keepVersion = 1
)

// kept is a subscription as it is on disk.
type kept struct {
	Version   uint8     `cbor:"0,keyasint"`
	AOR       string    `cbor:"1,keyasint"`
	Account   record.ID `cbor:"2,keyasint"`
	Event     string    `cbor:"3,keyasint"`
	ID        string    `cbor:"4,keyasint,omitempty"`
	Name      string    `cbor:"5,keyasint"`
	Host      string    `cbor:"6,keyasint"`
	CallID    string    `cbor:"7,keyasint"`
	RemoteTag string    `cbor:"8,keyasint"`
	Local     string    `cbor:"9,keyasint"`
	Remote    string    `cbor:"10,keyasint"`
	Target    string    `cbor:"11,keyasint"`
	Contact   string    `cbor:"12,keyasint,omitempty"` // where it is not the target
	Routes    string    `cbor:"13,keyasint,omitempty"`
	Instance  string    `cbor:"14,keyasint,omitempty"`
	Transport string    `cbor:"15,keyasint"`
	Source    string    `cbor:"16,keyasint"`
	Listener  uint16    `cbor:"17,keyasint,omitempty"`
	Expires   int64     `cbor:"18,keyasint"` // seconds since 1970
	Seq       uint32    `cbor:"19,keyasint"`
	RemoteSeq uint32    `cbor:"20,keyasint"`
}

var errKept = errors.New("malformed subscription")

// record is the subscription as it is kept.
func (s *subscription) record() ([]byte, error) {
	k := kept{
		Version: keepVersion, AOR: s.watcher.aor, Account: s.watcher.account, Event: s.watched.of.name, ID: s.id,
		Name: s.watched.subject.name, Host: s.watched.subject.host, CallID: s.callID, RemoteTag: s.remoteTag,
		Local: s.local, Remote: s.remote, Target: s.target, Routes: s.routes, Instance: s.instance,
		Transport: s.flow.transport, Source: s.flow.remote.String(), Listener: s.flow.listener,
		Expires: s.expires.Unix(), Seq: s.seq, RemoteSeq: s.remoteSeq,
	}
	if s.contact != s.target {
		k.Contact = s.contact
	}
	value, err := cbor.Marshal(&k)
	if err != nil {
		return nil, fmt.Errorf("cannot write subscription %q: %w", s.tag, err)
	}
	return value, nil
}

// parseKept reads a record.
func parseKept(value []byte) (k kept, s *subscription, err error) {
	if err := store.Decode(value, &k); err != nil {
		return k, nil, fmt.Errorf("cannot read subscription: %w", err)
	}
	source, err := netip.ParseAddrPort(k.Source)
	if err != nil || k.Version != keepVersion || packageNamed(k.Event) == nil {
		return k, nil, fmt.Errorf("cannot read subscription: %w", errKept)
	}
	s = &subscription{
		callID: k.CallID, remoteTag: k.RemoteTag, id: k.ID, target: k.Target, contact: k.Contact, routes: k.Routes,
		local: k.Local, remote: k.Remote, instance: k.Instance,
		flow:    flow{remote: source, transport: k.Transport, listener: k.Listener},
		expires: time.Unix(k.Expires, 0), seq: k.Seq + keepAhead, kept: k.Seq + keepAhead, remoteSeq: k.RemoteSeq, index: -1, answered: true,
	}
	if s.contact == "" {
		s.contact = s.target
	}
	if !s.sound() || k.ID != "" && !token(k.ID) {
		return k, nil, fmt.Errorf("cannot read subscription: %w", errKept)
	}
	return k, s, nil
}

// restore loads the subscriptions that were kept. Their phones are told the state over
// UDP; others when they connect again.
func (s *Server) restore() error {
	if s.cfg.Kept == nil {
		return nil
	}
	now := s.cfg.Now()
	malformed := 0
	err := s.cfg.Kept.Load(func(key, value []byte) error {
		k, sub, err := parseKept(value)
		switch {
		case err != nil:
			malformed++
		case !sub.expires.After(now):
		default:
			sub.tag = string(key)
			if s.revive(sub, &k, now) {
				return nil
			}
		}
		s.unsaved[string(key)] = struct{}{} // is deleted, as nothing has that tag
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot load subscriptions: %w", err)
	}
	if malformed > 0 {
		s.cfg.Log.Warn("subscriptions could not be read", "count", malformed)
	}
	if len(s.unsaved) > 0 {
		poke(s.unkept)
	}
	return nil
}

// revive enters a subscription that was kept, false if it means nothing any more.
func (s *Server) revive(sub *subscription, k *kept, now time.Time) bool {
	of := packageNamed(k.Event)
	about, ok := s.cfg.Directory.Resolve(k.Account, k.Name, trimBrackets(k.Host))
	if !ok || of.lamp && len(about.Sources) == 0 || !s.cfg.Directory.Allowed(k.Account, k.AOR, now) ||
		s.book.limited(k.AOR, k.Account, s.cfg.Limits) != "" {
		return false
	}
	entity := entityOf(k.Name, k.Host)
	s.place(sub, k.AOR, resourceKey{k.Account, of, entity}, subject{name: k.Name, host: k.Host, entity: entity, about: about})
	s.cfg.Tracker.Track(sub.tag)
	sub.dirty, sub.since = true, now
	if sub.flow.lost() {
		s.stall(sub)
	} else {
		s.restored.push(sub)
	}
	return true
}

// save has a subscription written to disk, or deleted when there is none any more. s.mu
// is held.
func (s *Server) save(tag string) {
	if s.cfg.Kept == nil {
		return
	}
	if len(s.unsaved) < 2*s.cfg.Limits.Total { // the disk has failed for long; what is not deleted expires
		s.unsaved[tag] = struct{}{}
	}
	poke(s.unkept)
}

// keep writes subscriptions behind until ctx ends, and then what is left. New ones hardly
// wait: a phone that was told its subscription holds will not ask again.
func (s *Server) keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			_ = s.flush() // has logged it
			return
		case <-s.unkept:
		}
		if s.flush() != nil {
			rest(ctx, keepRetry, nil)
			poke(s.unkept)
			continue
		}
		rest(ctx, keepFresh, nil)
		rest(ctx, keepInterval-keepFresh, s.fresh)
	}
}

// rest waits for a time, or until ctx ends or something comes.
func rest(ctx context.Context, d time.Duration, until <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-until:
	}
}

// flush writes everything that is to be written.
func (s *Server) flush() error {
	for {
		ops := s.unwritten()
		if len(ops) == 0 {
			return nil
		}
		if err := s.cfg.Kept.Commit(ops); err != nil {
			s.metrics.commitFailures.Inc()
			s.cfg.Log.Error("cannot keep subscriptions", "count", len(ops), "err", err)
			s.mu.Lock()
			for _, op := range ops {
				s.unsaved[string(op.Key)] = struct{}{}
			}
			s.mu.Unlock()
			return fmt.Errorf("cannot keep subscriptions: %w", err)
		}
	}
}

// unwritten takes the next batch of what is to be written.
func (s *Server) unwritten() (ops []Op) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for tag := range s.unsaved {
		delete(s.unsaved, tag)
		op := Op{Key: []byte(tag)}
		if sub := s.book.byTag[tag]; sub != nil {
			value, err := sub.record()
			if err != nil {
				s.cfg.Log.Error("cannot keep a subscription", "err", err)
				continue
			}
			op.Value, sub.kept = value, sub.seq
		}
		if ops = append(ops, op); len(ops) == keepBatch {
			break
		}
	}
	return ops
}
