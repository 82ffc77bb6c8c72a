package httpx

import "time"

// Limits hold a server's connections. A zero field takes its default.
type Limits struct {
	Header    time.Duration // from a request's first byte to the end of its header; also the TLS handshake
	Body      time.Duration // for reading a request's body
	Write     time.Duration // for writing an answer; ServeStd has no such limit (event streams)
	Idle      time.Duration // between requests of a connection
	MaxHeader int           // bytes of request line and header
	MaxBody   int           // bytes of a request's body
	MaxConns  int           // connections served at once by fasthttp
}

// The defaults.
const (
	DefaultHeader    = 10 * time.Second
	DefaultBody      = time.Minute
	DefaultWrite     = time.Minute
	DefaultIdle      = 2 * time.Minute
	DefaultMaxHeader = 8 << 10
	DefaultMaxBody   = 1 << 20
	DefaultMaxConns  = 100_000
)

func (l Limits) withDefaults() Limits {
	setDefault(&l.Header, DefaultHeader)
	setDefault(&l.Body, DefaultBody)
	setDefault(&l.Write, DefaultWrite)
	setDefault(&l.Idle, DefaultIdle)
	setDefault(&l.MaxHeader, DefaultMaxHeader)
	setDefault(&l.MaxBody, DefaultMaxBody)
	setDefault(&l.MaxConns, DefaultMaxConns)
	return l
}

func setDefault[T comparable](field *T, def T) {
	var zero T
	if *field == zero {
		*field = def
	}
}
