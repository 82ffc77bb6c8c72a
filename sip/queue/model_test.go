package queue

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// The day both the engine and the model of it live through: 20 callers come, 5 agents are
// there, and what an agent does with a call is the same in both.
const (
	dayCallers = 20
	dayAgents  = 5
	ringFor    = 20 * time.Second
	wrapUp     = 7 * time.Second
)

// chance is a number below n that is always the same for the same question.
func chance(n int, question ...any) int {
	h := fnv.New32a()
	_, _ = fmt.Fprintln(h, question...)
	return int(h.Sum32() % uint32(n))
}

// arrives is when a caller comes, talks how long he talks. No two things of the day
// happen in the same moment.
func arrives(caller int) time.Duration {
	return time.Duration(caller)*4*time.Second + time.Duration(chance(3_000_000, "arrives", caller))*time.Microsecond
}

func talks(caller int) time.Duration {
	return 15*time.Second + time.Duration(chance(40_000_000, "talks", caller))*time.Microsecond
}

// does is what an agent does when he is rung for a caller: after a time he answers or
// not.
func does(caller, agent, attempt int) (d time.Duration, miss call.QueueMiss) {
	d = time.Second + time.Duration(chance(9_000_000, "answers", caller, agent, attempt))*time.Microsecond
	switch chance(8, "does", caller, agent, attempt) {
	case 0, 1:
		return ringFor, call.MissNoAnswer
	case 2:
		return d, call.MissDeclined
	case 3:
		return d / 100, call.MissBusy
	}
	return d, ""
}

// diary is what happened, a line each.
type diary struct {
	mu    sync.Mutex
	start time.Time
	lines []string
}

func (y *diary) note(at time.Time, format string, a ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.lines = append(y.lines, fmt.Sprintf("%-12s ", at.Sub(y.start))+fmt.Sprintf(format, a...))
}

func agentName(i int) record.ID { return record.ID(fmt.Sprint("agent", i)) }

func dayQueue(strategy string) *record.CallQueue {
	q := newQueue("q")
	q.Strategy, q.TimeoutSeconds, q.WrapUpSeconds = strategy, int(ringFor/time.Second), int(wrapUp/time.Second)
	for i := range dayAgents {
		q.Members = append(q.Members, record.QueueMember{User: agentName(i), Penalty: i / 3})
	}
	return q
}

// live lets the engine have the day.
func live(t *testing.T, strategy string) (lines []string) {
	synctest.Test(t, func(t *testing.T) {
		y := &diary{start: time.Now()}
		e := New(Config{Phones: &phones{}, Rand: rand.NewPCG(7, 7)})
		defer e.Close()
		q := dayQueue(strategy)
		e.Update(q)
		for i := range dayCallers {
			time.AfterFunc(arrives(i), func() {
				s := &served{e: e, y: y, caller: i}
				s.mu.Lock()
				defer s.mu.Unlock()
				s.ticket, _ = e.Join(q, call.QueueCaller{}, func(o call.QueueOrder) { go s.ordered(o) })
			})
		}
		after(3600)
		lines = y.lines
	})
	return lines
}

// served is one caller's call.
type served struct {
	e      *Engine
	y      *diary
	caller int

	mu     sync.Mutex
	ticket call.QueueTicket
}

// ordered rings agents, each of whom does what he does.
func (s *served) ordered(o call.QueueOrder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.y.note(time.Now(), "caller %d: ring %v", s.caller, o.Ring)
	var timers []*time.Timer
	for _, user := range o.Ring {
		n := int(user[len(user)-1] - '0')
		d, miss := does(s.caller, n, o.Attempt)
		timers = append(timers, time.AfterFunc(d, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if miss != "" {
				s.y.note(time.Now(), "caller %d: %s %s", s.caller, user, miss)
				s.e.Missed(s.ticket, o.Attempt, user, miss)
				return
			}
			for _, other := range timers {
				other.Stop()
			}
			s.y.note(time.Now(), "caller %d: %s answers", s.caller, user)
			s.e.Answered(s.ticket, o.Attempt, user)
			time.AfterFunc(talks(s.caller), func() { s.e.Through(s.ticket) })
		}))
	}
}

// model is the same day by a simpler program: a list of moments, and after each of them
// everybody who waits looks for agents.
type model struct {
	diary
	strategy string
	now      time.Time
	moments  []moment
	callers  [dayCallers]struct {
		here, served bool
		attempt      int
		ringing      []int
		tried        [dayAgents]bool
	}
	agents [dayAgents]struct {
		taken          bool // rung or talking
		free, lastCall time.Time
		calls          int
	}
	last int
	rand *rand.Rand
}

type moment struct {
	at time.Time
	do func()
}

