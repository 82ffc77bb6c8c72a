package park

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dialtone/sip/call"
	"dialtone/store/record"
)

const (
	acme  record.ID = "acct_acme"
	other record.ID = "acct_other"
)

var _ call.Slots = (*Lot)(nil)

func TestTake(t *testing.T) {
	lot := New(nil)
	for i, tt := range []struct {
		account     record.ID
		first, last int
		want        int
	}{
		{acme, 7, 7, 7},
		{acme, 7, 7, 0},
		{other, 7, 7, 7},
		{acme, 1, 99, 1},
		{acme, 6, 8, 6},
		{acme, 6, 8, 8},
		{acme, 6, 8, 0},
		{acme, 0, 0, 0},
		{acme, 100, 100, 0},
		{acme, 0, 200, 2},
	} {
		if got := lot.Take(tt.account, tt.first, tt.last, "a"); got != tt.want {
			t.Errorf("%d: slot %d, want %d", i, got, tt.want)
		}
	}
}

func TestClaim(t *testing.T) {
	lot := New(nil)
	lot.Take(acme, 7, 7, "phone")
	if got := lot.Claim(other, "phone", "call"); got != 0 {
		t.Errorf("another account got slot %d", got)
	}
	if got := lot.Claim(acme, "phone", "call"); got != 7 {
		t.Errorf("claimed slot %d", got)
	}
	lot.Free(acme, 7, "phone") // which has nothing any more
	lot.Set(call.Parked{Account: acme, Slot: 7, Call: "call"})
	if got := lot.Claim(acme, "call", "thief"); got != 0 {
		t.Errorf("slot %d was claimed from who waits there", got)
	}
	lot.Set(call.Parked{Account: acme, Slot: 7, Call: "thief"})
	if p, ok := lot.Waiting(acme, 1, 99); !ok || p.Call != "call" {
		t.Errorf("in slot 7: %+v", p)
	}
	lot.Free(acme, 7, "call")
	if n := lot.Len(); n != 0 {
		t.Errorf("%d slots taken", n)
	}
}

func TestWaitingLongest(t *testing.T) {
	lot := New(nil)
	now := time.Unix(1e9, 0)
	for slot, age := range map[int]int{3: 1, 5: 3, 9: 2} {
		id := fmt.Sprint(slot)
		lot.Take(acme, slot, slot, id)
		lot.Set(call.Parked{Account: acme, Slot: slot, Call: id, At: now.Add(-time.Duration(age) * time.Minute)})
	}
	lot.Take(acme, 1, 1, "about to")
	for _, tt := range []struct{ first, last, want int }{{1, 99, 5}, {6, 99, 9}, {3, 3, 3}, {1, 2, 0}} {
		if p, _ := lot.Waiting(acme, tt.first, tt.last); p.Slot != tt.want {
			t.Errorf("from %d to %d: slot %d, want %d", tt.first, tt.last, p.Slot, tt.want)
		}
	}
	if list := lot.Parked(acme); len(list) != 3 || list[0].Slot != 3 || list[2].Slot != 9 {
		t.Errorf("parked: %+v", list)
	}
}

// Of many who want one slot at once, one gets it.
func TestTakeAtOnce(t *testing.T) {
	lot := New(nil)
	for round := range 100 {
		var wg sync.WaitGroup
		var won atomic.Int32
		for i := range 8 {
			wg.Go(func() {
				if lot.Take(acme, 7, 7, fmt.Sprint(i)) != 0 {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d winners", round, won.Load())
		}
		for i := range 8 {
			lot.Free(acme, 7, fmt.Sprint(i))
		}
	}
}

// A slot has one holder, whatever happens, and a lot that nobody holds anything of is
// empty.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lot := New(nil)
		model := map[int]string{}
		holders := []string{"a", "b", "c"}
		for range rapid.IntRange(0, 50).Draw(rt, "steps") {
			holder := rapid.SampledFrom(holders).Draw(rt, "holder")
			slot := rapid.IntRange(1, 4).Draw(rt, "slot")
			if rapid.Bool().Draw(rt, "takes") {
				got := lot.Take(acme, slot, slot, holder)
				if (got == slot) != (model[slot] == "") {
					rt.Fatalf("slot %d of %q: %d", slot, model[slot], got)
				}
				if got != 0 {
					model[slot] = holder
				}
				continue
			}
			lot.Free(acme, slot, holder)
			if model[slot] == holder {
				delete(model, slot)
			}
		}
		if lot.Len() != len(model) {
			rt.Fatalf("%d slots taken, want %v", lot.Len(), model)
		}
		for slot, holder := range model {
			lot.Free(acme, slot, holder)
		}
		if len(lot.accounts) != 0 {
			rt.Fatalf("left: %v", lot.accounts)
		}
	})
}
