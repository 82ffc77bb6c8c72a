package load

import (
	"strconv"
	"time"
)

// Report is what a run came to. Durations are in the unit of the name.
type Report struct {
	Mode    string  `json:"mode"`
	Target  string  `json:"target"`
	Phones  int     `json:"phones"`
	Rate    float64 `json:"rate,omitempty"` // registrations offered a second
	Seconds float64 `json:"seconds"`        // from the first start to the last answer

	Started     uint64 `json:"started"`      // registrations, removals and moves begun
	Succeeded   uint64 `json:"succeeded"`    // answered 200
	Failed      uint64 `json:"failed"`       // answered otherwise, after the challenge
	Unavailable uint64 `json:"unavailable"`  // answered 503
	TimedOut    uint64 `json:"timed_out"`    // not answered within 64 T1
	Unfinished  uint64 `json:"unfinished"`   // open when the run ended
	Busy        uint64 `json:"busy"`         // not begun: the phone's turn came while it waited
	GaveUp      uint64 `json:"gave_up"`      // phones of a storm that stopped trying
	Wrong       uint64 `json:"wrong"`        // 200 that does not list the contact, or still does
	BehindMS    int64  `json:"behind_ms"`    // the generator's own largest delay
	Requests    uint64 `json:"requests"`     // first transmissions
	Repeats     uint64 `json:"repeats"`      // retransmissions
	Unsent      uint64 `json:"unsent"`       // the kernel took no more
	Refused     uint64 `json:"refused"`      // "port unreachable" met
	Responses   uint64 `json:"responses"`    // final and belonging to an open transaction
	Challenges  uint64 `json:"challenges"`   // 401 among them
	Late        uint64 `json:"late"`         // answers to what was finished
	Malformed   uint64 `json:"malformed"`    // datagrams that are no answer to this run
	Statuses    Counts `json:"statuses"`     // final answers by status code
	Latency     Times  `json:"latency"`      // first request to 200
	Sizes       Sizes  `json:"sizes"`        // mean datagrams
	Registered  Times  `json:"registered"`   // storm: from power to 200, each phone once
	AllBoundMS  int64  `json:"all_bound_ms"` // storm: until the last phone was bound; 0 when some never were
}

// Counts is a number for each status code.
type Counts map[string]uint64

// Times are quantiles in milliseconds.
type Times struct {
	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// Sizes are mean lengths in octets of the four datagrams of a registration.
type Sizes struct {
	Request   int `json:"request"`
	Challenge int `json:"challenge"`
	Answer    int `json:"answer"` // the request with credentials
	Success   int `json:"success"`
}

// mean sums up datagrams.
type mean struct{ octets, count uint64 }

func (m *mean) add(n int) {
	m.octets += uint64(n)
	m.count++
}

func (m mean) value() int { return int(m.octets / max(m.count, 1)) }

func (m *mean) merge(o mean) {
	m.octets += o.octets
	m.count += o.count
}

// tally is what a worker counts.
type tally struct {
	Report
	statuses   [700]uint64
	latency    latencies
	registered latencies
	behind     time.Duration
	lastBound  time.Duration
	bound      int // phones of a storm
	request    mean
	challenge  mean
	answer     mean
	success    mean
}

func (t *tally) merge(o *tally) {
	for _, pair := range [...]struct{ to, from *uint64 }{
		{&t.Started, &o.Started},
		{&t.Succeeded, &o.Succeeded},
		{&t.Failed, &o.Failed},
		{&t.Unavailable, &o.Unavailable},
		{&t.TimedOut, &o.TimedOut},
		{&t.Unfinished, &o.Unfinished},
		{&t.Busy, &o.Busy},
		{&t.GaveUp, &o.GaveUp},
		{&t.Wrong, &o.Wrong},
		{&t.Requests, &o.Requests},
		{&t.Repeats, &o.Repeats},
		{&t.Unsent, &o.Unsent},
		{&t.Refused, &o.Refused},
		{&t.Responses, &o.Responses},
		{&t.Challenges, &o.Challenges},
		{&t.Late, &o.Late},
		{&t.Malformed, &o.Malformed},
	} {
		*pair.to += *pair.from
	}
	for i, n := range o.statuses {
		t.statuses[i] += n
	}
	t.latency.merge(&o.latency)
	t.registered.merge(&o.registered)
	t.behind = max(t.behind, o.behind)
	t.lastBound = max(t.lastBound, o.lastBound)
	t.bound += o.bound
	t.request.merge(o.request)
	t.challenge.merge(o.challenge)
	t.answer.merge(o.answer)
	t.success.merge(o.success)
	t.Seconds = max(t.Seconds, o.Seconds)
}

// report is the tally as others read it.
func (t *tally) report() Report {
	r := t.Report
	r.Statuses = Counts{}
	for status, n := range t.statuses {
		if n > 0 {
			r.Statuses[strconv.Itoa(status)] = n
		}
	}
	r.Latency, r.Registered = t.latency.times(), t.registered.times()
	r.BehindMS = t.behind.Milliseconds()
	r.Sizes = Sizes{t.request.value(), t.challenge.value(), t.answer.value(), t.success.value()}
	return r
}

func (l *latencies) times() Times {
	return Times{ms(l.quantile(0.5)), ms(l.quantile(0.9)), ms(l.quantile(0.99)), ms(l.largest)}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