func (m *model) in(d time.Duration, do func()) {
	m.moments = append(m.moments, moment{m.now.Add(d), do})
}

func (m *model) live() []string {
	m.start, m.last, m.rand = m.now, -1, rand.New(rand.NewPCG(7, 7))
	for i := range dayCallers {
		m.in(arrives(i), func() { m.callers[i].here = true })
	}
	for len(m.moments) > 0 {
		slices.SortStableFunc(m.moments, func(a, b moment) int { return a.at.Compare(b.at) })
		next := m.moments[0]
		m.moments = m.moments[1:]
		m.now = next.at
		next.do()
		for i := range m.callers {
			if c := &m.callers[i]; c.here && !c.served && len(c.ringing) == 0 {
				m.look(i)
			}
		}
	}
	return m.lines
}

// look finds agents for a caller.
func (m *model) look(caller int) {
	c := &m.callers[caller]
	pick := func(tried bool) (list []int) {
		for i := range m.agents {
			if a := &m.agents[i]; !a.taken && !m.now.Before(a.free) && c.tried[i] == tried {
				list = append(list, i)
			}
		}
		return list
	}
	able := pick(false)
	if len(able) == 0 {
		if able = pick(true); len(able) == 0 {
			return
		}
		c.tried = [dayAgents]bool{}
	}
	c.attempt++
	c.ringing = m.choose(able)
	names := make([]string, len(c.ringing))
	for i, n := range c.ringing {
		names[i] = string(agentName(n))
		m.last = n
	}
	m.note(m.now, "caller %d: ring [%s]", caller, strings.Join(names, " "))
	attempt := c.attempt
	for _, n := range slices.Clone(c.ringing) {
		m.agents[n].taken = true
		d, miss := does(caller, n, attempt)
		m.in(d, func() { m.happens(caller, n, attempt, miss) })
	}
}

// happens is what an agent does who was rung.
func (m *model) happens(caller, n, attempt int, miss call.QueueMiss) {
	c, a := &m.callers[caller], &m.agents[n]
	if c.served || c.attempt != attempt {
		return
	}
	if miss != "" {
		m.note(m.now, "caller %d: %s %s", caller, agentName(n), miss)
		a.taken, a.free, c.tried[n] = false, m.now.Add(Rest), true
		c.ringing = slices.DeleteFunc(c.ringing, func(i int) bool { return i == n })
		m.in(Rest, func() {})
		return
	}
	m.note(m.now, "caller %d: %s answers", caller, agentName(n))
	for _, other := range c.ringing {
		m.agents[other].taken = other == n
	}
	c.served = true
	a.calls++
	m.in(talks(caller), func() {
		a.taken, a.lastCall, a.free = false, m.now, m.now.Add(wrapUp)
		m.in(wrapUp, func() {})
	})
}

// choose is the strategies by sorting.
func (m *model) choose(able []int) []int {
	penalty := func(n int) int { return n / 3 }
	if m.strategy == record.QueueWeightedRandom {
		draws := map[int]int{}
		for _, n := range able {
			draws[n] = m.rand.IntN(1000 * (1 + penalty(n)))
		}
		slices.SortStableFunc(able, func(a, b int) int { return draws[a] - draws[b] })
		return able[:1]
	}
	able = slices.DeleteFunc(able, func(n int) bool { return penalty(n) > penalty(able[0]) })
	by := func(f func(a, b int) int) []int { slices.SortStableFunc(able, f); return able[:1] }
	switch m.strategy {
	case record.QueueRoundRobin:
		turn := func(n int) int { return (n - m.last - 1 + 2*dayAgents) % dayAgents }
		return by(func(a, b int) int { return turn(a) - turn(b) })
	case record.QueueLeastRecent:
		return by(func(a, b int) int { return m.agents[a].lastCall.Compare(m.agents[b].lastCall) })
	case record.QueueFewestCalls:
		return by(func(a, b int) int { return cmp.Compare(m.agents[a].calls, m.agents[b].calls) })
	case record.QueueRandom:
		return able[m.rand.IntN(len(able)):][:1]
	case record.QueueLinear:
		return able[:1]
	}
	return able
}

// Every strategy does in virtual time what the model of it does.
func TestEveryStrategyEqualsItsModel(t *testing.T) {
	for _, strategy := range record.QueueStrategies() {
		t.Run(strategy, func(t *testing.T) {
			got := live(t, strategy)
			m := &model{strategy: strategy, now: time.Unix(0, 0)}
			want := m.live()
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("model and engine (-want +got):\n%s", diff)
			}
			if n := strings.Count(strings.Join(got, "\n"), "answers"); n != dayCallers {
				t.Errorf("%d callers were answered", n)
			}
		})
	}
}
