package transaction

import (
	"bytes"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Layer has the transactions. Its methods may be called from anywhere.
type Layer struct {
	t1, t2, t4 time.Duration

	mu      sync.Mutex
	servers map[string]*Server
	clients map[string]*Client
	closed  bool
}

// maxServers is how many requests of others there may be before Full.
const maxServers = 1 << 17

// New makes a layer. The library's T1, T2 and T4 are read once.
func New() *Layer {
	return &Layer{t1: sip.T1, t2: sip.T2, t4: sip.T4, servers: map[string]*Server{}, clients: map[string]*Client{}}
}

// Len is how many transactions there are.
func (l *Layer) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.servers) + len(l.clients)
}

// Full tells that requests of others that can wait should be told so, and their
// transactions ended: those that nobody acknowledges are kept for 32 s.
func (l *Layer) Full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.servers) >= maxServers
}

// Close ends all transactions without a word; after it nothing is sent.
func (l *Layer) Close() {
	l.mu.Lock()
	l.closed = true
	servers, clients := l.servers, l.clients
	l.servers, l.clients = map[string]*Server{}, map[string]*Client{}
	l.mu.Unlock()
	for _, tx := range servers {
		tx.Terminate()
	}
	for _, tx := range clients {
		tx.GiveUp()
	}
}

// Request takes a request that came in over line, and makes its transaction. It returns
// nil when nobody need look at the request: it came before, or is the ACK to a refusal, or
// the layer is closed.
// An ACK to a 2xx gets a transaction that sends nothing. Of a CANCEL, invite is the
// INVITE's, nil when there is none.
func (l *Layer) Request(req *sip.Request, line Line) (tx, invite *Server) {
	key := serverKey(req, req.Method)
	if key == "" {
		return nil, nil
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, nil
	}
	known := l.servers[key]
	if req.Method == sip.CANCEL {
		invite = l.servers[serverKey(req, sip.INVITE)]
	}
	if known == nil {
		tx = &Server{layer: l, key: key, line: line, invite: req.Method == sip.INVITE}
		if tx.invite {
			tx.req = req
		}
		if req.Method != sip.ACK {
			l.servers[key] = tx
		}
	}
	l.mu.Unlock()
	if known != nil {
		known.again(req.Method, line)
	}
	return tx, invite
}

// Response takes a response that came in; false when it belongs to no transaction. raw is
// its text.
func (l *Layer) Response(res *sip.Response, raw []byte) bool {
	key := clientKey(res)
	l.mu.Lock()
	tx := l.clients[key]
	l.mu.Unlock()
	if tx == nil {
		return false
	}
	tx.answered(res, raw)
	return true
}

func (l *Layer) dropServer(tx *Server) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.servers[tx.key] == tx {
		delete(l.servers, tx.key)
	}
}

func (l *Layer) dropClient(tx *Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clients[tx.key] == tx {
		delete(l.clients, tx.key)
	}
}

// Text is a message as it is sent.
func Text(m sip.Message) []byte {
	b := texts.Get().(*bytes.Buffer)
	defer texts.Put(b)
	b.Reset()
	m.StringWrite(b)
	return bytes.Clone(b.Bytes())
}

// texts are what messages are written to.
var texts = sync.Pool{New: func() any { return new(bytes.Buffer) }}
