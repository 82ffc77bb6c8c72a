package trunk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dialtone/sip/digest"
)

// Bounds of registering.
const (
	registerTimeout   = 10 * time.Second // one REGISTER
	unregisterTimeout = 2 * time.Second
	firstRetry        = 5 * time.Second
	maxRetry          = 5 * time.Minute
	maxExpires        = 86_400 // seconds
	maxRounds         = 5      // REGISTERs to one address: challenge, stale nonce, interval too brief
)

// registrar is the registering of one trunk. It belongs to one goroutine.
type registrar struct {
	t         *Trunks
	a         *account
	callID    string
	tag       string
	cseq      uint32
	expires   int // seconds to ask for
	challenge *digest.Challenged
	header    string // that answers it
	count     uint32 // requests with the challenge's nonce
}

// register keeps the trunk registered, and takes the registration back at the end.
func (t *Trunks) register(ctx context.Context, a *account) {
	select {
	case <-ctx.Done():
		return
	case <-a.looked:
	}
	r := &registrar{t: t, a: a, callID: rand.Text(), tag: rand.Text(), expires: a.record.Trunk.RegisterExpires}
	failures := 0
	for ctx.Err() == nil {
		at, granted, err := r.round(ctx)
		if ctx.Err() != nil {
			break
		}
		wait := max(within(granted, 75, 90), time.Second)
		if err != nil {
			wait = within(min(firstRetry<<min(failures, 8), maxRetry), 80, 120)
			var f *failure
			if errors.As(err, &f) {
				wait = max(wait, min(f.wait, maxRetry))
			}
			failures++
			t.metrics.refused.Inc()
		} else {
			failures = 0
			t.metrics.registered.Inc()
		}
		r.tell(at, granted, err)
		if !sleep(ctx, wait) {
			break
		}
	}
	if !errors.Is(context.Cause(ctx), errReplaced) {
		r.leave(context.WithoutCancel(ctx))
	}
}

// tell keeps the result for others.
func (r *registrar) tell(at Destination, granted time.Duration, err error) {
	now := time.Now()
	r.a.mu.Lock()
	if err == nil {
		r.a.registration = registration{until: now.Add(granted), at: at.Address}
	} else {
		r.a.refused = r.a.whyNot(err)
	}
	r.a.mu.Unlock()
	if err != nil {
		r.t.log.Info("cannot register", "trunk", r.a.record.ID, "err", err)
	}
	r.a.note(r.t.log, now)
}

// whyNot says for people why a round of registrations failed. a.mu is held.
func (a *account) whyNot(err error) string {
	var refused *failure
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, ErrNoAddress):
		return a.lost()
	}
	return unanswered("REGISTER", err)
}

// failure is a REGISTER that was refused.
type failure struct {
	status int
	reason string
	wait   time.Duration // Retry-After
}

func (f *failure) Error() string { return fmt.Sprintf("REGISTER answered %d %s", f.status, f.reason) }

// another says whether another server may answer otherwise.
func (f *failure) another() bool {
	return f.status >= 500 && f.status < 600 || f.status == 408 || f.status == 430
}

// round tries one destination after the other.
func (r *registrar) round(ctx context.Context) (Destination, time.Duration, error) {
	last := ErrNoAddress
	for _, d := range r.a.destinations(time.Now()) {
		granted, err := r.at(ctx, d, r.expires)
		if ctx.Err() != nil {
			return d, 0, ctx.Err()
		}
		if err == nil {
			r.a.health.worked(d.Address, time.Now())
			return d, granted, nil
		}
		last = err
		var f *failure
		refused := errors.As(err, &f)
		if refused && !f.another() {
			break
		}
		wait := time.Duration(0)
		if refused {
			wait = f.wait
		}
		r.a.mu.Lock()
		reason := r.a.whyNot(err)
		r.a.mu.Unlock()
		r.a.health.failed(d.Address, reason, wait, time.Now())
		r.challenge = nil
	}
	return Destination{}, 0, last
}

