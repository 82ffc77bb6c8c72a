package store

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// AuditQuery asks for entries of one account's audit log, newest first. What is
// empty does not filter.
type AuditQuery struct {
	// Account is whose log; "" is the platform's.
	Account record.ID
	// From and To bound the time, From included, To not.
	From, To time.Time
	// Events are event names, any of them.
	Events []string
	// Accept says which events are wanted besides; nil for all.
	Accept func(event string) bool
	// Resource and Actor are prefixes: of the resource's identifier or its kind, and
	// of the actor's identifier, name, e-mail address or type, ignoring case.
	Resource, Actor string
	Outcome         string
	// IP is a part of the address; capitals match the small letters addresses are written with.
	IP    string
	After string
	Limit int
}

// slack is how far a note's time may lie behind that of an entry written before it.
const slack = time.Minute

// AuditEntries lists what the query asks for. What it filters by is looked up in the
// columns of the log (DESIGN.md).
func (s *Store) AuditEntries(q AuditQuery) (page Page[record.AuditEntry], err error) {
	err = s.engine.View(func(r kv.Reader) error {
		head, err := readChain(r, q.Account)
		if err != nil {
			return err
		}
		search := auditSearch{r: r, q: &q, tests: q.tests(), head: head, limit: pageLimit(q.Limit), page: Page[record.AuditEntry]{Items: []record.AuditEntry{}}}
		err = search.run()
		page = search.page
		return err
	})
	return page, err
}

// auditSplit is the number of the oldest entry after t, or the one behind the newest.
// Numbers have no gaps, so it is found by halving. Notes may be late: those within slack
// of t stand on either side.
func auditSplit(r kv.Reader, account record.ID, head chain, t time.Time) (uint64, error) {
	var failed error
	n := sort.Search(int(head.Seq+1-head.First), func(i int) bool {
		e, err := entryAt(r, account, head.First+uint64(i))
		if err != nil {
			failed = err
		}
		return err != nil || e.Time.After(t)
	})
	return head.First + uint64(n), failed
}

func (q *AuditQuery) wants(e *record.AuditEntry) bool {
	return !e.Time.Before(q.From) && (q.To.IsZero() || e.Time.Before(q.To)) &&
		q.wantsEvent(e.Event) &&
		(q.Outcome == "" || e.Outcome == q.Outcome) &&
		strings.Contains(e.IP, strings.ToLower(q.IP)) &&
		(hasPrefixFold(string(e.Resource), q.Resource) || hasPrefixFold(eventKind(e.Event), q.Resource)) &&
		(hasPrefixFold(string(e.Actor.ID), q.Actor) || hasPrefixFold(e.Actor.Name, q.Actor) || hasPrefixFold(e.Actor.Type, q.Actor) || hasPrefixFold(e.Actor.Email, q.Actor))
}

func (q *AuditQuery) wantsEvent(event string) bool {
	return (len(q.Events) == 0 || slices.Contains(q.Events, event)) && (q.Accept == nil || q.Accept(event))
}

// eventKind is the resource's kind in "resource.verb".
func eventKind(event string) string {
	kind, _, _ := strings.Cut(event, ".")
	return kind
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// AuditEvents are the names of the events in an account's audit log, sorted.
func (s *Store) AuditEvents(account record.ID) (events []string, err error) {
	seen := map[string]bool{}
	err = s.engine.View(func(r kv.Reader) error {
		head, err := readChain(r, account)
		if err != nil {
			return err
		}
		prefix := append(columnPrefix(account), byte(columnEvent))
		next := head.First
		err = r.Scan(kv.Range{Prefix: prefix}, func(key, text []byte) (bool, error) {
			block := beUint64(key[len(prefix):])
			if err := collectEvents(r, account, next, firstOf(block), seen); err != nil {
				return false, err
			}
			next = max(next, lastOf(block)+1)
			_, err := eachValue(text, func(_ int, value []byte) {
				if !seen[string(value)] { // looking it up needs no copy
					seen[string(value)] = true
				}
			})
			return true, err
		})
		if err != nil {
			return err
		}
		return collectEvents(r, account, next, head.Seq+1, seen)
	})
	for event := range seen {
		if event != "" {
			events = append(events, event)
		}
	}
	slices.Sort(events)
	return events, err
}

// collectEvents adds the events of the entries from first to before end, which no column
// has yet.
func collectEvents(r kv.Reader, account record.ID, first, end uint64, seen map[string]bool) error {
	for seq := first; seq < end; seq++ {
		e, err := entryAt(r, account, seq)
		if err != nil {
			return fmt.Errorf("cannot list events: %w", err)
		}
		seen[e.Event] = true
	}
	return nil
}
