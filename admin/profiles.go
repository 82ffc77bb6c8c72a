package admin

import (
	"bytes"
	"io"
	"net/http"
	"runtime/pprof"
	"strconv"
	"time"

	"dialtone/store/record"
)

// Bounds of a CPU profile, in seconds.
const (
	defaultProfile = 10
	longestProfile = 60
)

// cpuProfile is the name of the profile that is taken over a time; the others are
// those of runtime/pprof.
const cpuProfile = "profile"

// profileOperations show where the daemon spends time and memory, in the format of
// go tool pprof.
func profileOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/debug/pprof/{profile}", event: "profile.read", scope: scopePlatform,
		summary: "Takes a profile of the daemon for go tool pprof: profile (CPU time), heap, allocs, goroutine, block, mutex or threadcreate.",
		query:   []parameter{{name: "seconds", doc: "How long CPU time is measured, 1 to 60; 10 when absent. The other profiles take none."}},
		media:   "application/octet-stream", status: http.StatusOK, handle: handleProfile,
	}}
}

func handleProfile(c *call) (*answer, error) {
	name := c.r.PathValue("profile")
	q := c.query()
	seconds := q.seconds(name == cpuProfile)
	if err := q.err(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := c.takeProfile(name, seconds, &b); err != nil {
		return nil, err
	}
	return &answer{
		status: http.StatusOK,
		header: map[string]string{
			"Content-Type":        "application/octet-stream",
			"Content-Disposition": `attachment; filename="` + name + `.pb.gz"`,
		},
		stream: func(w io.Writer) error { _, err := b.WriteTo(w); return err },
	}, nil
}

// seconds reads how long a profile of CPU time takes.
func (q *query) seconds(allowed bool) time.Duration {
	if !q.values.Has("seconds") {
		return defaultProfile * time.Second
	}
	n, err := strconv.Atoi(q.text("seconds"))
	switch {
	case !allowed:
		q.problems.Add("seconds", record.CodeUnknownField, "this profile takes no time")
	case err != nil || n < 1 || n > longestProfile:
		q.problems.Add("seconds", record.CodeOutOfRange, "must be from 1 to %d", longestProfile)
	}
	return time.Duration(n) * time.Second
}

// takeProfile writes a profile. There is one of CPU time at a time.
func (c *call) takeProfile(name string, last time.Duration, to io.Writer) error {
	if name != cpuProfile {
		p := pprof.Lookup(name)
		if p == nil {
			return notFound()
		}
		return p.WriteTo(to, 0)
	}
	if err := pprof.StartCPUProfile(to); err != nil {
		return newProblem(http.StatusTooManyRequests, codeLimited, "a profile of CPU time is being taken").retry(longestProfile)
	}
	defer pprof.StopCPUProfile()
	timer := time.NewTimer(last)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.r.Context().Done():
	}
	return nil
}
