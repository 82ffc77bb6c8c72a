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
	// Resource and Actor are prefixes: of the resource's identifier or its kind, and
	// of the actor's identifier, name or type, ignoring case.
	Resource, Actor string
	Outcome         string
	// IP is a part of the address.
	IP    string
	After string
	Limit int
}

// slack is how far a note's time may lie behind that of an entry written before it.
const slack = time.Minute

// AuditEntries lists what the query asks for.
func (s *Store) AuditEntries(q AuditQuery) (page Page[record.AuditEntry], err error) {
	err = s.engine.View(func(r kv.Reader) error {
		start, err := auditStart(r, q)
		if err != nil {
			return err
		}
		page, err = newest(r, walk{auditPrefix(q.Account), numbered, q.After, start, q.Limit}, func(_ string, value []byte) (record.AuditEntry, verdict, error) {
			e, err := readEntry(value)
			if err != nil {
				return e, stop, fmt.Errorf("cannot read audit entry: %w", err)
			}
			return e, q.judge(&e), nil
		})
		return err
	})
	return page, err
}

// auditStart is the rest of the key of the newest entry that can be before q.To.
// Numbers have no gaps, so it is found by halving.
func auditStart(r kv.Reader, q AuditQuery) (string, error) {
	if q.To.IsZero() {
		return "", nil
	}
	head, err := readChain(r, q.Account)
	if err != nil {
		return "", err
	}
	var failed error
	n := sort.Search(int(head.Seq+1-head.First), func(i int) bool {
		e, err := entryAt(r, q.Account, head.First+uint64(i))
		if err != nil {
			failed = err
		}
		return err != nil || e.Time.After(q.To.Add(slack))
	})
	if failed != nil {
		return "", failed
	}
	return string(uint64BE(head.First + uint64(n))), nil
}

func (q *AuditQuery) judge(e *record.AuditEntry) verdict {
	switch {
	case e.Time.Before(q.From.Add(-slack)):
		return stop
	case e.Time.Before(q.From),
		!q.To.IsZero() && !e.Time.Before(q.To),
		len(q.Events) > 0 && !slices.Contains(q.Events, e.Event),
		q.Outcome != "" && e.Outcome != q.Outcome,
		!strings.Contains(e.IP, q.IP),
		!anyPrefix(q.Resource, string(e.Resource), eventKind(e.Event)),
		!anyPrefix(q.Actor, string(e.Actor.ID), e.Actor.Name, e.Actor.Type):
		return skip
	}
	return keep
}

// eventKind is the resource's kind in "resource.verb".
func eventKind(event string) string {
	kind, _, _ := strings.Cut(event, ".")
	return kind
}

func anyPrefix(prefix string, values ...string) bool {
	prefix = strings.ToLower(prefix)
	return slices.ContainsFunc(values, func(v string) bool {
		return strings.HasPrefix(strings.ToLower(v), prefix)
	})
}
