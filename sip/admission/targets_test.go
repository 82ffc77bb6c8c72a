package admission

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func sourceNumber(n int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}) }

// TestDistributedGuess: what many sources guess at together weighs more, and is told
// once; what one source does alone does not.
func TestDistributedGuess(t *testing.T) {
	domain, alice := []byte("pbx.example"), []byte("alice")
	for _, tt := range []struct {
		name     string
		failures int
		source   func(int) netip.Addr
		user     func(int) []byte
		weight   int
		begun    string
	}{
		{"one source", 1000, func(int) netip.Addr { return guest }, func(int) []byte { return alice }, 1, "[]"},
		{"two sources", 1000, func(n int) netip.Addr { return sourceNumber(n % 2) }, func(int) []byte { return alice }, 1, "[]"},
		{"a few failures of many", userFailures - 1, sourceNumber, func(int) []byte { return alice }, 1, "[]"},
		{"many at a user", userFailures, sourceNumber, func(int) []byte { return alice }, userWeight, "[user]"},
		{"many at a domain", domainFailures, sourceNumber, func(n int) []byte { return fmt.Append(nil, n) }, domainWeight, "[domain]"},
		{"an office after its passwords changed", 20 * domainFailures, func(n int) netip.Addr { return sourceNumber(n % 3) }, func(n int) []byte { return fmt.Append(nil, n%200) }, 1, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			targets := NewTargets(time.Minute)
			var begun []Kind
			var last Guess
			for n := range tt.failures {
				last = targets.Failed(tt.source(n), tt.user(n), domain, noon)
				begun = append(begun, last.Begun...)
			}
			if last.Weight != tt.weight || fmt.Sprint(begun) != tt.begun {
				t.Errorf("weight %d, begun %v; want %d, %s", last.Weight, begun, tt.weight, tt.begun)
			}
			later := targets.Failed(guest, alice, domain, noon.Add(2*time.Minute))
			if later.Weight != 1 || later.Failures != 1 {
				t.Errorf("in the next window: %+v", later)
			}
		})
	}
}

// TestTargetsAreBounded: a flood of names leaves nothing behind.
func TestTargetsAreBounded(t *testing.T) {
	targets, name := NewTargets(0), make([]byte, 0, 32)
	n := 0
	if allocations := testing.AllocsPerRun(1000, func() {
		n++
		name = fmt.Appendf(name[:0], "%d", n)
		targets.Failed(guest, name, name, noon)
	}); allocations > 1 { // the test's own number
		t.Errorf("%v allocations for each name", allocations)
	}
	if len(targets.slots) != targetSlots {
		t.Errorf("%d slots", len(targets.slots))
	}
}

// TestWeight: a failure that weighs more bans sooner.
func TestWeight(t *testing.T) {
	table := New(Config{Failures: 10})
	if _, banned := table.FailedBy(guest, userWeight, "wrong_password", noon); banned {
		t.Fatal("banned at once")
	}
	if ban, banned := table.FailedBy(guest, userWeight, "wrong_password", noon); !banned || ban.Failures != 2 {
		t.Fatalf("ban %+v, %v", ban, banned)
	}
}
