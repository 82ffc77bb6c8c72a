package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store/kv"
)

// maxOutboxNews bounds the queues a watch has to tell of; beyond, it says resync.
const maxOutboxNews = 10_000

// outboxNote is what a transaction did to the outbox, told once it is durable.
type outboxNote struct {
	lane    OutboxLane
	queue   OutboxQueue // "" for a note that only counts
	due     time.Time
	delta   int // rows that wait
	dropped bool
}

// noteDue has the lane's watches told that a row is due at another time.
func (tx *Tx) noteDue(row *OutboxRow) {
	tx.outbox = append(tx.outbox, outboxNote{lane: row.Lane, queue: row.queue(), due: row.Due})
}

// OutboxNews are queues with rows that are due at another time than before.
type OutboxNews struct {
	Due map[OutboxQueue]time.Time
	// Resync says that there were too many to tell: all queues must be looked at.
	Resync bool
}

// OutboxWatch tells of rows put into one lane. It never makes a writer wait.
type OutboxWatch struct {
	feed *outboxFeed
	lane OutboxLane

	mu     sync.Mutex
	news   OutboxNews
	closed bool
	wake   chan struct{} // capacity 1
}

// WatchOutbox tells of rows of a lane from now on. Close it.
func (s *Store) WatchOutbox(lane OutboxLane) *OutboxWatch {
	w := &OutboxWatch{feed: s.outbox, lane: lane, wake: make(chan struct{}, 1)}
	s.outbox.mu.Lock()
	defer s.outbox.mu.Unlock()
	if s.outbox.closed {
		w.closed = true
		return w
	}
	s.outbox.watches[w] = struct{}{}
	return w
}

// Next waits for news. The error is ctx's, or ErrClosed.
func (w *OutboxWatch) Next(ctx context.Context) (OutboxNews, error) {
	for {
		w.mu.Lock()
		news, closed := w.news, w.closed
		w.news = OutboxNews{}
		w.mu.Unlock()
		if news.Resync || len(news.Due) > 0 {
			return news, nil
		}
		if closed {
			return OutboxNews{}, ErrClosed
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
			return OutboxNews{}, ctx.Err()
		}
	}
}

// Close ends the watch; a waiting Next returns ErrClosed.
func (w *OutboxWatch) Close() {
	w.feed.mu.Lock()
	delete(w.feed.watches, w)
	w.feed.mu.Unlock()
	w.end()
}

func (w *OutboxWatch) end() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	signal(w.wake)
}

func (w *OutboxWatch) tell(n outboxNote) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.news.Resync {
		return
	}
	if w.news.Due == nil {
		w.news.Due = map[OutboxQueue]time.Time{}
	}
	if due, known := w.news.Due[n.queue]; !known || n.due.Before(due) {
		w.news.Due[n.queue] = n.due
	}
	if len(w.news.Due) > maxOutboxNews {
		w.news = OutboxNews{Resync: true}
	}
	signal(w.wake)
}

// outboxFeed tells watches what has been committed.
type outboxFeed struct {
	pending map[OutboxLane]prometheus.Gauge
	dropped map[OutboxLane]prometheus.Counter

	mu      sync.Mutex
	watches map[*OutboxWatch]struct{}
	closed  bool
}

func newOutboxFeed(reg prometheus.Registerer) *outboxFeed {
	pending := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "dialtone_outbox_pending", Help: "Mails and webhook events that wait to be sent.",
	}, []string{"lane"})
	dropped := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_outbox_dropped_total", Help: "Rows given up because too many newer ones of their account waited.",
	}, []string{"lane"})
	if reg != nil {
		reg.MustRegister(pending, dropped)
	}
	f := &outboxFeed{
		watches: map[*OutboxWatch]struct{}{},
		pending: map[OutboxLane]prometheus.Gauge{}, dropped: map[OutboxLane]prometheus.Counter{},
	}
	for _, lane := range OutboxLanes() {
		f.pending[lane], f.dropped[lane] = pending.WithLabelValues(string(lane)), dropped.WithLabelValues(string(lane))
	}
	return f
}

// load counts what waits on the disk.
func (f *outboxFeed) load(engine kv.Engine) error {
	return engine.View(func(r kv.Reader) error {
		err := r.Scan(kv.Range{Prefix: []byte(prefixOutboxCount)}, func(key, value []byte) (bool, error) {
			lane, _, _ := strings.Cut(string(key[len(prefixOutboxCount):]), "/")
			if gauge := f.pending[OutboxLane(lane)]; gauge != nil {
				gauge.Add(float64(beUint64(value)))
			}
			return true, nil
		})
		if err != nil {
			return fmt.Errorf("cannot count the outbox: %w", err)
		}
		return nil
	})
}

func (f *outboxFeed) publish(notes []outboxNote) {
	if len(notes) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range notes {
		f.pending[n.lane].Add(float64(n.delta))
		if n.dropped {
			f.dropped[n.lane].Inc()
		}
		for w := range f.watches {
			if w.lane == n.lane && n.queue.Name != "" {
				w.tell(n)
			}
		}
	}
}

func (f *outboxFeed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for w := range f.watches {
		w.end()
	}
	clear(f.watches)
}
