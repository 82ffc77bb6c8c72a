package admission

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	noon  = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	guest = netip.MustParseAddr("192.0.2.1")
)

// fail fails n times and tells whether the last one brought a ban.
func fail(t *Table, a netip.Addr, n int, now time.Time) (banned bool) {
	for range n {
		_, banned = t.Failed(a, "wrong_password", now)
	}
	return banned
}

func TestBan(t *testing.T) {
	table := New(Config{Failures: 3, First: time.Minute, Longest: 4 * time.Minute})
	if fail(table, guest, 2, noon) || table.Banned(guest, noon) {
		t.Fatal("banned too early")
	}
	ban, banned := table.Failed(guest, "unknown_user", noon)
	want := Ban{Source: netip.MustParsePrefix("192.0.2.1/32"), Since: noon, Until: noon.Add(time.Minute), Failures: 3, Reason: "unknown_user", Level: 1}
	if !banned || ban != want {
		t.Fatalf("ban = %+v, want %+v", ban, want)
	}
	if !table.Banned(guest, noon.Add(59*time.Second)) || table.Banned(netip.MustParseAddr("192.0.2.2"), noon) {
		t.Fatal("not the source alone is banned")
	}
	if table.Banned(guest, noon.Add(time.Minute)) || len(table.Bans(noon.Add(time.Minute))) != 0 {
		t.Fatal("the ban did not end")
	}
}

func TestBansGetLonger(t *testing.T) {
	table := New(Config{Failures: 1, First: time.Minute, Longest: 4 * time.Minute})
	now := noon
	for i, want := range []time.Duration{1, 2, 4, 4} {
		ban, _ := table.Failed(guest, "", now)
		if got := ban.Until.Sub(now); got != want*time.Minute || ban.Level != i+1 {
			t.Fatalf("ban %d lasts %v, level %d", i+1, got, ban.Level)
		}
		now = ban.Until
	}
	ban, _ := table.Failed(guest, "", now.Add(5*time.Minute))
	if ban.Level != 1 {
		t.Fatalf("after behaving for longer than the last ban: level %d", ban.Level)
	}
}

func TestFailuresAreForgotten(t *testing.T) {
	table := New(Config{Failures: 3, Window: time.Minute})
	fail(table, guest, 2, noon)
	if fail(table, guest, 2, noon.Add(2*time.Minute)) {
		t.Fatal("failures of an earlier window counted")
	}
}

func TestAllowed(t *testing.T) {
	table := New(Config{Failures: 1, Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	if fail(table, guest, 5, noon) || table.Len() != 0 {
		t.Fatal("an allowed source was counted")
	}
}

func TestIPv6IsBannedByNetwork(t *testing.T) {
	table := New(Config{Failures: 2})
	table.Failed(netip.MustParseAddr("2001:db8::1"), "", noon)
	table.Failed(netip.MustParseAddr("2001:db8::2"), "", noon)
	if !table.Banned(netip.MustParseAddr("2001:db8::ffff"), noon) || table.Banned(netip.MustParseAddr("2001:db8:0:1::1"), noon) {
		t.Fatal("not the /64 is banned")
	}
}

// TestBannedSourceMayStillRegister: at a bounded rate, and without bound when free.
func TestBannedSourceMayStillRegister(t *testing.T) {
	table := New(Config{Failures: 1})
	count := func(now time.Time) (n int) {
		for range 1000 {
			if table.MayChallenge(guest, now) {
				n++
			}
		}
		return n
	}
	if n := count(noon); n != 1000 {
		t.Fatalf("a free source got %d of 1000 challenges", n)
	}
	fail(table, guest, 1, noon)
	if n := count(noon); n != bannedBurst {
		t.Fatalf("a banned source got %d challenges at once, want %d", n, bannedBurst)
	}
	if n := count(noon.Add(time.Second)); n != bannedRate {
		t.Fatalf("a banned source got %d challenges in a second, want %d", n, bannedRate)
	}
	if !table.MayCheck(guest, noon) {
		t.Fatal("challenges used up the checks")
	}
}

func TestLift(t *testing.T) {
	table := New(Config{Failures: 1})
	fail(table, guest, 1, noon)
	if !table.Lift(guest, noon) || table.Banned(guest, noon) || table.Lift(guest, noon) {
		t.Fatal("the ban was not lifted once")
	}
}

// TestBounded: whatever happens the table keeps its size and knows how many are
// banned.
func TestBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := New(Config{Failures: rapid.IntRange(1, 3).Draw(t, "failures"), First: time.Minute, Sources: 8})
		now := noon
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			a := netip.AddrFrom4([4]byte{192, 0, 2, rapid.Byte().Draw(t, "host") % 16})
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				table.Failed(a, "", now)
			case 2:
				table.Lift(a, now)
			case 3:
				now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			}
			if table.Len() > 8 {
				t.Fatalf("%d sources", table.Len())
			}
			if n, counted := table.InForce(now), len(table.Bans(now)); n != counted {
				t.Fatalf("%d bans in force, %d listed", n, counted)
			}
		}
	})
}
