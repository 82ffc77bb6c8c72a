package store

import (
	"sync"

	"dialtone/store/record"
)

// maxNotes bounds the audit entries waiting to be written, and maxGaps the accounts
// whose lost entries are counted one by one.
const (
	maxNotes = 8192
	maxGaps  = 1000
)

// EventAuditGap is the event of an entry that stands for lost ones.
const EventAuditGap = "audit.gap"

// note is an audit entry on its way.
type note struct {
	account record.ID
	entry   record.AuditEntry
}

// notes writes audit entries that need not be in the transaction of a change: reads,
// failures, denials. When too many wait, an entry with their number stands for
// those that were lost.
type notes struct {
	queue *Queue[note]

	mu   sync.Mutex
	lost map[record.ID]int
}

func newNotes(s *Store) *notes {
	n := &notes{lost: map[record.ID]int{}}
	n.queue = newQueue(s, "audit", maxNotes, n.gaps, func(tx *Tx, batch []note) error {
		for _, e := range foldNotes(batch) {
			if err := tx.Audit(e.account, e.entry); err != nil {
				return err
			}
		}
		return nil
	})
	return n
}

// Note appends an audit entry within a second, without waiting for it.
func (s *Store) Note(account record.ID, e record.AuditEntry) {
	if e.Time.IsZero() {
		e.Time = s.now().UTC()
	}
	if s.notes.queue.Add(note{account, e}) {
		return
	}
	s.notes.lose(account)
}

func (n *notes) lose(account record.ID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.lost[account]; !ok && len(n.lost) >= maxGaps {
		account = ""
	}
	n.lost[account]++
}

// gaps takes the entries that stand for lost ones.
func (n *notes) gaps() []note {
	n.mu.Lock()
	defer n.mu.Unlock()
	var gaps []note
	for account, count := range n.lost {
		gaps = append(gaps, note{account, record.AuditEntry{
			Event: EventAuditGap, Actor: record.Actor{Type: record.ActorSystem}, Outcome: record.OutcomeFailure,
			Count: count, Detail: "entries lost because too many were waiting",
		}})
	}
	clear(n.lost)
	return gaps
}

// alike is what denials have in common that are folded into one entry.
type alike struct {
	account, actor record.ID
	event, ip      string
}

// foldNotes makes one entry of the denials of one source. It does not change the batch.
func foldNotes(batch []note) []note {
	folded := make([]note, 0, len(batch))
	at := map[alike]int{}
	for _, n := range batch {
		if n.entry.Outcome != record.OutcomeDenied {
			folded = append(folded, n)
			continue
		}
		key := alike{n.account, n.entry.Actor.ID, n.entry.Event, n.entry.IP}
		i, seen := at[key]
		if !seen {
			at[key] = len(folded)
			folded = append(folded, n)
			continue
		}
		e := &folded[i].entry
		e.Count = max(e.Count, 1) + max(n.entry.Count, 1)
		if n.entry.Time.After(e.Time) {
			e.Time = n.entry.Time
		}
	}
	return folded
}
