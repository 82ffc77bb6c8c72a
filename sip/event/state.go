package event

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"dialtone/store/record"
)

// State is a dialog's state as watchers see it (RFC 4235 section 3.7.1).
type State uint8

// The states.
const (
	Trying State = iota
	Early
	Confirmed
	Terminated
)

// String is the state as dialog-info writes it.
func (s State) String() string {
	return [...]string{"trying", "early", "confirmed", "terminated"}[min(s, Terminated)]
}

// Dialog is a dialog of something that is watched.
type Dialog struct {
	ID     string // unique within its source, the same for the dialog's life
	CallID string
	// Local and Remote are the tags as the watched phone has them: Remote is ours, the
	// to-tag of a Replaces that takes its place (RFC 3891).
	Local, Remote string
	Initiator     bool // the phone called
	State         State
	Held          bool // the phone has put the other side on hold
	// Number and Name are the other side's; no number is anonymous.
	Number, Name string
	Since        time.Time
}

// Source names what has dialogs.
type Source string

// Line is a phone's line by its address of record, user@domain.
func Line(aor string) Source { return Source("line:" + strings.ToLower(aor)) }

// Extension is what is rung for an extension, whoever's phones they are.
func Extension(id record.ID) Source { return Source("extension:" + string(id)) }

// states are the dialogs there are, by source.
type states struct {
	mu       sync.Mutex
	bySource map[Source]map[string]Dialog // by ID
	changed  map[Source]struct{}
}

func newStates() states {
	return states{bySource: map[Source]map[string]Dialog{}, changed: map[Source]struct{}{}}
}

// put takes a dialog as it is now; a terminated one goes.
func (s *states) put(d Dialog, sources []Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, source := range sources {
		of := s.bySource[source]
		switch {
		case d.State >= Terminated:
			delete(of, d.ID)
			if len(of) == 0 {
				delete(s.bySource, source)
			}
		case of == nil:
			s.bySource[source] = map[string]Dialog{d.ID: d}
		default:
			of[d.ID] = d
		}
		s.changed[source] = struct{}{}
	}
}

// replace takes the dialogs a source has now.
func (s *states) replace(source Source, dialogs []Dialog) {
	of := make(map[string]Dialog, len(dialogs))
	for _, d := range dialogs {
		of[d.ID] = d
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if maps.Equal(of, s.bySource[source]) {
		return
	}
	if len(of) == 0 {
		delete(s.bySource, source)
	} else {
		s.bySource[source] = of
	}
	s.changed[source] = struct{}{}
}

// take appends the sources that have changed since it was last asked.
func (s *states) take(dst []Source) []Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	for source := range s.changed {
		dst = append(dst, source)
	}
	clear(s.changed)
	return dst
}

// of are the dialogs of some sources, each once, the one that may be picked up and then
// the eldest first. A phone that has been sent a call and does not ring yet has none:
// the moment is short, and would cost every watcher a NOTIFY.
func (s *states) of(sources []Source) []Dialog {
	var list []Dialog
	s.mu.Lock()
	for _, source := range sources {
		for _, d := range s.bySource[source] {
			if d.State != Trying || d.Initiator {
				list = append(list, d)
			}
		}
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b Dialog) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(list, func(a, b Dialog) bool { return a.ID == b.ID })
}

// rank orders dialogs by what a watcher wants to know first.
func rank(d *Dialog) int {
	switch {
	case d.State == Early && !d.Initiator:
		return 0
	case d.State == Confirmed:
		return 1
	}
	return 2
}
