package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/record"
)

const (
	// postTime is how long a webhook has for its answer.
	postTime = 10 * time.Second
	// maxAnswer is how much of an answer is read so that its connection can be used again.
	maxAnswer = 64 << 10
	// maxRetryAfter is the longest time a webhook can ask to be left alone.
	maxRetryAfter = time.Hour
)

// poster posts events to webhooks.
type poster struct {
	store    *store.Store
	client   *http.Client
	breaker  *breaker
	agent    string // User-Agent
	log      *slog.Logger
	attempts map[result]prometheus.Counter
}

func newPoster(s *store.Store, version string, log *slog.Logger, m *metrics) *poster {
	return &poster{
		store: s, breaker: newBreaker(), agent: "dialtone/" + version, log: log, attempts: m.webhooks,
		client: &http.Client{
			Timeout:       postTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{ // without a proxy: what it connects to could not be checked
				DialContext: dialGuarded, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
				MaxIdleConns: 100, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 32 << 10,
			},
		},
	}
}

func (p *poster) close() { p.client.CloseIdleConnections() }

// send posts the event of a row.
func (p *poster) send(ctx context.Context, row *store.OutboxRow) outcome {
	e, err := ReadEvent(row)
	if err != nil {
		return outcome{result: failed, text: "malformed event"}
	}
	hook, secret, err := p.hook(row)
	switch {
	case err != nil:
		p.log.Error("cannot read webhook", "webhook", row.Queue, "err", err)
		return outcome{result: retry, text: "internal error"}
	case hook == nil:
		return outcome{result: failed, text: "the webhook is gone"}
	case !hook.Enabled && e.Type != EventTest:
		return outcome{result: failed, text: "the webhook is disabled"}
	}
	req, err := p.request(ctx, hook, secret, e)
	if err != nil {
		return outcome{result: failed, text: "malformed URL"}
	}
	to := target{row.Account, req.URL.Host}
	if wait := p.breaker.wait(to); wait > 0 {
		return outcome{result: held, after: wait}
	}
	o := outcome{result: retry, text: "interrupted"}
	healthy := false
	defer func() {
		if healthy {
			p.breaker.fine(to)
		} else {
			p.breaker.broke(to, o.after)
		}
		p.attempts[o.result].Inc()
	}()
	o, healthy = p.post(req)
	if o.code == http.StatusGone {
		p.disable(ctx, hook)
	}
	return o
}

// hook is the webhook of a row and its secret, nil when it is gone.
func (p *poster) hook(row *store.OutboxRow) (hook *record.Webhook, secret string, err error) {
	p.store.View(func(v *store.View) { hook, _ = store.Get[*record.Webhook](v, record.ID(row.Queue)) })
	if hook == nil || hook.Account != row.Account {
		return nil, "", nil
	}
	secret, err = p.store.WebhookSecret(hook)
	return hook, secret, err
}

func (p *poster) request(ctx context.Context, hook *record.Webhook, secret string, e *Event) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(e.Body))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", p.agent)
	req.Header.Set("Webhook-Id", e.ID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature(secret, e.ID, now, e.Body))
	return req, nil
}

// post sends a request; healthy says whether its host is fit for more.
func (p *poster) post(req *http.Request) (o outcome, healthy bool) {
	res, err := p.client.Do(req)
	if err != nil {
		return outcome{result: retry, text: cause(err)}, false
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	o = outcome{result: retry, code: res.StatusCode, text: answered(res.StatusCode)}
	switch code := res.StatusCode; {
	case code >= 200 && code < 300:
		o.result = delivered
	case code == http.StatusGone:
		o.result = failed
	case code == http.StatusTooManyRequests, code >= 500:
		o.after = retryAfter(res.Header.Get("Retry-After"))
		return o, false
	}
	return o, true
}

func answered(code int) string {
	if code >= 300 && code < 400 {
		return fmt.Sprintf("answered %d; redirects are not followed", code)
	}
	return strings.TrimSpace(fmt.Sprintf("answered %d %s", code, http.StatusText(code)))
}

// cause tells the account's people why a post failed, without what it tells of the network
// behind the address.
func cause(err error) string {
	var lookup *net.DNSError
	var wrong *url.Error
	switch {
	case errors.Is(err, errForbidden):
		return "the host is at an address that is not allowed"
	case errors.As(err, &lookup):
		return "the host name cannot be resolved"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &wrong) && wrong.Timeout():
		return "no answer in time"
	case strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: "):
		return "TLS failed: " + tlsCause(err)
	}
	return "the host cannot be reached"
}

// tlsCause is the part of an error that tells what is wrong with the certificate.
func tlsCause(err error) string {
	for next := err; next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err.Error()
}

// retryAfter reads the header (RFC 9110 section 10.2.3).
func retryAfter(header string) time.Duration {
	d := time.Duration(0)
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		d = time.Until(at)
	}
	return min(max(d, 0), maxRetryAfter)
}

// disable ends a webhook whose host says that it wants no more.
func (p *poster) disable(ctx context.Context, hook *record.Webhook) {
	err := p.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		now, err := store.Load[*record.Webhook](tx, hook.ID)
		if err != nil || !now.Enabled || now.URL != hook.URL {
			return err
		}
		now.Enabled = false
		if err := tx.Replace(now, 0); err != nil {
			return err
		}
		return tx.Audit(now.Account, record.AuditEntry{
			Event: "webhook.update", Resource: now.ID, Outcome: record.OutcomeSuccess,
			Actor:   record.Actor{Type: record.ActorSystem},
			Changes: []record.FieldChange{{Field: "enabled", Before: true, After: false}},
			Detail:  "the webhook's host answered 410 Gone",
		})
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		p.log.Error("cannot disable webhook", "webhook", hook.ID, "err", err)
		return
	}
	p.log.Info("webhook disabled: its host answered 410", "webhook", hook.ID, "account", hook.Account)
}
