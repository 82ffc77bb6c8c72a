package sip

import (
	"context"
	"io"
	"net"
	"net/mail"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// otherMailTime is how long the relay takes for a mail that is about no emergency.
const otherMailTime = 20 * time.Millisecond

// mailRelay takes every mail, and notes when it has taken those about emergencies.
type mailRelay struct {
	listener net.Listener
	server   *smtp.Server
	done     chan struct{}

	mu     sync.Mutex
	told   map[string][]time.Time // the first mails about an event
	others int
}

func newMailRelay(ctx context.Context) (*mailRelay, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &mailRelay{listener: listener, done: make(chan struct{}), told: map[string][]time.Time{}}
	r.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{r}, nil }))
	r.server.Domain = "relay.example"
	go func() {
		defer close(r.done)
		_ = r.server.Serve(listener) // until it is closed
	}()
	return r, nil
}

func (r *mailRelay) close() {
	_ = r.server.Close()
	<-r.done
}

func (r *mailRelay) port() int { return r.listener.Addr().(*net.TCPAddr).Port }

// taken are the times the first mails about each event were taken, and how many other mails
// came.
func (r *mailRelay) taken() (told map[string][]time.Time, others int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	told = make(map[string][]time.Time, len(r.told))
	for event, at := range r.told {
		told[event] = at
	}
	return told, r.others
}

// mailSession is one connection.
type mailSession struct{ relay *mailRelay }

// Reset forgets the mail under way; there is nothing to forget.
func (*mailSession) Reset() {}

// Logout ends the session.
func (*mailSession) Logout() error { return nil }

// Mail takes every sender.
func (*mailSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes every recipient.
func (*mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data takes a mail.
func (s *mailSession) Data(body io.Reader) error {
	m, err := mail.ReadMessage(body)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil {
		return err
	}
	r, event := s.relay, m.Header.Get("X-Dialtone-Event")
	if event == "" {
		time.Sleep(otherMailTime)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case event == "":
		r.others++
	case m.Header.Get("X-Dialtone-Stage") == "started":
		r.told[event] = append(r.told[event], time.Now())
	}
	return nil
}
