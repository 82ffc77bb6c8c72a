package registrar

import (
	"net/netip"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func recordOf(t testing.TB, req *Request) []byte {
	t.Helper()
	r := New(Config{Log: newMemoryLog()})
	r.UpdateAsync(req, noon, new(Result), make(channelWaiter, 1))
	return r.appendCurrent(nil, string(req.AOR))
}

func TestRestore(t *testing.T) {
	p := newPhone("alice@pbx.example")
	p.instance, p.connection = "<urn:uuid:1>", 9
	req := p.request(600, sipA, sipB)
	req.Contacts[1].RegID = 70000
	req.Path, req.Listener = []byte("<sip:edge;lr>"), 4
	value := recordOf(t, req)

	before, after := New(Config{Log: newMemoryLog()}), New(Config{Log: newMemoryLog()})
	before.UpdateAsync(req, noon, new(Result), make(channelWaiter, 1))
	for range 2 { // restoring twice is restoring once
		if err := after.Restore(req.AOR, value); err != nil {
			t.Fatal(err)
		}
	}
	want := before.Lookup(nil, req.AOR, noon)
	for i := range want {
		want[i].Connection = 0
	}
	opts := cmpopts.EquateComparable(netip.AddrPort{}, Instance{})
	if diff := cmp.Diff(want, after.Lookup(nil, req.AOR, noon), opts); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(want, after.ByAccount("acc_1", noon), opts); diff != "" {
		t.Fatal(diff)
	}
}

func TestRestoreRefuses(t *testing.T) {
	good := recordOf(t, newPhone("alice@pbx.example").request(600, sipA))
	tests := []struct {
		name, key string
		value     []byte
	}{
		{"empty", "a@b", []byte{}},
		{"cut", "a@b", good[:len(good)-1]},
		{"longer", "a@b", append(good[:len(good):len(good)], 0)},
		{"another version", "a@b", append([]byte{recordVersion + 1}, good[1:]...)},
		{"no key", "", good},
		{"long key", strings.Repeat("a", MaxAOR+1), good},
		{"no bindings", "a@b", []byte{recordVersion, 0, 0, 0}},
		{"too many bindings", "a@b", []byte{recordVersion, 0, 0, 255, 255, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := New(Config{}).Restore([]byte(tt.key), tt.value); err == nil {
				t.Fatal("accepted")
			}
		})
	}
}

// A deletion in the log takes back what came before it, and only that.
func TestRestoreOfADeletion(t *testing.T) {
	r := New(Config{})
	for _, step := range []struct{ key, aor string }{{"a@b", "a@b"}, {"c@d", "c@d"}, {"a@b", ""}, {"nobody@b", ""}} {
		var value []byte
		if step.aor != "" {
			value = recordOf(t, newPhone(step.aor).request(600, sipA))
		}
		if err := r.Restore([]byte(step.key), value); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.ByAccount("acc_1", noon); len(got) != 1 || got[0].AOR != "c@d" {
		t.Fatalf("left: %v", got)
	}
	if got := r.Lookup(nil, []byte("a@b"), noon); len(got) != 0 {
		t.Fatalf("the deleted: %v", got)
	}
}

func FuzzRestore(f *testing.F) {
	f.Add([]byte("a@b"), recordOf(f, newPhone("a@b").request(600, sipA, sipB)))
	f.Add([]byte("a@b"), []byte{recordVersion, 0, 0, 255})
	f.Fuzz(func(t *testing.T, key, value []byte) {
		r := New(Config{})
		if r.Restore(key, value) != nil {
			return
		}
		again := r.appendCurrent(nil, string(key))
		if err := New(Config{}).Restore(key, again); err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
	})
}

// The figure of memory per binding rests on these sizes.
func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(binding{}); n > 96 {
		t.Errorf("a binding has %d bytes", n)
	}
	if n := unsafe.Sizeof(aor{}); n > 64 {
		t.Errorf("an AOR has %d bytes", n)
	}
}