// at registers with one server for expires seconds.
func (r *registrar) at(ctx context.Context, d Destination, expires int) (granted time.Duration, err error) {
	answered := false // a challenge of this round
	for range maxRounds {
		response, err := r.send(ctx, d, expires)
		if err != nil {
			return 0, fmt.Errorf("no answer to REGISTER: %w", err)
		}
		switch {
		case response.Status >= 200 && response.Status < 300:
			return r.granted(&response, expires)
		case response.Status == 401 || response.Status == 407:
			stale, ok := r.challenged(&response)
			if !ok || answered && !stale {
				return 0, &failure{status: response.Status, reason: response.Reason + " (user name or password refused)"}
			}
			answered = true
		case response.Status == 423:
			least, err := strconv.Atoi(response.value("Min-Expires"))
			if err != nil || least <= expires || least > maxExpires {
				return 0, &failure{status: 423, reason: response.Reason}
			}
			expires, r.expires = least, least
		default:
			return 0, &failure{status: response.Status, reason: response.Reason, wait: retryAfter(response.value("Retry-After"))}
		}
	}
	return 0, &failure{status: 401, reason: "Unauthorized (challenged again and again)"}
}

// send sends one REGISTER, with an answer to the challenge known.
func (r *registrar) send(ctx context.Context, d Destination, expires int) (Response, error) {
	inner, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	r.cseq++
	aor := "sip:" + r.a.aor()
	request := Request{
		Method: "REGISTER", Target: "sip:" + d.Host, From: aor, To: aor, FromTag: r.tag, CallID: r.callID, CSeq: r.cseq,
		ContactUser: escapeUser(r.a.record.Trunk.Username),
		Headers:     []Header{{"Expires", strconv.Itoa(expires)}},
	}
	if r.challenge != nil {
		value, err := r.authorization(request.Target)
		if err != nil {
			return Response{}, err
		}
		request.Headers = append(request.Headers, Header{r.header, value})
	}
	return r.t.requester.Do(inner, d, request)
}

func (r *registrar) authorization(uri string) (string, error) {
	password, err := r.t.password(r.a.record)
	if err != nil {
		return "", fmt.Errorf("cannot authenticate: %w (%w)", errPassword, err)
	}
	r.count++
	value, err := digest.Respond(*r.challenge, digest.Answer{
		Username: r.a.record.Trunk.Username, Password: password, Method: "REGISTER", URI: uri, Cnonce: rand.Text(), Count: r.count,
	})
	return string(value), err
}

// challenged takes the strongest challenge of a response; ok is false when none can be answered.
func (r *registrar) challenged(response *Response) (stale, ok bool) {
	name, header := "WWW-Authenticate", "Authorization"
	if response.Status == 407 {
		name, header = "Proxy-Authenticate", "Proxy-Authorization"
	}
	var list []digest.Challenged
	for _, value := range response.values(name) {
		for _, one := range digest.SplitChallenges([]byte(value)) {
			c, err := digest.ParseChallenge(one)
			if err == nil && (r.a.record.Trunk.Realm == "" || strings.EqualFold(c.Realm, r.a.record.Trunk.Realm)) {
				list = append(list, c)
			}
		}
	}
	best, ok := digest.Choose(list)
	if !ok {
		return false, false
	}
	fresh := r.challenge == nil || r.challenge.Nonce != best.Nonce
	r.challenge, r.header = &best, header
	if fresh {
		r.count = 0
	}
	return best.Stale, true
}

// granted is how long a registration holds.
func (r *registrar) granted(response *Response, asked int) (time.Duration, error) {
	seconds := bindingExpires(response.values("Contact"), escapeUser(r.a.record.Trunk.Username), response.value("Expires"), asked)
	if seconds <= 0 && asked > 0 {
		return 0, &failure{status: response.Status, reason: "without a binding"}
	}
	return time.Duration(seconds) * time.Second, nil
}

// leave takes the registration back.
func (r *registrar) leave(ctx context.Context) {
	r.a.mu.Lock()
	reg := r.a.registration
	r.a.until = time.Time{}
	r.a.mu.Unlock()
	if !time.Now().Before(reg.until) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, unregisterTimeout)
	defer cancel()
	for _, d := range r.a.destinations(time.Now()) {
		if d.Address != reg.at {
			continue
		}
		if _, err := r.at(ctx, d, 0); err != nil {
			r.t.log.Info("cannot take a registration back", "trunk", r.a.record.ID, "err", err)
		}
		return
	}
}

// retryAfter reads Retry-After: seconds, a comment and parameters behind them.
func retryAfter(value string) time.Duration {
	end := strings.IndexFunc(value, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(value)
	}
	seconds, err := strconv.Atoi(value[:end])
	if err != nil || seconds > maxExpires {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
