package store

import (
	"errors"
	"strings"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// Bounds of the search for one page; beyond, it is short and has a Next.
const (
	maxBlocks = 8192   // blocks whose columns are looked at: two million entries
	maxRead   = 20_000 // entries read that were not wanted
)

// columnTest asks one column for the values wanted.
type columnTest struct {
	column column
	wanted func(value []byte) bool
}

// tests are what the query asks of columns: an entry must pass one of each group. Small
// columns come first; the others are read only where these leave something.
func (q *AuditQuery) tests() (groups [][]columnTest) {
	if q.Outcome != "" {
		groups = append(groups, []columnTest{{columnOutcome, func(v []byte) bool { return string(v) == q.Outcome }}})
	}
	if len(q.Events) > 0 || q.Accept != nil {
		groups = append(groups, []columnTest{{columnEvent, func(v []byte) bool { return q.wantsEvent(string(v)) }}})
	}
	if q.Actor != "" {
		groups = append(groups, []columnTest{{columnActor, func(v []byte) bool {
			id, rest, _ := strings.Cut(string(v), actorSeparator)
			kind, name, _ := strings.Cut(rest, actorSeparator)
			return hasPrefixFold(id, q.Actor) || hasPrefixFold(kind, q.Actor) || hasPrefixFold(name, q.Actor)
		}}})
	}
	if q.IP != "" {
		groups = append(groups, []columnTest{{columnIP, func(v []byte) bool { return containsFold(string(v), q.IP) }}})
	}
	if q.Resource != "" {
		groups = append(groups, []columnTest{
			{columnEvent, func(v []byte) bool { return hasPrefixFold(eventKind(string(v)), q.Resource) }},
			{columnResource, func(v []byte) bool { return hasPrefixFold(string(v), q.Resource) }},
		})
	}
	return groups
}

// auditSearch gathers one page.
type auditSearch struct {
	r     kv.Reader
	q     *AuditQuery
	tests [][]columnTest
	head  chain
	limit int
	page  Page[record.AuditEntry]

	low    uint64 // the oldest entry that can be wanted
	blocks int    // looked at
	read   int    // entries read that were not wanted
}

// run goes from the newest entry that can be wanted to the oldest, block by block.
func (s *auditSearch) run() error {
	next, err := s.bounds()
	for err == nil && next >= s.low {
		if len(s.page.Items) == s.limit || s.blocks >= maxBlocks || s.read >= maxRead {
			s.page.Next = cursor(string(uint64BE(next + 1)))
			return nil
		}
		next, err = s.block(next)
	}
	return err
}

// bounds sets low and returns the newest entry to look at.
func (s *auditSearch) bounds() (next uint64, err error) {
	next, s.low = s.head.Seq, s.head.First
	if !s.q.To.IsZero() {
		end, err := auditSplit(s.r, s.q.Account, s.head, s.q.To.Add(slack))
		if err != nil {
			return 0, err
		}
		next = end - 1
	}
	if !s.q.From.IsZero() {
		if s.low, err = auditSplit(s.r, s.q.Account, s.head, s.q.From.Add(-slack)); err != nil {
			return 0, err
		}
	}
	from, err := openCursor(s.q.After, numbered)
	if from != "" {
		if after := beUint64([]byte(from)); after <= next {
			next = max(after, 1) - 1
		}
	}
	return next, err
}

// block looks through the block of entry number next, from that one down, and returns
// the number to go on with.
func (s *auditSearch) block(next uint64) (uint64, error) {
	s.blocks++
	block := blockOf(next)
	found, err := s.picks(block)
	if err != nil {
		return 0, err
	}
	found.below(int((next-1)%blockSize) + 1)
	for len(s.page.Items) < s.limit && s.read < maxRead {
		i := found.highest()
		seq := firstOf(block) + uint64(max(i, 0))
		if i < 0 || seq < s.low {
			return firstOf(block) - 1, nil
		}
		found.below(i)
		e, err := entryAt(s.r, s.q.Account, seq)
		if err != nil {
			return 0, err
		}
		if s.q.wants(&e) {
			s.page.Items = append(s.page.Items, e)
		} else {
			s.read++
		}
		next = seq - 1
	}
	return next, nil
}

// picks are the entries of a block that pass the tests. A block without columns is not
// full yet, or older than columns are: any of its entries may pass.
func (s *auditSearch) picks(block uint64) (picks, error) {
	all := picks{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	if lastOf(block) > s.head.Seq {
		return all, nil
	}
	for _, group := range s.tests {
		var some picks
		for _, t := range group {
			found, err := s.pick(block, t)
			if errors.Is(err, kv.ErrNotFound) {
				return all, nil
			}
			if err != nil {
				return all, err
			}
			some.or(found)
		}
		if all.and(some); all.empty() {
			return all, nil
		}
	}
	return all, nil
}

func (s *auditSearch) pick(block uint64, t columnTest) (picks, error) {
	text, err := s.r.Get(columnKey(s.q.Account, t.column, block))
	if err != nil {
		return picks{}, err
	}
	return pick(text, t.wanted)
}
