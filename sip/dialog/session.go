package dialog

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// minSession is the least session interval taken, in seconds (RFC 4028 4).
	minSession = 90
	// maxSession bounds what a peer may ask for.
	maxSession             = 24 * 3600
	statusIntervalTooSmall = 422
)

// session is the session timer of a leg (RFC 4028). Intervals are in seconds.
type session struct {
	wanted   int // our own wish; 0 for none
	least    int // the largest Min-SE we were told
	interval int // agreed; 0 for none
	ours     bool
	deadline time.Time
	timer    *time.Timer
}

func (s *session) want(d time.Duration) {
	if d > 0 {
		s.wanted = max(int(d/time.Second), minSession)
	}
}

func (s *session) stop() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
}

// request adds our wish to an INVITE or UPDATE.
func (s *session) request(req *sip.Request) {
	n, refresher := s.wanted, ""
	if s.interval > 0 {
		n, refresher = max(s.interval, s.least), ";refresher=uas"
		if s.ours {
			refresher = ";refresher=uac"
		}
	}
	if n == 0 {
		return
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(n)+refresher))
	req.AppendHeader(sip.NewHeader("Min-SE", strconv.Itoa(max(minSession, s.least))))
}

// longer takes a 422: false when the same would be asked again.
func (s *session) longer(res *sip.Response) bool {
	n := seconds(value(res, "Min-SE"))
	if n <= s.wanted && n <= s.interval || n > maxSession {
		return false
	}
	s.least = max(s.least, n)
	if s.interval == 0 {
		s.wanted = max(s.wanted, n)
	}
	return true
}

// agreed takes what a 2xx to our INVITE or UPDATE says. l.mu is held.
func (s *session) agreed(l *Leg, res *sip.Response) {
	n, refresher := sessionOf(res)
	s.start(l, n, refresher != "uas")
}

// appendSession answers a peer's wish in a 2xx. l.mu is held.
func (l *Leg) appendSession(res *sip.Response, req *sip.Request) {
	n, refresher := sessionOf(req)
	able := has(req, "Supported", "timer")
	switch {
	case n == 0 && able && l.e.cfg.SessionExpires > 0:
		n, refresher = max(int(l.e.cfg.SessionExpires/time.Second), minSession), "uas"
	case n == 0:
		l.session.start(l, 0, false)
		return
	case !able:
		refresher = "uas"
	case refresher == "":
		refresher = "uac"
	}
	if refresher == "uac" {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(n)+";refresher="+refresher))
	l.session.start(l, n, refresher == "uas")
}

// sessionOf reads Session-Expires.
func sessionOf(m sip.Message) (interval int, refresher string) {
	v, p := splitParams(value(m, "Session-Expires"))
	return seconds(v), strings.ToLower(p.get("refresher"))
}

func seconds(s string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil {
		return 0
	}
	return min(int(n), maxSession)
}

// tooShort tells that a request asks for an interval we refuse, and the least we take.
func tooShort(req *sip.Request) (least string, short bool) {
	n, _ := sessionOf(req)
	return strconv.Itoa(minSession), n > 0 && n < minSession && has(req, "Supported", "timer")
}

// intervalTooSmall answers 422 inside the dialog.
func (l *Leg) intervalTooSmall(r *Request) bool {
	least, short := tooShort(r.msg)
	if short {
		_ = r.respond(statusIntervalTooSmall, "", "", nil, []Header{{"Min-SE", least}})
	}
	return short
}

// start begins an interval: half of it until our refresh, or almost all of it until
// the peer's must have come (RFC 4028 10). l.mu is held.
func (s *session) start(l *Leg, interval int, ours bool) {
	s.stop()
	s.interval, s.ours = interval, ours
	if interval == 0 {
		return
	}
	all := time.Duration(interval) * l.e.second
	s.deadline = l.e.cfg.Now().Add(all)
	if ours {
		s.after(l, all/2, l.refresh)
	} else {
		s.after(l, all-min(32*l.e.second, all/3), l.expire)
	}
}

func (s *session) after(l *Leg, d time.Duration, do func()) {
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		l.input(func() {
			if s.timer == t && !l.over {
				do()
			}
		})
	})
	s.timer = t
}

// refresh sends a refresh: an UPDATE where the peer takes it, else a re-INVITE with
// the SDP of before. l.mu is held.
func (l *Leg) refresh() {
	switch {
	case l.updates && l.peer != nil:
		l.send(l.peer, InDialog{Method: string(sip.UPDATE)}, l.session.request, l.refreshed)
	case l.state == StateConfirmed && !l.busy():
		l.reinvite(&inviting{refresh: true, offer: l.localSDP})
	default:
		l.session.failed(l)
	}
}

// refreshed takes the outcome of a refresh by UPDATE.
func (l *Leg) refreshed(res *sip.Response, err error) {
	switch {
	case l.over:
	case err != nil && !errors.Is(err, ErrUnreachable) || res != nil && ends(res.StatusCode):
		l.lose(WhyNoAnswer)
	case err != nil:
		l.session.failed(l)
	case res.IsSuccess():
		l.session.agreed(l, res)
	case res.StatusCode == statusIntervalTooSmall && l.session.longer(res):
		l.refresh()
	case res.StatusCode == sip.StatusMethodNotAllowed || res.StatusCode == sip.StatusNotImplemented:
		l.updates = false
		l.refresh()
	default:
		l.session.failed(l)
	}
}

// failed tries a refresh again while there is time. l.mu is held.
func (s *session) failed(l *Leg) {
	if s.interval == 0 {
		return
	}
	if !l.e.cfg.Now().Before(s.deadline) {
		l.expire()
		return
	}
	s.after(l, max(time.Duration(s.interval)*l.e.second/16, time.Millisecond), l.refresh)
}

// expire ends a leg nobody refreshed. l.mu is held.
func (l *Leg) expire() {
	c := Cause{Status: sip.StatusRequestTimeout, Text: "Session expired"}
	l.sendBye(l.peer, c, nil)
	l.end(true, c, WhySessionExpired)
}
