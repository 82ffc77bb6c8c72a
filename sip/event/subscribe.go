package event

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
)

// request is a SUBSCRIBE that waits for its answer: a [dialog.Request].
type request interface {
	Message() *sip.Request
	Origin() dialog.Origin
	Tag() string // ours, in its answers
	Respond(status int, reason string, body []byte, contentType string, h ...dialog.Header) error
}

// retryAfter is what a SUBSCRIBE is told that is one too many, in seconds.
const retryAfter = "120"

// statusBadEvent is RFC 6665 section 8.3.2.
const statusBadEvent = 489

// refusal is why a SUBSCRIBE is not taken.
type refusal struct {
	status  int
	label   string // for the metric
	headers []dialog.Header
}

func refuse(status int, label string, h ...dialog.Header) *refusal {
	return &refusal{status, label, h}
}

// asked is what a SUBSCRIBE asks for.
type asked struct {
	of      *eventPackage
	id      string
	expires int // seconds
	sub     *subscription
}

// Handle answers a SUBSCRIBE. Those outside dialogs are of somebody the front knows.
// Other methods get 405: what phones publish has no use here.
func (s *Server) Handle(r request) {
	if r.Message().Method != sip.SUBSCRIBE {
		_ = r.Respond(sip.StatusMethodNotAllowed, "", nil, "") // Allow is the dialog layer's
		return
	}
	var refused *refusal
	a, refused := s.read(r)
	switch {
	case refused != nil:
	case paramOf(r.Message().To().Params, "tag") != "":
		refused = s.resubscribe(r, a)
	default:
		refused = s.subscribe(r, a)
	}
	if refused == nil {
		return
	}
	s.metrics.refused.WithLabelValues(refused.label).Inc()
	if err := r.Respond(refused.status, "", nil, "", refused.headers...); err != nil {
		s.cfg.Log.Debug("cannot answer SUBSCRIBE", "status", refused.status, "err", err)
	}
}

// read takes out of a SUBSCRIBE what it asks for and the dialog it makes.
func (s *Server) read(r request) (a asked, _ *refusal) {
	m := r.Message()
	of, id, ok := parseEvent(header(m, "Event", "o"))
	switch {
	case !ok:
		return a, refuse(sip.StatusBadRequest, refusedMalformed)
	case of == nil:
		return a, refuse(statusBadEvent, refusedEvent, dialog.Header{Name: "Allow-Events", Value: allowEvents})
	case !accepts(values(m, "Accept"), of.contentType):
		return a, refuse(sip.StatusNotAcceptable, refusedEvent, dialog.Header{Name: "Accept", Value: of.contentType})
	}
	a.of, a.id = of, id
	if a.expires, ok = parseExpires(header(m, "Expires", ""), s.cfg.MaxExpires); !ok {
		return a, refuse(sip.StatusBadRequest, refusedMalformed)
	}
	if a.expires > 0 && a.expires < s.cfg.MinExpires {
		return a, refuse(sip.StatusIntervalToBrief, refusedInterval, dialog.Header{Name: "Min-Expires", Value: strconv.Itoa(s.cfg.MinExpires)})
	}
	if a.sub = newSubscription(r); a.sub == nil {
		return a, refuse(sip.StatusBadRequest, refusedMalformed)
	}
	a.sub.id = id
	return a, nil
}

// newSubscription is the dialog a SUBSCRIBE makes (RFC 3261 section 12.1.1), nil if what
// it says cannot be used.
func newSubscription(r request) *subscription {
	m, origin := r.Message(), r.Origin()
	from, to, contact, call, seq := m.From(), m.To(), m.Contact(), m.CallID(), m.CSeq()
	if from == nil || to == nil || contact == nil || call == nil || seq == nil || contact.Address.Wildcard {
		return nil
	}
	target := contact.Address
	target.Headers = nil
	sub := &subscription{
		tag: r.Tag(), callID: call.Value(), remoteTag: paramOf(from.Params, "tag"), routes: values(m, "Record-Route"),
		target: target.String(), local: to.Address.String(), remote: from.Address.String(),
		instance: paramOf(contact.Params, "+sip.instance"), flow: flowOf(&origin.Flow), remoteSeq: seq.SeqNo, index: -1,
	}
	sub.contact = sub.target
	sub.strict()
	if !sub.sound() {
		return nil
	}
	return sub
}

