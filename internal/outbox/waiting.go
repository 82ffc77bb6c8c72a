package outbox

import (
	"container/heap"
	"time"

	"dialtone/store"
)

// queue is one queue in which rows wait.
type queue struct {
	name store.OutboxQueue
	due  time.Time
	busy bool // a worker has it
	// again is when rows that came while it was busy are due; zero is none.
	again time.Time
	// unsettled is what came of a row but could not be written.
	unsettled *settlement
	place     int // in the heap, -1 outside
}

// settlement is the outcome of a row.
type settlement struct {
	row    store.OutboxRow
	result store.OutboxResult
}

// waiting are the queues of a lane by the time they are due.
type waiting struct {
	queues map[store.OutboxQueue]*queue
	order  byDue
}

func newWaiting() *waiting { return &waiting{queues: map[store.OutboxQueue]*queue{}} }

// add has a queue looked at when it is due, or earlier.
func (w *waiting) add(name store.OutboxQueue, due time.Time) {
	q := w.queues[name]
	if q == nil {
		q = &queue{name: name, place: -1}
		w.queues[name] = q
	}
	switch {
	case q.busy:
		if q.again.IsZero() || due.Before(q.again) {
			q.again = due
		}
	case q.place < 0:
		q.due = due
		heap.Push(&w.order, q)
	case due.Before(q.due):
		q.due = due
		heap.Fix(&w.order, q.place)
	}
}

// next is the queue due first, nil when none waits.
func (w *waiting) next() *queue {
	if len(w.order) == 0 {
		return nil
	}
	return w.order[0]
}

// take hands the queue due first to a worker.
func (w *waiting) take() *queue {
	q := heap.Pop(&w.order).(*queue)
	q.busy, q.again = true, time.Time{}
	return q
}

// giveBack puts a queue back that is due then; zero: nothing waits in it.
func (w *waiting) giveBack(q *queue, due time.Time) {
	q.busy = false
	if due.IsZero() || !q.again.IsZero() && q.again.Before(due) {
		due = q.again
	}
	if due.IsZero() {
		delete(w.queues, q.name)
		return
	}
	w.add(q.name, due)
}

// byDue is a heap (container/heap).
type byDue []*queue

func (h byDue) Len() int           { return len(h) }
func (h byDue) Less(i, j int) bool { return h[i].due.Before(h[j].due) }

func (h byDue) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push appends a queue.
func (h *byDue) Push(x any) {
	q := x.(*queue)
	q.place = len(*h)
	*h = append(*h, q)
}

// Pop takes the last.
func (h *byDue) Pop() any {
	last := len(*h) - 1
	q := (*h)[last]
	(*h)[last] = nil
	*h, q.place = (*h)[:last], -1
	return q
}
