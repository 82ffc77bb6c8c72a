package e911

import (
	"bytes"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// TestAlarm: somebody must act when something is not written, or not sent, for 10 s; that is
// said once a minute.
func TestAlarm(t *testing.T) {
	r := newRoom(t)
	var log bytes.Buffer
	clock := atomic.Int64{}
	clock.Store(noon.UnixNano())
	r.now = func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	r.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError}))
	last := time.Time{}
	after := func(d time.Duration, alarms int, what string) {
		t.Helper()
		clock.Add(int64(d))
		last = r.alarm(last)
		if n := strings.Count(log.String(), "somebody has not been told"); n != alarms {
			t.Errorf("%s: %d alarms, want %d", what, n, alarms)
		}
		if overdue := r.overdue(r.unsent()); overdue != (alarms > 0) {
			t.Errorf("%s: overdue is %v", what, overdue)
		}
	}
	after(0, 0, "nothing happened")
	release := r.blockStore()
	r.place("call_1")
	after(late-time.Second, 0, "a moment ago")
	after(time.Second, 1, "not written for 10 s")
	after(alarmEvery-time.Second, 1, "within a minute")
	after(time.Second, 2, "a minute later")
	release()
	c, _ := r.mailed(record.StageStarted)
	clock.Store(time.Now().Add(late).UnixNano()) // what is on disk has the store's time
	last = time.Time{}
	after(0, 3, "written, and not sent")
	for _, m := range c.Mails {
		row, err := r.store.OutboxRow(c.Account, m.Row)
		if err != nil {
			t.Fatal(err)
		}
		err = r.store.Update(t.Context(), func(tx *store.Tx) error {
			return tx.SettleOutbox(*row, store.OutboxResult{State: store.OutboxDelivered, Code: 250})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	log.Reset()
	after(2*alarmEvery, 0, "everybody is told")
}