// sound tells whether the texts are fit to be written into messages.
func (s *subscription) sound() bool {
	size := len(s.callID) + len(s.remoteTag) + len(s.target) + len(s.routes) + len(s.local) + len(s.remote) + len(s.instance)
	return size <= maxText && len(s.instance) <= maxParam && s.remoteTag != "" &&
		sendable(s.target) && sendable(s.contact) && clean(s.local) && clean(s.remote) &&
		!strings.ContainsFunc(s.callID+s.remoteTag+s.routes, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// strict does what RFC 3261 section 12.2.1.1 asks when the first route is a strict
// router: it becomes the Request-URI, and the contact the last route.
func (s *subscription) strict() {
	first, rest, _ := strings.Cut(s.routes, ",")
	if s.routes == "" || strings.Contains(strings.ToLower(first), ";lr") {
		return
	}
	uri, _, _ := strings.Cut(first[strings.IndexByte(first, '<')+1:], ">")
	s.routes = strings.TrimSpace(rest)
	if s.routes != "" {
		s.routes += ", "
	}
	s.routes += "<" + s.contact + ">"
	s.target = uri
}

// grant is how many seconds a subscriber gets that asked for some: a little less than he
// might, so that phones which booted together drift apart.
func (s *Server) grant(seconds int) int {
	least := min(seconds, s.cfg.MinExpires)
	seconds = min(seconds, s.cfg.MaxExpires)
	return max(seconds-int(s.cfg.Rand()*0.1*float64(seconds)), least)
}

// subscribe begins a subscription.
func (s *Server) subscribe(r request, a asked) *refusal {
	user := r.Origin().User
	if user == nil {
		return refuse(sip.StatusForbidden, refusedForbidden)
	}
	uri := &r.Message().Recipient
	name, ok := unescapeUser(uri.User)
	host := strings.ToLower(trimBrackets(uri.Host))
	subject := subject{name: name, host: bracket(host), entity: entityOf(name, host)}
	owner := user.Credential.Account
	if ok {
		subject.about, ok = s.cfg.Directory.Resolve(owner, name, host)
	}
	if !ok || a.of.lamp && len(subject.about.Sources) == 0 || len(subject.entity) > maxText/2 {
		return refuse(sip.StatusNotFound, refusedResource)
	}
	aor := strings.ToLower(user.Credential.Username + "@" + user.Domain.Domain)
	if label := s.enter(a, aor, resourceKey{owner, a.of, subject.entity}, subject); label != "" {
		if label == refusedForbidden {
			return refuse(sip.StatusForbidden, label)
		}
		return refuse(sip.StatusServiceUnavailable, label, dialog.Header{Name: "Retry-After", Value: retryAfter})
	}
	s.cfg.Tracker.Track(a.sub.tag)
	s.respond(r, a.sub, a.expires)
	return nil
}

// enter adds a subscription, or says what is in its way.
func (s *Server) enter(a asked, aor string, key resourceKey, about subject) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	label := s.book.limited(aor, key.account, s.cfg.Limits)
	if label == refusedUser && s.makeRoom(a.sub, s.book.watchers[aor], key) {
		label = s.book.limited(aor, key.account, s.cfg.Limits)
	}
	if label != "" {
		return label
	}
	now := s.cfg.Now()
	a.sub.expires = now.Add(time.Minute) // until it is answered
	if w := s.book.watchers[aor]; w != nil && a.expires > 0 {
		s.probe(a.sub, w, key, now)
	}
	s.place(a.sub, aor, key, about)
	return ""
}

// probe notifies the subscriptions a phone seems to make anew: if it has lost them it
// answers 481. s.mu is held, as in what follows.
func (s *Server) probe(sub *subscription, w *watcher, key resourceKey, now time.Time) {
	for _, old := range w.subs {
		if old.watched.resourceKey == key && old.id == sub.id && old.sameDevice(sub) {
			s.mark(old, now)
		}
	}
}

// place enters a subscription under who watches and what is watched.
func (s *Server) place(sub *subscription, aor string, key resourceKey, about subject) {
	sub.watcher = s.book.watcher(aor, key.account)
	var made bool
	if sub.watched, made = s.book.resource(key, about); made {
		s.render(sub.watched)
	}
	s.book.add(sub)
}

// makeRoom drops the eldest subscription that a phone has made anew without ending it,
// because it was switched off.
func (s *Server) makeRoom(sub *subscription, w *watcher, key resourceKey) bool {
	for _, old := range w.subs {
		if old.watched.resourceKey == key && old.sameDevice(sub) {
			s.drop(old)
			return true
		}
	}
	return false
}

// respond accepts a SUBSCRIBE. The NOTIFY that must follow cannot overtake the answer.
func (s *Server) respond(r request, sub *subscription, seconds int) {
	if seconds > 0 {
		seconds = s.grant(seconds)
	}
	err := r.Respond(sip.StatusOK, "", nil, "", dialog.Header{Name: "Expires", Value: strconv.Itoa(seconds)})
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	switch {
	case err != nil && !sub.answered:
		s.cfg.Log.Info("cannot answer SUBSCRIBE", "src", sub.flow.remote, "err", err)
		s.drop(sub)
		return
	case err != nil: // it comes again, or the subscription expires
		return
	}
	if !sub.answered {
		defer poke(s.fresh)
	}
	sub.answered = true
	if sub.ended == "" && !sub.released {
		sub.expires = now.Add(time.Duration(seconds) * time.Second)
		s.book.due.schedule(sub, sub.expires)
		s.save(sub.tag)
	}
	if seconds == 0 {
		s.terminate(sub, reasonTimeout, now)
		return
	}
	s.mark(sub, now)
}

// resubscribe prolongs or ends a subscription.
func (s *Server) resubscribe(r request, a asked) *refusal {
	sub, refused := s.find(r, a)
	if refused != nil {
		return refused
	}
	if !s.cfg.Directory.Allowed(sub.watcher.account, sub.watcher.aor, s.cfg.Now()) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.terminate(sub, reasonRejected, s.cfg.Now())
		return refuse(sip.StatusForbidden, refusedForbidden)
	}
	s.respond(r, sub, a.expires)
	return nil
}

// find is the subscription a SUBSCRIBE inside a dialog is for; it goes on with the
// contact and the flow it came with.
func (s *Server) find(r request, a asked) (*subscription, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.book.byTag[paramOf(r.Message().To().Params, "tag")]
	if sub == nil || sub.callID != a.sub.callID || sub.remoteTag != a.sub.remoteTag || sub.watched.of != a.of || sub.id != a.id {
		return nil, refuse(sip.StatusCallTransactionDoesNotExists, refusedUnknown)
	}
	if a.sub.remoteSeq <= sub.remoteSeq {
		return nil, refuse(sip.StatusInternalServerError, refusedMalformed)
	}
	sub.remoteSeq = a.sub.remoteSeq
	if sub.target == sub.contact { // otherwise it is a strict router
		sub.target, sub.contact, sub.instance = a.sub.contact, a.sub.contact, a.sub.instance
	}
	if a.sub.flow.host != "" || !a.sub.flow.same(&sub.flow) {
		sub.flow = a.sub.flow
	}
	s.unstall(sub)
	return sub, nil
}
