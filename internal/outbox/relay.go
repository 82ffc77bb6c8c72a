package outbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// RelayTLS is how a relay's connection is secured.
type RelayTLS string

// The policies, named as in the configuration.
const (
	TLSMandatory     RelayTLS = "mandatory"     // STARTTLS with a good certificate, or no mail
	TLSOpportunistic RelayTLS = "opportunistic" // STARTTLS where offered
	TLSImplicit      RelayTLS = "implicit"      // TLS from the first byte (RFC 8314)
	TLSNone          RelayTLS = "none"
)

// Relay is a mail server that takes our mails.
type Relay struct {
	Host               string
	Port               int
	TLS                RelayTLS
	Username, Password string
	// Roots are the authorities its certificate may come from; nil for the system's.
	Roots *x509.CertPool
}

// verdict is what a relay made of a mail, closed list (also the metric's label).
type verdict string

const (
	accepted verdict = "delivered"
	deferred verdict = "deferred" // not taken now
	rejected verdict = "rejected" // not taken, ever: 5xx to RCPT or DATA
	unknown  verdict = "unknown"  // taken or not: the answer to the data did not come
)

func verdicts() []verdict { return []verdict{accepted, deferred, rejected, unknown} }

// offer is what came of offering a mail to a relay.
type offer struct {
	relay   *relay
	verdict verdict
	code    int
	text    string
}

// quitTime is how long a relay has to say goodbye.
const quitTime = time.Second

// relay speaks to one Relay.
type relay struct {
	Relay
	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	limit time.Duration // for one mail, from dialling to the answer
	watch bool          // ask to be told when a mail is late or lost on its way (RFC 3461)

	mu      sync.Mutex
	shunned time.Time // others come first until then
}

// String is host:port.
func (r *relay) String() string { return fmt.Sprintf("%s:%d", r.Host, r.Port) }

func (r *relay) healthy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !time.Now().Before(r.shunned)
}

// shun has other relays asked first for a while; 0 ends that.
func (r *relay) shun(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shunned = time.Time{}
	if d > 0 {
		r.shunned = time.Now().Add(d)
	}
}

// offer gives the relay a mail, over a connection of its own. It returns soon after ctx
// ends, whatever the relay does: the library minds ctx while it dials only, so the
// connection is closed under it.
func (r *relay) offer(ctx context.Context, msg *gomail.Msg) offer {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	var conn net.Conn
	stop := func() bool { return true }
	defer func() {
		stop()
		if conn != nil {
			_ = conn.Close() // never QUIT after an error: it would end a mail that is half written
		}
	}()
	dial := func(dialling context.Context, network, addr string) (net.Conn, error) {
		raw, err := r.dial(dialling, network, addr)
		if err != nil {
			return nil, err
		}
		conn = raw
		stop = context.AfterFunc(ctx, func() { _ = raw.Close() })
		if r.TLS != TLSImplicit {
			return raw, nil
		}
		secure := tls.Client(raw, r.tlsConfig())
		return secure, secure.HandshakeContext(dialling)
	}
	client, err := gomail.NewClient(r.Host, r.options(dial)...)
	if err != nil {
		return r.judge(err, false)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return r.judge(err, false)
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() {
		o := offer{relay: r, verdict: accepted, code: 250, text: firstLine(msg.ServerResponse())}
		if session.UpdateDeadline(quitTime) == nil {
			_ = client.CloseWithSMTPClient(session) // it has the mail, whatever it says now
		}
		return o
	}
	return r.judge(err, true)
}

func (r *relay) options(dial gomail.DialContextFunc) []gomail.Option {
	opts := []gomail.Option{
		gomail.WithPort(r.Port), gomail.WithTimeout(r.limit), gomail.WithDialContextFunc(dial),
		gomail.WithTLSConfig(r.tlsConfig()), gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch r.TLS {
	case TLSMandatory:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLSNone:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case TLSOpportunistic, TLSImplicit:
		// Over TLS from the first byte STARTTLS is not offered, and the library finds out
		// that the connection is secure, which lets it send a password.
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if r.watch { // sent to those who offer it only
		opts = append(opts, gomail.WithDSNMailReturnType(gomail.DSNMailReturnHeadersOnly),
			gomail.WithDSNRcptNotifyType(gomail.DSNRcptNotifyFailure, gomail.DSNRcptNotifyDelay))
	}
	if r.Username != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(r.Username), gomail.WithPassword(r.Password))
	}
	return opts
}

// tlsConfig checks the certificate, but where TLS is better than nothing and no password is
// at stake (RFC 7435).
func (r *relay) tlsConfig() *tls.Config {
	return &tls.Config{
		ServerName: r.Host, RootCAs: r.Roots, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: r.TLS == TLSOpportunistic && r.Username == "",
	}
}

// judge tells what an error of the library means for the mail.
func (r *relay) judge(err error, sending bool) offer {
	o := offer{relay: r, verdict: deferred, text: "not sent"}
	if err == nil {
		return o
	}
	o.text = explain(err)
	var answer *textproto.Error
	if errors.As(err, &answer) {
		o.code = answer.Code
	}
	var send *gomail.SendError
	if !sending || !errors.As(err, &send) {
		return o
	}
	o.code = send.ErrorCode()
	switch send.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		switch {
		case o.code >= 500 && o.code < 600:
			o.verdict = rejected
		case o.code == 0 && send.Reason == gomail.ErrSMTPDataClose:
			o.verdict = unknown
		}
	default:
	}
	return o
}

// explain is an error in one line without what is known anyway.
func explain(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", affected ")
	return firstLine(text)
}

func firstLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(text)
}
