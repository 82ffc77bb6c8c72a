package registrar

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The index does what a map does, also when hashes clash.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x index
		want := map[string]*aor{}
		clash := rapid.SampledFrom([]uint32{1, 3, 1 << 16, 1<<32 - 1}).Draw(t, "clash")
		hash := func(name string) uint32 {
			var n uint32
			fmt.Sscanf(name, "a%d", &n)
			return n * 2654435761 % clash * (1<<32 - 1) / clash
		}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			name := fmt.Sprintf("a%d", rapid.IntRange(0, 60).Draw(t, "name"))
			if rapid.Bool().Draw(t, "put") {
				want[name] = newAOR([]byte(name), "cred")
				x.put(hash(name), want[name])
			} else {
				delete(want, name)
				x.remove(hash(name), name)
			}
			if x.count != len(want) {
				t.Fatalf("%d AORs, want %d", x.count, len(want))
			}
			for n := range 61 {
				name := fmt.Sprintf("a%d", n)
				if got := lookUp(&x, hash(name), []byte(name)); got != want[name] {
					t.Fatalf("%s is %p, want %p", name, got, want[name])
				}
			}
		}
	})
}
