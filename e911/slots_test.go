package e911

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

func openTestSlots(t *testing.T, path string) (*slots, []leftover) {
	t.Helper()
	s, left, err := openSlots(path)
	if err != nil {
		t.Fatal(err)
	}
	return s, left
}

func TestSlots(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slots")
	s, left := openTestSlots(t, path)
	if len(left) != 0 || s.inUse() != 0 {
		t.Fatalf("a new file holds %v", left)
	}
	calls := map[int]*record.EmergencyCall{}
	for i := range slotCount {
		slot := s.take()
		c := NewPlan(newOffice(), decision(nil), noon)
		if slot < 0 || calls[slot] != nil || !s.write(slot, c) {
			t.Fatalf("slot %d is %d", i, slot)
		}
		calls[slot] = c
	}
	if slot := s.take(); slot != -1 {
		t.Errorf("one more than there are: %d", slot)
	}
	for slot, c := range calls {
		next := *c
		next.Outcome = record.EmergencyAnswered
		s.write(slot, &next)
		calls[slot] = &next
	}
	if err := s.shut(); err != nil {
		t.Fatal(err)
	}
	s, left = openTestSlots(t, path)
	if len(left) != slotCount {
		t.Fatalf("%d left, want all", len(left))
	}
	for _, l := range left {
		if diff := cmp.Diff(calls[l.slot], l.call); diff != "" {
			t.Fatalf("slot %d: %s", l.slot, diff)
		}
		s.release(l.slot)
	}
	_ = s.shut()
	if s, left = openTestSlots(t, path); len(left) != 0 {
		t.Errorf("%d left of those let go", len(left))
	}
	_ = s.shut()
}

// A write that was interrupted leaves what was there before; a first one leaves a slot that
// is known to have been used.
func TestTornSlots(t *testing.T) {
	for cut := range []int{0, 8, 12, 16, 40, 200} {
		path := filepath.Join(t.TempDir(), "slots")
		s, _ := openTestSlots(t, path)
		first := NewPlan(newOffice(), decision(nil), noon)
		slot, alone := s.take(), s.take()
		s.write(slot, first)
		second := *first
		second.Outcome = record.EmergencyAnswered
		s.write(slot, &second)
		newest := s.half(slot, 1)
		s.write(alone, first)
		for _, half := range [][]byte{newest, s.half(alone, 0)} {
			for i := max(cut, 9); i < slotHalf; i++ {
				half[i] ^= 0x55
			}
		}
		_ = s.shut()
		s, left := openTestSlots(t, path)
		for _, l := range left {
			switch {
			case l.slot == slot && (l.call == nil || l.call.Outcome != record.EmergencyStarted):
				t.Errorf("cut at %d: the older half is not read: %+v", cut, l.call)
			case l.slot == alone && l.call != nil:
				t.Errorf("cut at %d: a torn slot is read: %+v", cut, l.call)
			}
		}
		if len(left) != 2 {
			t.Errorf("cut at %d: %d slots in use, want 2", cut, len(left))
		}
		_ = s.shut()
	}
}

func TestSlotsOfAnotherForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slots")
	if err := os.WriteFile(path, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, left := openTestSlots(t, path)
	if len(left) != 0 || s.take() < 0 {
		t.Errorf("not made anew: %v", left)
	}
	_ = s.shut()
	if _, _, err := openSlots(filepath.Join(path, "below")); err == nil {
		t.Error("opened below a file")
	}
}

// What is too long for a slot loses its recipients, which are found again.
func TestSlotTooLong(t *testing.T) {
	s, _ := openTestSlots(t, filepath.Join(t.TempDir(), "slots"))
	defer func() { _ = s.shut() }()
	c := NewPlan(newOffice(), decision(nil), noon)
	for range 400 {
		c.Recipients = append(c.Recipients, record.EmergencyRecipient{Address: strings.Repeat("a", 60) + "@example.com"})
	}
	slot := s.take()
	if !s.write(slot, c) {
		t.Fatal("not written")
	}
	if l := s.scan(); len(l) != 1 || l[0].call == nil || len(l[0].call.Recipients) != 0 || l[0].call.ID != c.ID {
		t.Errorf("read %+v", l)
	}
}

// TestReconcileWithoutReading: that the disk cannot be read at the start leaves no call of a
// slot to the next one.
func TestReconcileWithoutReading(t *testing.T) {
	r := open(t, t.TempDir())
	left := make([]leftover, 2)
	for i := range left {
		left[i] = leftover{slot: r.slots.take(), call: NewPlan(r.office, decision(nil), r.now())}
		r.slots.write(left[i].slot, left[i].call)
	}
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	_ = r.reconcile(left)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if n := len(r.unwritten); n != len(left) {
		t.Errorf("%d of %d calls are looked after", n, len(left))
	}
}
