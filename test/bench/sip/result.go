package sip

import (
	"fmt"
	"slices"
	"strings"

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

// against adds a row that compares two servers' CPU time; goal 0 is none.
func (r *Result) against(work, other, label string, goal float64) {
	ratio := r.ratio("dialtone "+work+" µs", other+" "+work+" µs")
	row := Row{Work: work + ", CPU", Ours: r.cost("dialtone", work), Ratio: fmt.Sprintf("%.2f", ratio)}
	if goal > 0 {
		row.Goal, row.Met = fmt.Sprintf("≤ %.2f ×", goal), ratio <= goal && r.keptUp("dialtone", work)
	}
	if cell := label + " " + r.cost(other, work); strings.HasPrefix(other, "echo") || other == bare {
		row.Floor = cell
	} else {
		row.Peer = cell
	}
	r.Rows = append(r.Rows, row)
}

// cost is a cell: CPU time, and how much was done if that was not all.
func (r *Result) cost(server, work string) string {
	cell := fmt.Sprintf("%.1f µs", r.median(server+" "+work+" µs"))
	if !r.keptUp(server, work) {
		cell += fmt.Sprintf(" (did %.0f %%)", 100*r.median(server+" "+work+" done"))
	}
	return cell
}

// keptUp says whether a server did nearly all it was offered.
func (r *Result) keptUp(server, work string) bool {
	const nearly = 0.99
	return r.median(server+" "+work+" done") >= nearly
}
