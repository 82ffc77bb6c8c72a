package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// none stands in the table where there is nothing to say.
const none = "–"

// row is one line of the table.
type row struct {
	Work  string `json:"work"`
	Ours  string `json:"ours"`
	Peer  string `json:"peer"`
	Floor string `json:"floor"`
	Ratio string `json:"ratio"`
	Goal  string `json:"goal"`
	// Met is "yes", "no" or none.
	Met string `json:"met"`
}

// report is what a run finds out.
type report struct {
	Started time.Time `json:"started"`
	Machine string    `json:"machine"`
	Go      string    `json:"go"`
	Options string    `json:"options"`
	Rows    []row     `json:"rows"`
	// Samples are the measurements by name and unit, in the order they were taken.
	Samples map[string][]float64 `json:"samples"`
}

func newReport(o options) report {
	return report{
		Started: time.Now().UTC(), Machine: machine(), Go: runtime.Version(),
		Options: fmt.Sprintf("%+v", o), Samples: map[string][]float64{},
	}
}

// machine is the processor and how many there are.
func machine() string {
	name := runtime.GOARCH
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s", runtime.NumCPU(), name)
}

// sample keeps one measurement.
func (r *report) sample(name string, value float64) {
	r.Samples[name] = append(r.Samples[name], value)
}

// median is the middle of what was measured under a name.
func (r *report) median(name string) float64 { return median(r.Samples[name]) }

// ratio is the median of two measurements' ratios, round by round.
func (r *report) ratio(name, other string) float64 {
	var ratios []float64
	for i, v := range r.Samples[name] {
		ratios = append(ratios, v/r.Samples[other][i])
	}
	return median(ratios)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// add puts a row into the table; empty cells say none.
func (r *report) add(w row) {
	for _, cell := range []*string{&w.Peer, &w.Floor, &w.Ratio, &w.Goal, &w.Met} {
		if *cell == "" {
			*cell = none
		}
	}
	r.Rows = append(r.Rows, w)
}

// met says whether every value is within its goal.
func met(all ...bool) string {
	if slices.Contains(all, false) {
		return "no"
	}
	return "yes"
}

// print writes the table.
func (r *report) print(to io.Writer) {
	_, _ = fmt.Fprintf(to, "%s, %s, %s\n\n", r.Machine, r.Go, r.Started.Format(time.DateTime))
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "work\tours\tpeer\tfloor\tratio\tgoal\tmet")
	for _, l := range r.Rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Work, l.Ours, l.Peer, l.Floor, l.Ratio, l.Goal, l.Met)
	}
	_ = w.Flush()
}

// save writes everything to a file named by the time.
func (r *report) save(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, r.Started.Format("20060102-150405")+".json")
	return path, os.WriteFile(path, append(b, '\n'), 0o644)
}
