package queue

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"dialtone/sip/call"
	"dialtone/store/record"
)

const acme record.ID = "acct_acme"

var _ call.Queues = (*Engine)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// phones are who cannot be rung.
type phones struct {
	mu   sync.Mutex
	busy map[record.ID]call.Obstacle
}

func (p *phones) Obstacle(user record.ID) call.Obstacle {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.busy[user]
}

func (p *phones) set(user record.ID, o call.Obstacle) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy == nil {
		p.busy = map[record.ID]call.Obstacle{}
	}
	p.busy[user] = o
}

// newQueue has the members given, all with penalty 0.
func newQueue(id record.ID, users ...record.ID) *record.CallQueue {
	q := record.NewCallQueue()
	q.ID, q.Account, q.Name, q.Revision = id, acme, string(id), 1
	for _, u := range users {
		q.Members = append(q.Members, record.QueueMember{User: u})
	}
	return q
}

// desk is the calls of a test: it remembers what they are told.
type desk struct {
	*Engine
	phones phones
	mu     sync.Mutex
	got    map[call.QueueTicket][]call.QueueOrder
	fresh  map[record.ID]int // changes told, by queue
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{got: map[call.QueueTicket][]call.QueueOrder{}, fresh: map[record.ID]int{}}
	d.Engine = New(Config{Phones: &d.phones, Changed: func(_, queue record.ID) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.fresh[queue]++
	}})
	t.Cleanup(d.Close)
	return d
}

// join lets somebody wait; refused is why he may not.
func (d *desk) join(q *record.CallQueue, name string) (t call.QueueTicket, refused string) {
	var box struct {
		sync.Mutex
		t call.QueueTicket
	}
	d.Update(q)
	box.Lock()
	defer box.Unlock()
	t, refused = d.Join(q, call.QueueCaller{Call: name, Name: name}, func(o call.QueueOrder) {
		// told before Join has returned: whose it is is known by then
		go func() {
			box.Lock()
			defer box.Unlock()
			d.mu.Lock()
			defer d.mu.Unlock()
			d.got[box.t] = append(d.got[box.t], o)
		}()
	})
	box.t = t
	return t, refused
}

// wait is join for who may.
func (d *desk) wait(t *testing.T, q *record.CallQueue, name string) call.QueueTicket {
	t.Helper()
	ticket, refused := d.join(q, name)
	if ticket == 0 || refused != "" {
		t.Fatalf("%s may not wait: %s", name, refused)
	}
	return ticket
}

// orders are those of a ticket so far.
func (d *desk) orders(t call.QueueTicket) []call.QueueOrder {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.got[t]
}

// last is the latest order of a ticket, in words.
func (d *desk) last(t call.QueueTicket) string {
	list := d.orders(t)
	if len(list) == 0 {
		return "none"
	}
	o := list[len(list)-1]
	if o.Overflow != "" {
		return o.Overflow
	}
	return fmt.Sprint(o.Ring)
}

// attempt is the number of the latest attempt.
func (d *desk) attempt(t call.QueueTicket) int {
	synctest.Wait()
	list := d.orders(t)
	return list[len(list)-1].Attempt
}

// takes lets an agent answer, misses not.
func (d *desk) takes(t call.QueueTicket, user record.ID) { d.Answered(t, d.attempt(t), user) }

func (d *desk) misses(t call.QueueTicket, user record.ID, why call.QueueMiss) {
	d.Missed(t, d.attempt(t), user, why)
}

// steps are the decisions about one agent for a caller.
func (d *desk) steps(t call.QueueTicket, user record.ID) []string { return about(d.Log(t), user) }

func about(steps []record.QueueStep, user record.ID) (list []string) {
	for _, s := range steps {
		if s.Agent == user {
			list = append(list, s.Step)
		}
	}
	return list
}

// news is how often it was told that something of a queue is new.
func (d *desk) news(queue record.ID) int {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fresh[queue]
}

// after lets seconds go by, and what is due then happen.
func after(n int) {
	time.Sleep(time.Duration(n) * time.Second)
	synctest.Wait()
}
