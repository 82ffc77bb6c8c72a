package digest

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Unix(1_800_000_000, 0)

func TestNonceVerify(t *testing.T) {
	n := NewNonces(NonceConfig{Key: [32]byte{1}})
	other := NewNonces(NonceConfig{Key: [32]byte{2}})
	nonce := string(n.Append(nil, "r", noon))
	if len(nonce) != NonceLen {
		t.Fatalf("nonce %q is %d long", nonce, len(nonce))
	}
	flipped := []byte(nonce)
	flipped[3] ^= 1
	tests := []struct {
		name, nonce, realm string
		at                 time.Duration
		want               Freshness
	}{
		{"at once", nonce, "r", 0, Fresh},
		{"last second", nonce, "r", DefaultValidity - time.Second, Fresh},
		{"clock stepped back a second", nonce, "r", -time.Second, Fresh},
		{"too old", nonce, "r", DefaultValidity, Stale},
		{"from the future", nonce, "r", -time.Minute, Stale},
		{"another realm", nonce, "s", 0, Forged},
		{"another key", string(other.Append(nil, "r", noon)), "r", 0, Forged},
		{"a bit flipped", string(flipped), "r", 0, Forged},
		{"cut", nonce[:NonceLen-1], "r", 0, Forged},
		{"longer", nonce + "A", "r", 0, Forged},
		{"line ends, which base64 skips", nonce[:NonceLen-4] + "\r\n\r\n", "r", 0, Forged},
		{"not base64", strings.Repeat("?", NonceLen), "r", 0, Forged},
		{"empty", "", "r", 0, Forged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := n.Verify([]byte(tt.nonce), tt.realm, noon.Add(tt.at)); got != tt.want {
				t.Fatalf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestNonceUse(t *testing.T) {
	type step struct {
		nc   uint32
		want Freshness
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"rising", []step{{1, Fresh}, {2, Fresh}, {3, Fresh}}},
		{"same again", []step{{1, Fresh}, {1, Replayed}, {2, Fresh}, {2, Replayed}, {1, Replayed}}},
		{"out of order", []step{{5, Fresh}, {3, Fresh}, {3, Replayed}, {4, Fresh}, {5, Replayed}}},
		{"behind the window", []step{{100, Fresh}, {37, Fresh}, {36, Stale}, {37, Replayed}}},
		{"jump clears the window", []step{{1, Fresh}, {1000, Fresh}, {1, Stale}, {999, Fresh}}},
		{"jump of exactly the window", []step{{1, Fresh}, {65, Fresh}, {1, Stale}, {2, Fresh}}},
		{"highest", []step{{1<<32 - 1, Fresh}, {1<<32 - 1, Replayed}, {1, Stale}}},
		{"without qop once", []step{{0, Fresh}, {0, Replayed}}},
		{"without qop, then with", []step{{0, Fresh}, {1, Replayed}}},
		{"with qop, then without", []step{{1, Fresh}, {0, Replayed}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := NewNonces(NonceConfig{})
			nonce := n.Append(nil, "r", noon)
			for i, s := range tt.steps {
				if got := n.Use(nonce, s.nc, noon); got != s.want {
					t.Fatalf("step %d, nc %d: got %d, want %d", i, s.nc, got, s.want)
				}
			}
			if got := n.Use(nonce, 1, noon.Add(DefaultValidity)); got != Stale {
				t.Fatalf("after its time: %d", got)
			}
		})
	}
}

// A full table makes nonces stale; it neither grows nor lets a use pass twice.
func TestUsedTableIsBounded(t *testing.T) {
	const limit = usedShards * 4
	n := NewNonces(NonceConfig{MaxUsed: limit, Validity: time.Minute})
	type used struct {
		nonce []byte
		at    time.Time
	}
	var all []used
	fresh := 0
	for i := range 20 * limit {
		now := noon.Add(time.Duration(i) * 5 * time.Millisecond)
		nonce := n.Append(nil, "r", now)
		if n.Use(nonce, 1, now) == Fresh {
			fresh++
			all = append(all, used{nonce, now})
		}
	}
	total := 0
	for i := range n.used.shards {
		held := 0
		for _, m := range n.used.shards[i].slices {
			held += len(m)
		}
		if held != n.used.shards[i].count {
			t.Fatalf("shard %d counts %d, holds %d", i, n.used.shards[i].count, held)
		}
		total += held
	}
	if total > limit {
		t.Fatalf("%d nonces held, limit %d", total, limit)
	}
	if fresh < 2*limit {
		t.Fatalf("only %d of %d nonces usable: old ones do not make room", fresh, 20*limit)
	}
	for _, u := range all {
		if n.Use(u.nonce, 1, u.at) == Fresh {
			t.Fatal("a use passed twice")
		}
	}
}

// Whatever the order of uses and the passing of time, no (nonce, nc) is Fresh twice.
func TestNothingReplays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := NewNonces(NonceConfig{Validity: 16 * time.Second, MaxUsed: usedShards * rapid.IntRange(1, 3).Draw(t, "limit")})
		type use struct {
			nonce string
			nc    uint32
		}
		var nonces []string
		done := map[use]bool{}
		now := noon
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "gap")) * time.Second)
			if len(nonces) == 0 || rapid.Bool().Draw(t, "new") {
				nonces = append(nonces, string(n.Append(nil, "r", now)))
			}
			u := use{rapid.SampledFrom(nonces).Draw(t, "nonce"), uint32(rapid.IntRange(0, 80).Draw(t, "nc"))}
			if n.Verify([]byte(u.nonce), "r", now) != Fresh {
				continue
			}
			if n.Use([]byte(u.nonce), u.nc, now) == Fresh {
				if done[u] {
					t.Fatalf("%v is fresh twice", u)
				}
				done[u] = true
			}
		}
	})
}
