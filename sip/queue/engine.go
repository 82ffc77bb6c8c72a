package queue

import (
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// Bounds and times.
const (
	// Rest is how long an agent who missed a call is left alone.
	Rest = 5 * time.Second
	// Again is how often agents are looked for while somebody waits and nothing happens:
	// phones register and people get up without telling us.
	Again = 5 * time.Second
	// PlaceLife is how long the place of somebody who is to be called back is kept.
	PlaceLife = 4 * time.Hour
)

// Phones tell whether an agent can be rung: a [call.Manager].
type Phones interface {
	// Obstacle is why not, empty for no reason. It must not wait.
	Obstacle(user record.ID) call.Obstacle
}

// Config sets up an [Engine].
type Config struct {
	Phones Phones
	// Changed is told that something of a queue is new: who waits, or what an agent
	// does. It must not wait. Nil for nobody.
	Changed    func(account, queue record.ID)
	Rand       rand.Source // of the random strategies; nil: the usual one
	Log        *slog.Logger
	Now        func() time.Time      // nil: time.Now
	Registerer prometheus.Registerer // nil: no metrics
}

// Engine is the queues of all accounts. It is the call package's [call.Queues]; all
// methods may be called concurrently.
type Engine struct {
	config  Config
	log     *slog.Logger
	now     func() time.Time
	metrics *metrics

	mu      sync.Mutex
	rand    *rand.Rand
	offices map[record.ID]*office // by account
	lines   map[record.ID]*line   // by queue
	tickets map[call.QueueTicket]*ticket
	newest  call.QueueTicket
	closed  bool

	out        []func() // what is to be told, in order
	delivering bool
}

// New makes an engine without queues.
func New(cfg Config) *Engine {
	e := &Engine{
		config: cfg, log: cfg.Log, now: cfg.Now, metrics: newMetrics(cfg.Registerer),
		offices: map[record.ID]*office{}, lines: map[record.ID]*line{}, tickets: map[call.QueueTicket]*ticket{},
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	source := cfg.Rand
	if source == nil {
		source = rand.NewPCG(rand.Uint64(), rand.Uint64())
	}
	e.rand = rand.New(source)
	return e
}

// Close ends the clocks. What is told later comes to nothing.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, o := range e.offices {
		o.timer.Stop()
	}
}

// tell has something told once nothing is locked. e.mu is held.
func (e *Engine) tell(what func()) { e.out = append(e.out, what) }

// deliver tells what there is to tell, in order, whoever found it out.
func (e *Engine) deliver() {
	for {
		e.mu.Lock()
		if e.delivering || len(e.out) == 0 {
			e.mu.Unlock()
			return
		}
		list := e.out
		e.out, e.delivering = nil, true
		e.mu.Unlock()
		for _, told := range list {
			told()
		}
		e.mu.Lock()
		e.delivering = false
		e.mu.Unlock()
	}
}

// changed has it told that something of a queue is new. e.mu is held.
func (e *Engine) changed(l *line) {
	if f := e.config.Changed; f != nil {
		account, queue := l.settings.Account, l.settings.ID
		e.tell(func() { f(account, queue) })
	}
}

// do does something to the tables of an account and then looks for agents.
func (e *Engine) do(account record.ID, what func()) {
	e.mu.Lock()
	what()
	e.mu.Unlock()
	e.dispatch(account)
}
