package call

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
	"dialtone/store"
)

// script is the outside of a room: dialogs and streams that only remember what is done
// with them.
type script struct {
	slots   slots
	mu      sync.Mutex
	legs    []*scripted
	streams []*scriptedStream
	refuse  bool // to open streams
}

// scripted is a dialog. What the peer does is up to the test.
type scripted struct {
	s        *script
	id       string
	incoming bool
	origin   dialog.Origin
	request  *sip.Request
	offer    []byte

	mu                     sync.Mutex
	sink                   func(dialog.Event)
	answered, over, asking bool
	finals                 int // final responses given, or hang-ups
	reoffers               int
}

var errOver = errors.New("over")

func (l *scripted) ID() string            { return l.id }
func (l *scripted) CallID() string        { return l.id + "@test" }
func (l *scripted) RemoteTag() string     { return "peer-" + l.id }
func (l *scripted) Incoming() bool        { return l.incoming }
func (l *scripted) Origin() dialog.Origin { return l.origin }
func (l *scripted) Request() *sip.Request { return l.request }
func (l *scripted) Offer() []byte         { return l.offer }
func (l *scripted) Heard() bool           { return true }
func (l *scripted) Flow() dialog.Flow {
	return dialog.Flow{Transport: "udp", Remote: dead, Host: "127.0.0.1"}
}

func (l *scripted) SetSink(sink func(dialog.Event))                  { l.locked(func() { l.sink = sink }) }
func (l *scripted) Send(dialog.InDialog, func(*sip.Response, error)) {}

func (l *scripted) Ack([]byte) {}

func (l *scripted) locked(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

func (l *scripted) Progress(int, string, []byte, bool, ...dialog.Header) (err error) {
	l.locked(func() {
		if l.over || l.answered || !l.incoming {
			err = errOver
		}
	})
	return err
}

func (l *scripted) Accept([]byte, ...dialog.Header) (err error) {
	l.locked(func() {
		if l.over || l.answered {
			err = errOver
			return
		}
		l.answered = true
	})
	return err
}

func (l *scripted) Reject(int, string, ...dialog.Header) (err error) {
	l.locked(func() {
		if l.over || l.answered {
			err = errOver
			return
		}
		l.over, l.finals = true, l.finals+1
	})
	return err
}

func (l *scripted) Hangup(dialog.Cause, ...dialog.Header) {
	l.locked(func() {
		if !l.over {
			l.over, l.finals = true, l.finals+1
		}
	})
}

func (l *scripted) Reoffer([]byte, ...dialog.Header) (err error) {
	l.locked(func() {
		if l.over || l.asking {
			err = errOver
			return
		}
		l.asking = true
		l.reoffers++
	})
	return err
}

// happens tells the room what the peer did.
func (l *scripted) happens(ev dialog.Event) {
	l.mu.Lock()
	sink := l.sink
	l.mu.Unlock()
	if sink != nil {
		sink(ev)
	}
}

// answer lets the peer take the call.
func answer(l *scripted) {
	l.locked(func() { l.answered = true })
	l.happens(dialog.Answered{SDP: []byte("answer")})
}

// state is where the dialog is.
func (l *scripted) state() (answered, over, asking bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answered, l.over, l.asking
}

func (s *script) invite(_ context.Context, o dialog.Outgoing) (dialogue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &scripted{s: s, id: fmt.Sprint("out", len(s.legs)), sink: o.Sink}
	s.legs = append(s.legs, l)
	return l, nil
}

// call is an INVITE of a phone.
func (s *script) call(r *records, from, number string) *scripted {
	req := sip.NewRequest(sip.INVITE, sip.Uri{Scheme: "sip", User: number, Host: office})
	req.AppendHeader(&sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: from, Host: office}, Params: sip.NewParams()})
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: office}, Params: sip.NewParams()})
	s.mu.Lock()
	l := &scripted{s: s, id: fmt.Sprint("in", len(s.legs)), incoming: true, request: req, offer: []byte("offer")}
	s.legs = append(s.legs, l)
	s.mu.Unlock()
	r.store.View(func(v *store.View) { l.origin.User, _ = v.SIPUser([]byte(office), []byte(from)) })
	l.origin.Emergency = number == "911"
	return l
}

// scriptedStream is media that agree to everything.
type scriptedStream struct {
	mu     sync.Mutex
	closed bool
	held   bool
	open   bool
}

