package queue

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dialtone/store/record"
)

func TestChoose(t *testing.T) {
	ago := func(n int) time.Time { return time.Unix(1e9, 0).Add(-time.Duration(n) * time.Second) }
	ann := Candidate{User: "ann", Position: 0, Calls: 3, LastCall: ago(10)}
	bob := Candidate{User: "bob", Position: 1, Calls: 1, LastCall: ago(30)}
	cid := Candidate{User: "cid", Position: 3, Calls: 1, LastCall: ago(20)}
	new1 := Candidate{User: "new", Position: 4}
	far := Candidate{User: "far", Position: 2, Penalty: 5}
	farther := Candidate{User: "farther", Position: 5, Penalty: 7}
	all := []Candidate{ann, bob, far, cid}
	for _, tt := range []struct {
		name, strategy string
		of             []Candidate
		last           int
		want           []record.ID
	}{
		{"nobody", record.QueueRingAll, nil, -1, nil},
		{"all of the lowest tier", record.QueueRingAll, all, -1, []record.ID{"ann", "bob", "cid"}},
		{"the tier there is", record.QueueRingAll, []Candidate{far, farther}, -1, []record.ID{"far"}},
		{"the first", record.QueueLinear, all, 1, []record.ID{"ann"}},
		{"the first of the tier", record.QueueLinear, []Candidate{far, cid}, 1, []record.ID{"cid"}},
		{"the first of all", record.QueueRoundRobin, all, -1, []record.ID{"ann"}},
		{"behind the last", record.QueueRoundRobin, all, 0, []record.ID{"bob"}},
		{"behind the last of the tier", record.QueueRoundRobin, all, 1, []record.ID{"cid"}},
		{"round", record.QueueRoundRobin, all, 3, []record.ID{"ann"}},
		{"behind one who is not free", record.QueueRoundRobin, []Candidate{ann, cid}, 1, []record.ID{"cid"}},
		{"whose last call is the longest ago", record.QueueLeastRecent, all, 1, []record.ID{"bob"}},
		{"who had none", record.QueueLeastRecent, []Candidate{ann, bob, new1}, 1, []record.ID{"new"}},
		{"who had the fewest, in order", record.QueueFewestCalls, all, 1, []record.ID{"bob"}},
		{"who had none at all", record.QueueFewestCalls, []Candidate{ann, bob, new1}, 1, []record.ID{"new"}},
		{"a strategy of tomorrow", "telepathy", all, 1, []record.ID{"ann", "bob", "cid"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Choose(tt.strategy, tt.of, tt.last, nil); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// shares counts who is chosen in many draws, per thousand.
func shares(strategy string, of []Candidate) map[record.ID]int {
	r := rand.New(rand.NewPCG(1, 2))
	const draws = 100_000
	n := map[record.ID]int{}
	for range draws {
		n[Choose(strategy, of, -1, r)[0]]++
	}
	for user := range n {
		n[user] = (n[user]*1000 + draws/2) / draws
	}
	return n
}

// Two who draw below 1000 and 1000(1+p): the first is lower in 1 − 1/(2(1+p)) of all.
func TestChooseAtRandom(t *testing.T) {
	a, b := Candidate{User: "a"}, Candidate{User: "b", Position: 1}
	heavy := Candidate{User: "c", Position: 1, Penalty: 3}
	for _, tt := range []struct {
		name, strategy string
		of             []Candidate
		want           int // of the first, per thousand
	}{
		{"any of two", record.QueueRandom, []Candidate{a, b}, 500},
		{"none of a higher tier", record.QueueRandom, []Candidate{a, heavy}, 1000},
		{"equal weights", record.QueueWeightedRandom, []Candidate{a, b}, 500},
		{"a quarter of the weight", record.QueueWeightedRandom, []Candidate{a, heavy}, 875},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shares(tt.strategy, tt.of)["a"]; got < tt.want-5 || got > tt.want+5 {
				t.Errorf("got %d of 1000, want %d", got, tt.want)
			}
		})
	}
}
