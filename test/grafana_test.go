package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestGrafanaBoard: every metric and label the board asks for is one the daemon shows.
func TestGrafanaBoard(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../configs/grafana/dialtone.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	d := start(t, options{})
	types, labels := map[string]string{}, map[string][]string{}
	sample := regexp.MustCompile(`^([a-z_0-9]+)(\{[^}]*\})? `)
	for line := range strings.Lines(string(d.call(t, http.MethodGet, "/metrics", nil).raw)) {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(strings.TrimSpace(name), " ")
			types[name] = kind
		} else if m := sample.FindStringSubmatch(line); m != nil {
			for _, pair := range strings.Split(strings.Trim(m[2], "{}"), ",") {
				label, _, _ := strings.Cut(pair, "=")
				labels[m[1]] = append(labels[m[1]], label)
			}
		}
	}
	metric, by := regexp.MustCompile(`\b(dialtone|go|process)_[a-z_]+`), regexp.MustCompile(`sum by \(([a-z_, ]+)\)`)
	asked := 0
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			name := metric.FindString(target.Expr)
			if base, is := strings.CutSuffix(name, "_bucket"); is && types[base] == "histogram" {
				asked++
				continue
			}
			if types[name] == "" {
				t.Errorf("%s: there is no metric %q", p.Title, name)
			}
			if m := by.FindStringSubmatch(target.Expr); m != nil && labels[name] != nil {
				for _, label := range strings.Split(m[1], ", ") {
					if !slices.Contains(labels[name], label) {
						t.Errorf("%s: %q has no label %q, only %s", p.Title, name, label, fmt.Sprint(labels[name]))
					}
				}
			}
			asked++
		}
	}
	if asked < 30 {
		t.Errorf("the board asks for %d metrics", asked)
	}
}
