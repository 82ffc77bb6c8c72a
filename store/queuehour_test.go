package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// Statistics grow with the records of calls, by the hour in which a call joined.
func TestQueueHours(t *testing.T) {
	w := newWorld(t)
	q := queueOf(w.account.ID, "Support", w.user.ID)
	q.ServiceLevelSeconds = 20
	other := queueOf(w.account.ID, "Sales")
	update(t, w.Store, func(tx *Tx) error {
		if err := tx.Create(q); err != nil {
			return err
		}
		return tx.Create(other)
	})
	ann := w.user.ID
	passage := func(minute, wait int, result string, steps ...string) record.QueuePassage {
		p := record.QueuePassage{
			Queue: q.ID, Name: "Support", JoinedAt: callStart.Add(time.Duration(minute) * time.Minute), WaitSeconds: wait, Result: result,
		}
		if result == record.QueueAnswered {
			p.Agent = ann
		}
		for _, s := range steps {
			p.Steps = append(p.Steps, record.QueueStep{At: p.JoinedAt, Agent: ann, Step: s})
		}
		return p
	}
	call := func(p ...record.QueuePassage) record.CallRecord {
		return aCall(w.account.ID, 0, func(c *record.CallRecord) {
			last := p[len(p)-1]
			c.Queues, c.EndedAt = p, last.JoinedAt.Add(time.Duration(last.WaitSeconds)*time.Second+time.Minute)
		})
	}
	gone := passage(0, 1, record.QueueAbandoned)
	gone.Queue = record.NewID(record.KindCallQueue, callStart)
	appendCalls(t, w.Store,
		call(passage(0, 20, record.QueueAnswered, record.StepRang, record.StepNoAnswer, record.StepRang, record.StepAnswered)),
		call(passage(1, 21, record.QueueAnswered, record.StepPaused, record.StepRang, record.StepAnswered)),
		call(passage(2, 5, record.QueueAbandoned, record.StepRang, record.StepCancelled)),
		call(passage(3, 0, record.QueueRefused)),
		call(passage(4, 50, record.QueueCallback)),
		call(passage(59, 7, record.QueueOverflowed), func() record.QueuePassage {
			p := passage(60, 3, record.QueueEnded)
			p.Queue = other.ID
			return p
		}()),
		call(passage(60, 1, record.QueueAbandoned)),
		call(gone),
	)
	want := []record.QueueHour{
		{
			Queue: q.ID, Hour: callStart,
			QueueCounts: record.QueueCounts{
				Offered: 5, Answered: 2, AnsweredInTime: 1, Abandoned: 1, Overflowed: 1, Refused: 1, Callbacks: 1,
				AnsweredWait: 41, AbandonedWait: 5, LongestWaitSeconds: 50, TalkSeconds: 120,
			},
			Agents: map[record.ID]record.AgentCounts{ann: {Rang: 4, Answered: 2, Missed: 1, TalkSeconds: 120}},
		},
		{
			Queue: q.ID, Hour: callStart.Add(time.Hour),
			QueueCounts: record.QueueCounts{Offered: 1, Abandoned: 1, AbandonedWait: 1, LongestWaitSeconds: 1},
		},
	}
	got, err := w.QueueHours(w.account.ID, q.ID, callStart, callStart.Add(2*time.Hour))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("statistics, error %v (-want +got):\n%s", err, diff)
	}
	for _, tt := range []struct {
		name     string
		queue    record.ID
		from, to time.Duration
		want     int
	}{
		{"every queue", "", 0, 2 * time.Hour, 3},
		{"the first hour", "", 0, time.Hour, 1},
		{"begun hours", "", 30 * time.Minute, 2*time.Hour + time.Minute, 3},
		{"before", "", -time.Hour, 0, 0},
	} {
		if got, err := w.QueueHours(w.account.ID, tt.queue, callStart.Add(tt.from), callStart.Add(tt.to)); err != nil || len(got) != tt.want {
			t.Errorf("%s: %d hours, %v; want %d", tt.name, len(got), err, tt.want)
		}
	}
}

// What is older than records of calls are kept goes.
func TestQueueHoursAreSwept(t *testing.T) {
	w := newWorld(t)
	q := create(t, w.Store, queueOf(w.account.ID, "Support"))
	now := time.Now().UTC()
	old := now.Add(-w.retention.CallRecords).Add(-2 * time.Hour)
	for _, at := range []time.Time{old, now} {
		appendCalls(t, w.Store, aCall(w.account.ID, 0, func(c *record.CallRecord) {
			c.Queues = []record.QueuePassage{{Queue: q.ID, JoinedAt: at, Result: record.QueueAbandoned}}
		}))
	}
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := w.QueueHours(w.account.ID, "", old.Add(-time.Hour), now.Add(time.Hour))
	if err != nil || len(got) != 1 || !got[0].Hour.Equal(now.Truncate(time.Hour)) {
		t.Errorf("%d hours are left, %v", len(got), err)
	}
}
