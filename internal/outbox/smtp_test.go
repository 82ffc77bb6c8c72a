package outbox

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// network is a set of mail servers that are reached over pipes, by host:port.
type network map[string]*server

func (n network) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	s := n[addr]
	if s == nil {
		return nil, errors.New("connection refused")
	}
	if s.blackHole {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ours, theirs := net.Pipe()
	if s.mute {
		return ours, nil
	}
	select {
	case s.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// server is a mail server that does as its functions say.
type server struct {
	rcpt      func(n int, to string) error // n counts RCPTs, from 1
	data      func(conn *smtp.Conn, text string) error
	blackHole bool // no connection comes about
	mute      bool // it takes connections and says nothing
	dsn       bool // it offers to tell what became of a mail (RFC 3461)

	conns  chan net.Conn
	closed chan struct{}
	smtp   *smtp.Server
	once   sync.Once

	mu    sync.Mutex
	rcpts int
	texts []string // mails whose data were taken
	users []string // who has logged in
	tls   []bool   // of each mail
	asks  []string // what to be told of each recipient
}

func (s *server) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *server) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *server) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// serve starts a server; it ends with the test.
func serve(t *testing.T, s *server, config *tls.Config) *server {
	t.Helper()
	s.conns, s.closed = make(chan net.Conn), make(chan struct{})
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{s, c}, nil }))
	s.smtp.Domain, s.smtp.TLSConfig, s.smtp.EnableDSN = "relay.example", config, s.dsn
	s.smtp.ErrorLog = discard{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.smtp.Serve(s)
	}()
	t.Cleanup(func() {
		_ = s.smtp.Close()
		<-done
	})
	return s
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.texts)
}

func (s *server) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rcpts
}

// session is one connection.
type session struct {
	server *server
	conn   *smtp.Conn
}

func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }
func (*session) Mail(string, *smtp.MailOptions) error { return nil }
func (*session) AuthMechanisms() []string             { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if password != "secret" {
			return errors.New("no")
		}
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.users = append(s.server.users, username)
		return nil
	}), nil
}

func (s *session) Rcpt(to string, o *smtp.RcptOptions) error {
	s.server.mu.Lock()
	s.server.rcpts++
	for _, n := range o.Notify {
		s.server.asks = append(s.server.asks, string(n))
	}
	n := s.server.rcpts
	s.server.mu.Unlock()
	if s.server.rcpt != nil {
		return s.server.rcpt(n, to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, secure := s.conn.TLSConnectionState()
	s.server.mu.Lock()
	s.server.texts, s.server.tls = append(s.server.texts, string(b)), append(s.server.tls, secure)
	s.server.mu.Unlock()
	if s.server.data != nil {
		return s.server.data(s.conn, string(b))
	}
	return nil
}

func no(code int) error { return &smtp.SMTPError{Code: code, Message: "no"} }

// drop ends the connection without an answer.
func drop(c *smtp.Conn, _ string) error {
	_ = c.Conn().Close()
	return errors.New("dropped")
}

// stall takes the data and then says nothing until the client goes.
func stall(c *smtp.Conn, _ string) error {
	_, _ = c.Conn().Read(make([]byte, 1))
	return errors.New("stalled")
}

// authority issues certificates for relay.example.
func authority(t *testing.T, expires time.Time) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay.example"}, DNSNames: []string{"relay.example", "a", "b"},
		NotBefore: expires.Add(-48 * time.Hour), NotAfter: expires, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
