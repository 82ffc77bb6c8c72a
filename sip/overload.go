package sip

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/admission"
	"dialtone/sip/wire"
)

// level is how much there is to do.
type level int32

const (
	// calm: everything is answered.
	calm level = iota
	// pressed: who has not begun is told to come later. A REGISTER with credentials
	// ends a registration that has cost its challenge already, and is taken: of two
	// requests, one of each kind, it is the one that makes a phone reachable.
	pressed
	// full: nothing new is begun at all.
	full
)

// How the level is found. It follows what waits for the disk, of what the registrar
// takes at most, and datagrams the kernel had no room for: readers that keep up lose
// none, and those that lose a few in a burst are helped by phones' retransmissions
// better than by a refusal.
const (
	// sampleEvery is how often that is looked at.
	sampleEvery = 100 * time.Millisecond
	// pressedAfter and fullAfter are samples with losses, each one without making up
	// for one with. The level falls when none are left.
	pressedAfter, fullAfter = 10, 50
)

// retryLeast and retrySpread are what Retry-After says, in seconds: who is refused
// together must not come back together.
const retryLeast, retrySpread = 5, 11

// overloadLogEvery is how often overload is worth a line in the log.
const overloadLogEvery = time.Minute

// overload tells how much there is to do. One goroutine takes samples; anybody reads
// the level.
type overload struct {
	level atomic.Int32

	losing int // samples with losses not made up for
	lost   uint64
	losses level // what losses alone amount to
	wait   level // what waiting alone amounts to
	logged time.Time
}

// sample takes how many updates wait, out of at most limit, and how many datagrams have
// been lost so far.
func (o *overload) sample(waiting, limit int, lost uint64) level {
	if lost != o.lost {
		o.losing = min(o.losing+1, fullAfter)
	} else {
		o.losing = max(o.losing-1, 0)
	}
	o.lost = lost
	switch {
	case o.losing >= fullAfter:
		o.losses = full
	case o.losing == 0:
		o.losses = calm
	case o.losing >= pressedAfter:
		o.losses = max(o.losses, pressed)
	}
	switch {
	case waiting >= limit:
		o.wait = full
	case waiting < limit/4:
		o.wait = calm
	case waiting >= limit/2:
		o.wait = pressed
	}
	now := max(o.losses, o.wait)
	o.level.Store(int32(now))
	return now
}

// at is the present level.
func (o *overload) at() level { return level(o.level.Load()) }

// watchLoad takes samples until ctx ends.
func (s *Server) watchLoad(ctx context.Context) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.sampleLoad(s.now())
		}
	}
}

// sampleLoad takes one sample and says when overload begins.
func (s *Server) sampleLoad(now time.Time) {
	o := &s.overload
	waiting, limit := s.registrar.Waiting()
	lost := s.lost()
	before := o.at()
	if o.sample(waiting, limit, lost) <= before || before != calm {
		return
	}
	if now.Sub(o.logged) >= overloadLogEvery {
		o.logged = now
		s.log.Warn("overloaded: new requests are told to come later", "waiting", waiting, "lost", lost)
	}
}

// lost is how many datagrams the kernel had no room for.
func (s *Server) lost() (sum uint64) {
	for _, l := range s.udp {
		for _, socket := range l.sockets {
			sum += socket.conn.Lost()
		}
	}
	return sum
}

// shed tells, without reading more of a message than it must, whether it is to be
// answered with 503 because there is too much to do. Emergency calls, what belongs to a
// dialog and what is not plain are none of its business, nor are those that get no
// answer at other times.
func (w *worker) shed(data []byte, f flow, now time.Time) (answer, bool) {
	s, m := w.edge, &w.msg
	at := s.overload.at()
	if at == calm || !wire.Skim(data, m) || !sheddable(m, at) || admission.Scanner(m.UserAgent) || s.bans.Banned(f.source.Addr(), now) {
		return answer{}, false
	}
	a := answer{status: 503, reason: "Service Unavailable", retryAfter: retryLeast + rand.IntN(retrySpread)}
	if string(m.Method) == "REGISTER" {
		a.result = resultOverload
	} else if s.emergency(data) {
		return answer{}, false
	}
	s.metrics.shed.Inc()
	return a, true
}

// sheddable tells whether a request may be put off at a level.
func sheddable(m *wire.Message, at level) bool {
	if m.To.Tag != nil {
		return false
	}
	switch string(m.Method) {
	case "REGISTER":
		return at == full || len(m.Authorization) == 0
	case "OPTIONS", "SUBSCRIBE", "PUBLISH", "MESSAGE":
		return true
	case "INVITE":
		return at == full
	}
	return false
}

// gaugeLoad shows the level.
func (s *Server) gaugeLoad(reg prometheus.Registerer) {
	if reg == nil {
		return
	}
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_sip_overload", Help: "0 calm, 1 new registrations are put off, 2 new calls too.",
	}, func() float64 { return float64(s.overload.at()) }))
}
