package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestGroupMemory(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("outer/memory.max", "1000000\n")
	write("outer/inner/memory.max", "max\n")
	write("outer/small/memory.max", "4096\n")
	write("strange/memory.max", "lots\n")
	for name, tc := range map[string]struct {
		self string
		want int64
	}{
		"no limit of its own": {"0::/outer/inner\n", 1_000_000},
		"its own":             {"0::/outer/small\n", 4096},
		"beside version 1":    {"5:cpu:/a\n0::/outer/inner\n", 1_000_000},
		"none":                {"0::/\n", math.MaxInt64},
		"no number":           {"0::/strange\n", math.MaxInt64},
		"climbing out":        {"0::/../../outer\n", 1_000_000},
		"version 1 only":      {"5:memory:/a\n", math.MaxInt64},
	} {
		if got := groupMemory(write("self", tc.self), root); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
	if got := groupMemory(filepath.Join(root, "missing"), root); got != math.MaxInt64 {
		t.Errorf("without /proc: %d", got)
	}
}

func TestMachineMemory(t *testing.T) {
	for text, want := range map[string]int64{
		"MemFree: 1 kB\nMemTotal:       16384 kB\n": 16 << 20,
		"MemTotal: none\n":                          math.MaxInt64,
		"MemTotal: -1 kB":                           math.MaxInt64,
		"":                                          math.MaxInt64,
	} {
		file := filepath.Join(t.TempDir(), "meminfo")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := machineMemory(file); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got := machineMemory("/nowhere"); got != math.MaxInt64 {
		t.Errorf("without /proc: %d", got)
	}
}

func TestGrowth(t *testing.T) {
	const mega = 1 << 20
	for name, tc := range map[string]struct {
		made float64
		live uint64
		want int
	}{
		"nothing kept yet": {100 * mega, 0, collectAt},
		"quiet":            {mega, 100 * mega, collectAt},
		"calls":            {10 * mega, 100 * mega, 160},
		"very busy":        {200 * mega, 50 * mega, collectAtMost},
	} {
		if got := growth(tc.made, tc.live); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}
