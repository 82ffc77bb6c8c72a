package provision

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"dialtone/internal/netx"
	"dialtone/store"
	"dialtone/store/record"
)

// Bounds of the journal.
const (
	maxNotes    = 4096         // notes waiting; more are dropped
	maxRefusals = maxNotes / 2 // refusals are dropped from here on, so that they never crowd out what was served
	crowded     = maxNotes / 4 // written before their time
	maxKept     = 8192         // events kept while they cannot be written

	flushEvery = 250 * time.Millisecond
	retryEvery = 2 * time.Second
	// maxBatch is how many events go into one transaction.
	maxBatch = 256
)

// journal takes notes on the request path, where it neither waits nor allocates, and
// writes them behind it: events, device states, phones nobody has added.
type journal struct {
	store   updater
	log     *slog.Logger
	metrics *metrics
	bound   *bound
	lines   *netx.Limiter // log lines of a source

	mu      sync.Mutex
	notes   []note // filling
	recent  recent // of notes
	late    []late
	crowded chan struct{} // capacity 1

	news News // nil for nobody

	// The writer's own.
	spare   []note
	folds   folds
	events  []record.ProvisioningEvent
	states  map[record.ID]*patch
	unknown map[unknownKey]*record.UnknownMAC
	retryAt time.Time
}

// updater is a store.Store.
type updater interface {
	Update(ctx context.Context, fn func(*store.Tx) error) error
}

// late is a first use of a device's own URL that could not be written at once.
type late struct {
	device *record.Device
	epoch  uint32
}

func newJournal(s updater, log *slog.Logger, m *metrics, b *bound, now func() time.Time) *journal {
	return &journal{
		store: s, log: log, metrics: m, bound: b,
		lines:   netx.NewLimiter(netx.LimiterConfig{Burst: 20, Every: 10 * time.Second, Sources: 4096, Now: now}),
		crowded: make(chan struct{}, 1),
		folds:   folds{},
		states:  map[record.ID]*patch{},
		unknown: map[unknownKey]*record.UnknownMAC{},
	}
}

// add notes a request that was answered. What is like one that waits counts with it.
func (j *journal) add(r *request, res result, status, bytes int) {
	j.mu.Lock()
	at := j.recent.slot(r, res)
	if n := int(*at); n < len(j.notes) && j.notes[n].like(r, res) {
		j.notes[n].fill(r, res, status, bytes)
		j.notes[n].count++
		j.mu.Unlock()
		return
	}
	n := len(j.notes)
	if n >= maxNotes || n >= maxRefusals && res.refusal() {
		j.mu.Unlock()
		j.metrics.dropped.Inc()
		return
	}
	if n < cap(j.notes) {
		j.notes = j.notes[:n+1]
	} else {
		j.notes = append(j.notes, note{})
	}
	j.notes[n].fill(r, res, status, bytes)
	j.notes[n].count = 1
	*at = uint16(n)
	j.mu.Unlock()
	if n == crowded {
		select {
		case j.crowded <- struct{}{}:
		default:
		}
	}
}

// bind has a first use of a device's own URL written as soon as that is possible.
func (j *journal) bind(d *record.Device, epoch uint32) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.late = append(j.late, late{d, epoch})
}

// run writes until ctx ends, and then what is left.
func (j *journal) run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		last := false
		select {
		case <-tick.C:
		case <-j.crowded:
		case <-ctx.Done():
			last = true
		}
		j.gather(last)
		if last || !time.Now().Before(j.retryAt) {
			j.write(context.WithoutCancel(ctx))
		}
		if last {
			return
		}
	}
}

// gather turns the notes taken into what is to be written.
func (j *journal) gather(last bool) {
	j.mu.Lock()
	notes, lates := j.notes, j.late
	j.notes, j.late = j.spare[:0], nil
	j.mu.Unlock()
	for i := range notes {
		n := &notes[i]
		j.folds.add(n)
		if n.fetched {
			j.patch(n.device, n.account).fetch(n)
			j.announce(newsProvisioned, n)
		}
		if n.result == resUnknownMAC && n.file == fileConfig {
			j.seen(n)
			j.announce(newsUnknown, n)
		}
	}
	for _, l := range lates {
		j.patch(l.device.ID, l.device.Account).epoch = l.epoch
	}
	j.spare = notes
	j.folds.close(time.Now(), last, j.tell)
	if over := len(j.events) - maxKept; over > 0 {
		j.metrics.dropped.Add(float64(over))
		j.events = append(j.events[:0], j.events[over:]...)
	}
}

// tell logs requests that are alike and queues their event. What belongs to no
// account is logged only.
func (j *journal) tell(f *fold) {
	n := &f.last
	ev := n.event(f.count)
	if n.result.refusal() && j.lines.Take(n.source) {
		level := slog.LevelInfo
		if n.result.expected() {
			level = slog.LevelDebug
		}
		j.log.Log(context.Background(), level, "refused a phone", "reason", ev.Result, "src", ev.SourceIP,
			"token", n.token(), "file", ev.File, "device", ev.Device, "count", ev.Count, "detail", ev.Detail)
	}
	if ev.Account != "" {
		j.events = append(j.events, ev)
	}
}
