package outbox

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"golang.org/x/sync/errgroup"

	"dialtone/store"
	"dialtone/store/record"
)

// Workers of the lanes: how many rows are on their way at a time.
const (
	emergencyWorkers  = 32
	mailWorkers       = 4 // of fax and mail each
	webhookWorkers    = 64
	webhookPerAccount = 8
)

// Config is what an outbox needs.
type Config struct {
	Store   *store.Store
	Mail    MailConfig
	Phones  Phones // take texts; nil for none
	Version string // in User-Agent: dialtone/<version>
	Log     *slog.Logger
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
}

// Outbox sends the rows of every lane.
type Outbox struct {
	poster    *poster
	publisher *publisher
	lanes     []*lane
	watches   []*store.OutboxWatch
}

// New is an outbox. It watches the store from now on; Serve sends, and closes it.
func New(cfg Config) *Outbox {
	m := newMetrics(cfg.Registerer)
	measureAge(cfg)
	dialer := net.Dialer{Timeout: 10 * time.Second}
	o := &Outbox{poster: newPoster(cfg.Store, cfg.Version, cfg.Log, m), publisher: newPublisher(cfg.Store, cfg.Log, m)}
	add := func(name store.OutboxLane, workers, perAccount int, s schedule) {
		mails := newMailer(cfg.Mail, name, dialer.DialContext, cfg.Log, m)
		watch := cfg.Store.WatchOutbox(name)
		o.watches = append(o.watches, watch)
		o.lanes = append(o.lanes, &lane{
			name: name, rows: &storeRows{watch, cfg.Store, name}, schedule: s, workers: workers, perAccount: perAccount,
			log: cfg.Log, metrics: m.lanes[name],
			send: func(ctx context.Context, row *store.OutboxRow) outcome {
				switch row.Kind {
				case kindMail:
					return mails.send(ctx, row)
				case kindWebhook:
					return o.poster.send(ctx, row)
				case kindText:
					return sendText(ctx, cfg.Phones, row)
				}
				return outcome{result: failed, text: "nobody can send this"}
			},
		})
	}
	add(store.OutboxEmergency, emergencyWorkers, 0, emergencySchedule())
	add(store.OutboxFax, mailWorkers, mailWorkers-1, mailSchedule())
	add(store.OutboxMail, mailWorkers, mailWorkers-1, mailSchedule())
	add(store.OutboxWebhook, webhookWorkers, webhookPerAccount, webhookSchedule())
	return o
}

// measureAge shows how long the oldest emergency mail waits.
func measureAge(cfg Config) {
	promauto.With(cfg.Registerer).NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_outbox_emergency_oldest_seconds", Help: "Age of the oldest emergency notification that waits; 0 when none does.",
	}, func() float64 {
		oldest, err := cfg.Store.OutboxOldest(store.OutboxEmergency)
		if err != nil || oldest.IsZero() {
			return 0
		}
		return max(0, time.Since(oldest).Seconds())
	})
}

// Publish tells the account's webhooks that want it of an event, family.verb. It never
// waits: the event is written and posted in the background, and dropped, which is counted,
// when 10,000 wait to be written. data must not change any more. What must not be lost is
// put into the transaction of its cause instead: see Event.Row.
func (o *Outbox) Publish(account record.ID, event string, data any) {
	o.publisher.publish(account, event, data)
}

// Serve sends until ctx ends. It then writes what has been published, waits at most 5 s for
// what is on its way, and returns; the rest is on disk.
func (o *Outbox) Serve(ctx context.Context) error {
	defer o.poster.close()
	defer func() {
		for _, w := range o.watches {
			w.Close()
		}
	}()
	var g errgroup.Group
	g.Go(func() error {
		o.publisher.run(ctx)
		return nil
	})
	for _, l := range o.lanes {
		g.Go(func() error { return l.run(ctx) })
	}
	return g.Wait()
}

// storeRows is one lane of the store.
type storeRows struct {
	*store.OutboxWatch
	store *store.Store
	lane  store.OutboxLane
}

// Queues calls fn for every queue in which a row waits.
func (r *storeRows) Queues(fn func(q store.OutboxQueue, due time.Time)) error {
	return r.store.OutboxQueues(r.lane, fn)
}

// Head is the row of a queue that is due first.
func (r *storeRows) Head(q store.OutboxQueue) (*store.OutboxRow, error) {
	return r.store.OutboxHead(r.lane, q)
}

// Settle notes what came of an attempt, an emergency's ahead of other writes.
func (r *storeRows) Settle(row store.OutboxRow, result store.OutboxResult) error {
	update := r.store.Update
	if r.lane == store.OutboxEmergency {
		update = r.store.UpdateUrgent
	}
	return update(context.Background(), func(tx *store.Tx) error { return tx.SettleOutbox(row, result) })
}
