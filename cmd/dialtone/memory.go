package main

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"os"
	"path"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// memoryShare is the part of the memory the Go heap may grow to, in percent. The
// rest is for the engine's mapped files, sockets and the system.
const memoryShare = 80

// collectAt is how much the heap grows, in percent, before garbage is collected. What
// is kept is mostly records and bindings, which live long, and little garbage is made:
// with a million bindings and 20,000 registrations a second collecting takes a twentieth
// of the time, and a binding stays under 700 bytes of resident memory.
//
// Calls make garbage: with several hundred a second a third of the time would go into
// collecting it. So the heap grows by what is made in collectEvery, up to collectAtMost.
const (
	collectAt     = 40
	collectAtMost = 300
	collectEvery  = 4 * time.Second
	// paceEvery is how often that is looked at, and paceKeep how much of a rate counts the
	// next time: half of it after six seconds, for calls come in bursts.
	paceEvery = 250 * time.Millisecond
	paceKeep  = 0.97
)

// limitMemory has the garbage collector work harder than it would by default, and
// still harder before the process meets the memory limit of its control group or its
// machine. GOGC and GOMEMLIMIT in the environment go before.
func limitMemory(log *slog.Logger) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	available := min(machineMemory("/proc/meminfo"), groupMemory("/proc/self/cgroup", "/sys/fs/cgroup"))
	if available == math.MaxInt64 {
		return
	}
	limit := available / 100 * memoryShare
	debug.SetMemoryLimit(limit)
	log.Debug("memory limit set", "bytes", limit)
}

// paceCollector fits how often garbage is collected to how fast it is made, until ctx
// ends. The memory limit goes before.
func paceCollector(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	ticker := time.NewTicker(paceEvery)
	defer ticker.Stop()
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	percent, before, rate := collectAt, sample[0].Value.Uint64(), 0.0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		metrics.Read(sample)
		made, live := sample[0].Value.Uint64(), sample[1].Value.Uint64()
		rate = max(rate*paceKeep, float64(made-before))
		const step = 20 // setting it stops the world: not for trifles
		if p := growth(rate, live); p == collectAt && percent != p || max(p-percent, percent-p) >= step {
			percent = p
			debug.SetGCPercent(percent)
		}
		before = made
	}
}

// growth is how much the heap may grow, in percent of what is kept, while so many bytes
// are made in a paceEvery.
func growth(made float64, live uint64) int {
	if live == 0 {
		return collectAt
	}
	wanted := made * float64(collectEvery/paceEvery) * 100 / float64(live)
	return int(min(max(wanted, collectAt), collectAtMost))
}

// machineMemory is what the machine has in bytes (proc(5), MemTotal), MaxInt64 if
// that is not known.
func machineMemory(file string) int64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return math.MaxInt64
	}
	_, rest, _ := bytes.Cut(b, []byte("MemTotal:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return math.MaxInt64
	}
	kilobytes, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil || kilobytes <= 0 {
		return math.MaxInt64
	}
	return kilobytes << 10
}

// groupMemory is the smallest limit of the process's control group and those around
// it (cgroups(7), version 2, memory.max), MaxInt64 without one.
func groupMemory(selfFile, root string) int64 {
	limit := int64(math.MaxInt64)
	b, err := os.ReadFile(selfFile)
	if err != nil {
		return limit
	}
	_, group, found := strings.Cut(string(b), "0::")
	if !found {
		return limit
	}
	group, _, _ = strings.Cut(group, "\n")
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		if text, err := os.ReadFile(root + group + "/memory.max"); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
				limit = min(limit, n)
			}
		}
		if group == "/" {
			return limit
		}
	}
}
