package sip

import (
	"fmt"
	"slices"

	"dialtone/test/load"
)

// Row is one line of the table.
type Row struct {
	Work, Ours, Peer, Floor, Ratio, Goal string
	Met                                  bool
}

// Result is what a run finds out.
type Result struct {
	Rows []Row
	// Samples are the measurements by name and unit, in the order they were taken.
	Samples map[string][]float64
	// Loads are the generator's reports, in order, by the server's name.
	Loads map[string][]load.Report
}

func (r *Result) sample(name string, v float64) { r.Samples[name] = append(r.Samples[name], v) }

func (r *Result) median(name string) float64 { return median(r.Samples[name]) }

// ratio is the median of the ratios round by round.
func (r *Result) ratio(name, other string) float64 {
	var all []float64
	for i, v := range r.Samples[name] {
		all = append(all, v/r.Samples[other][i])
	}
	return median(all)
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

// against adds a row that compares two servers' CPU time with a goal.
func (r *Result) against(work, other, label string, goal float64) {
	ours, theirs := "dialtone "+work+" µs", other+" "+work+" µs"
	ratio := r.ratio(ours, theirs)
	row := Row{
		Work:  work + ", CPU",
		Ours:  fmt.Sprintf("%.1f µs", r.median(ours)),
		Ratio: fmt.Sprintf("%.2f", ratio), Goal: fmt.Sprintf("≤ %.2f × %s", goal, label), Met: ratio <= goal,
	}
	cell := fmt.Sprintf("%s %.1f µs", label, r.median(theirs))
	if other == "echo" || other == "echo-batched" {
		row.Floor = cell
	} else {
		row.Peer = cell
	}
	r.Rows = append(r.Rows, row)
}
