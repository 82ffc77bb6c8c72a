package outbox

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/record"
)

// Bounds of publishing.
const (
	maxPublished  = 10_000  // events that wait to be written
	maxBatchRows  = 256     // rows written together
	maxBatchBytes = 1 << 20 // and their bytes
	publishTries  = 5       // on a full disk
)

// published is an event on its way to the disk.
type published struct {
	account record.ID
	name    string
	data    any
	at      time.Time
}

// publisher writes events for the webhooks that want them. Those who tell of something
// wait for nothing.
type publisher struct {
	store   *store.Store
	log     *slog.Logger
	dropped map[string]prometheus.Counter
	events  chan published
}

func newPublisher(s *store.Store, log *slog.Logger, m *metrics) *publisher {
	return &publisher{store: s, log: log, dropped: m.dropped, events: make(chan published, maxPublished)}
}

func (p *publisher) publish(account record.ID, name string, data any) {
	select {
	case p.events <- published{account, name, data, time.Now()}:
	default:
		p.dropped[droppedFull].Inc()
	}
}

// run writes until ctx ends, and then what has been published by then.
func (p *publisher) run(ctx context.Context) {
	for {
		select {
		case e := <-p.events:
			p.write(ctx, p.gather(e))
		case <-ctx.Done():
			for {
				select {
				case e := <-p.events:
					p.write(ctx, p.gather(e))
				default:
					return
				}
			}
		}
	}
}

// gather takes what else waits; while it is written the next batch gathers.
func (p *publisher) gather(first published) []published {
	batch := []published{first}
	for len(batch) < maxBatchRows {
		select {
		case e := <-p.events:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// write puts the rows of a batch into as few transactions as they fit.
func (p *publisher) write(ctx context.Context, batch []published) {
	rows := p.rows(batch)
	for len(rows) > 0 {
		n, size := 0, 0
		for n < len(rows) && n < maxBatchRows && (n == 0 || size+len(rows[n].Payload) <= maxBatchBytes) {
			size += len(rows[n].Payload)
			n++
		}
		p.put(ctx, rows[:n])
		rows = rows[n:]
	}
}

// rows are one for each webhook that wants an event.
func (p *publisher) rows(batch []published) (rows []store.OutboxRow) {
	for _, b := range batch {
		var hooks []*record.Webhook
		p.store.View(func(v *store.View) { hooks = v.Webhooks(b.account, b.name) })
		if len(hooks) == 0 {
			continue
		}
		e, err := NewEvent(b.account, b.name, b.data, b.at)
		if err != nil {
			p.dropped[droppedTooBig].Inc()
			p.log.Error("cannot tell webhooks", "event", b.name, "account", b.account, "err", err)
			continue
		}
		for _, w := range hooks {
			row, err := e.Row(w, b.at)
			if err != nil {
				p.log.Error("cannot tell webhooks", "event", b.name, "account", b.account, "err", err)
				continue
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// put makes rows durable, and waits for room on the disk for a while.
func (p *publisher) put(ctx context.Context, rows []store.OutboxRow) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for try := 1; ; try++ {
		err := p.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
			for i := range rows {
				if _, err := tx.PutOutbox(rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			return
		}
		busy := errors.Is(err, store.ErrNoSpace) || errors.Is(err, store.ErrOverloaded)
		if !busy || try == publishTries || ctx.Err() != nil {
			p.dropped[droppedStore].Add(float64(len(rows)))
			p.log.Error("cannot write events for webhooks", "events", len(rows), "err", err)
			return
		}
		timer.Reset(storeWait)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}