var errRound = fmt.Errorf("script: %w", media.ErrOrder)

func (s *scriptedStream) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return media.ErrClosed
	}
	if s.open {
		return errRound
	}
	s.open = true
	return nil
}

func (s *scriptedStream) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
}

func (s *scriptedStream) RemoteOffer(b []byte) error {
	if string(b) == "bad" {
		return media.ErrNotAcceptable
	}
	err := s.begin()
	if err == nil {
		s.mu.Lock()
		s.held = string(b) == "hold"
		s.mu.Unlock()
	}
	return err
}

func (s *scriptedStream) Answer(media.AnswerOptions) ([]byte, error) {
	s.finish()
	return []byte("answer"), nil
}

func (s *scriptedStream) Offer(media.OfferOptions) ([]byte, error) { return []byte("offer"), s.begin() }

func (s *scriptedStream) RemoteAnswer(b []byte) error {
	s.finish()
	if string(b) == "bad" {
		return media.ErrNotAcceptable
	}
	return nil
}
func (s *scriptedStream) Rollback()                { s.finish() }
func (s *scriptedStream) Local() []byte            { return []byte("answer") }
func (s *scriptedStream) Codecs() []sdp.Codec      { return nil }
func (s *scriptedStream) Codec() (sdp.Codec, bool) { return sdp.Codec{}, false }
func (s *scriptedStream) Kind() media.Kind         { return media.Audio }
func (s *scriptedStream) OfferedT38() (sdp.T38, bool) {
	return sdp.T38{}, false
}
func (s *scriptedStream) T38() (sdp.T38, bool)       { return sdp.T38{}, false }
func (s *scriptedStream) Play(media.Source)          {}
func (s *scriptedStream) Stop()                      {}
func (s *scriptedStream) Talks() bool                { return false }
func (s *scriptedStream) SendDTMF(string) error      { return media.ErrNoEvents }
func (s *scriptedStream) Stats() media.Stats         { return media.Stats{} }
func (s *scriptedStream) Record(*media.Tap)          {}
func (s *scriptedStream) Leave()                     {}
func (s *scriptedStream) Terminate(func([]byte))     {}
func (s *scriptedStream) SendDatagram([]byte)        {}
func (s *scriptedStream) ListenForFax(time.Duration) {}
func (s *scriptedStream) Close()                     { s.mu.Lock(); defer s.mu.Unlock(); s.closed = true }

func (s *scriptedStream) Held() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.held }

func (s *script) open(media.Options) (stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse {
		return nil, media.ErrPorts
	}
	st := &scriptedStream{}
	s.streams = append(s.streams, st)
	return st, nil
}

func (s *script) join(a, b stream) error { return nil }

func (s *script) tape(media.TapeConfig) *media.Tape { return nil }

// scriptedRequest remembers how it was answered.
type scriptedRequest struct {
	mu      sync.Mutex
	answers int
}

func (r *scriptedRequest) add() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers++
	return nil
}
func (r *scriptedRequest) Accept([]byte, ...dialog.Header) error { return r.add() }
func (r *scriptedRequest) Respond(int, string, []byte, string, ...dialog.Header) error {
	return r.add()
}

// scriptedReferral remembers its outcome.
type scriptedReferral struct {
	mu     sync.Mutex
	finals []int
}

func (r *scriptedReferral) Accept() error                { return nil }
func (r *scriptedReferral) Reject(s int, _ string) error { r.Done(s, ""); return nil }
func (r *scriptedReferral) Progress(int, string)         {}
func (r *scriptedReferral) Done(status int, _ string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.finals = append(r.finals, status)
}

// newScripted is a room without network: script's.
func newScripted(r *records) (*Manager, *script) {
	s := &script{}
	m := New(Config{
		Store: r.store, Bindings: r, Records: r, Trunks: r, Notify: r.notify, Log: r.log, Slots: &s.slots,
		Dial: func(context.Context, string, netip.AddrPort, string) (dialog.Flow, error) {
			return dialog.Flow{Host: "127.0.0.1"}, nil
		},
	})
	m.dialogs, m.sounds = s, s
	return m, s
}

// last is the final status told, 0 before.
func (r *scriptedReferral) last() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.finals) == 0 {
		return 0
	}
	return r.finals[len(r.finals)-1]
}

// byeEvent is a peer's hang-up.
var byeEvent = dialog.Ended{Remote: true, Why: dialog.WhyBye}
