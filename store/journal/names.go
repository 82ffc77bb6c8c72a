package journal

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	logSuffix      = ".log"
	snapshotSuffix = ".snapshot"
	newSuffix      = ".new"
)

// path is the file of a number.
func path(dir string, number uint64, suffix string) string {
	return filepath.Join(dir, fmt.Sprintf("%016x%s", number, suffix))
}

// survey is what a folder holds: the newest snapshot and the logs after it.
type survey struct {
	snapshot *file // nil: none
	logs     []file
	obsolete []string
}

// look lists a folder.
func look(dir string) (s survey, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return s, fmt.Errorf("cannot read journal: %w", err)
	}
	var logs, snapshots []file
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasSuffix(name, newSuffix) {
			s.obsolete = append(s.obsolete, filepath.Join(dir, name))
			continue
		}
		suffix := filepath.Ext(name)
		number, err := strconv.ParseUint(strings.TrimSuffix(name, suffix), 16, 64)
		if err != nil || suffix != logSuffix && suffix != snapshotSuffix {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return s, fmt.Errorf("cannot read journal: %w", err)
		}
		f := file{path: filepath.Join(dir, name), number: number, snapshot: suffix == snapshotSuffix, size: info.Size()}
		if f.snapshot {
			snapshots = append(snapshots, f)
		} else {
			logs = append(logs, f)
		}
	}
	s.sort(logs, snapshots)
	return s, nil
}

// sort keeps the newest snapshot and the logs it does not cover.
func (s *survey) sort(logs, snapshots []file) {
	byNumber := func(a, b file) int { return cmp.Compare(a.number, b.number) }
	slices.SortFunc(logs, byNumber)
	slices.SortFunc(snapshots, byNumber)
	covered := uint64(0)
	if n := len(snapshots); n > 0 {
		s.snapshot, covered = &snapshots[n-1], snapshots[n-1].number
		for _, f := range snapshots[:n-1] {
			s.obsolete = append(s.obsolete, f.path)
		}
	}
	for _, f := range logs {
		if f.number <= covered {
			s.obsolete = append(s.obsolete, f.path)
		} else {
			s.logs = append(s.logs, f)
		}
	}
}
