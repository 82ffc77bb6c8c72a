package test

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// relay is a mail relay of the test's.
type relay struct {
	t        testing.TB
	listener net.Listener

	mu      sync.Mutex
	refused []string // recipients
	letters []letter
}

// letter is a mail the relay has taken.
type letter struct {
	to, subject, text, html string
	header                  mail.Header
	files                   []attached
}

// attached is a file that came with a mail.
type attached struct{ name, text string }

// startRelay serves SMTP on a free port until the test ends.
func startRelay(t testing.TB) *relay {
	t.Helper()
	r := deadRelay(t)
	r.serve()
	return r
}

// deadRelay is one that takes connections and says nothing until it serves.
func deadRelay(t testing.TB) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &relay{t: t, listener: l}
}

func (r *relay) serve() {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{relay: r}, nil }))
	s.Domain, s.AllowInsecureAuth = "relay.example", true
	s.ErrorLog = mute{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(r.listener)
	}()
	r.t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
}

type mute struct{}

func (mute) Printf(string, ...any) {}
func (mute) Println(...any)        {}

// config is a daemon's that mails through the relay.
func (r *relay) config() string {
	_, port, _ := net.SplitHostPort(r.listener.Addr().String())
	return baseConfig + fmt.Sprintf("mail: {from: \"Phones <phones@example.com>\", relays: [{host: 127.0.0.1, port: %s, tls: none}]}\n", port)
}

// taken are the mails so far whose subject begins so, by recipient.
func (r *relay) taken(subject string) []letter {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []letter
	for _, l := range r.letters {
		if strings.HasPrefix(l.subject, subject) {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b letter) int { return strings.Compare(a.to+a.subject, b.to+b.subject) })
	return list
}

// await waits for so many mails whose subject begins so.
func (r *relay) await(subject string, n int) (list []letter) {
	r.t.Helper()
	await(r.t, fmt.Sprintf("%d mails %q", n, subject), func() error {
		if list = r.taken(subject); len(list) < n {
			return fmt.Errorf("%d came; all: %v", len(list), r.subjects())
		}
		return nil
	})
	return list
}

func (r *relay) subjects() (list []string) {
	for _, l := range r.taken("") {
		list = append(list, l.to+": "+l.subject)
	}
	return list
}

// delivery is one connection to the relay.
type delivery struct {
	relay *relay
	to    []string
}

func (d *delivery) Reset()                             { d.to = nil }
func (*delivery) Logout() error                        { return nil }
func (*delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.relay.mu.Lock()
	defer d.relay.mu.Unlock()
	if slices.Contains(d.relay.refused, to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such person"}
	}
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(body io.Reader) error {
	l, err := readLetter(body)
	if err != nil {
		d.relay.t.Errorf("cannot read a mail: %v", err)
		return err
	}
	if len(d.to) != 1 {
		d.relay.t.Errorf("a mail to %v: want one recipient", d.to)
	}
	l.to = strings.Join(d.to, ",")
	d.relay.mu.Lock()
	defer d.relay.mu.Unlock()
	d.relay.letters = append(d.relay.letters, l)
	return nil
}

func readLetter(body io.Reader) (l letter, err error) {
	m, err := mail.ReadMessage(body)
	if err != nil {
		return l, err
	}
	l.header = m.Header
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return l, err
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err != nil {
			return l, nil //nolint:nilerr // the end
		}
		var coded io.Reader = quotedprintable.NewReader(p)
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			coded = base64.NewDecoder(base64.StdEncoding, p)
		}
		text, err := io.ReadAll(coded)
		if err != nil {
			return l, err
		}
		if p.FileName() != "" {
			l.files = append(l.files, attached{p.FileName(), string(text)})
			continue
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			l.html = string(text)
		} else {
			l.text = strings.ReplaceAll(string(text), "\r\n", "\n")
		}
	}
}
