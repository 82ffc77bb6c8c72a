package store

import (
	"bytes"
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
	// part, if set, stands in every value wanted: a block that does not have it anywhere
	// is passed over at once.
	part []byte
}

// tests are what the query asks of columns: an entry must pass one of each group. Small
// columns come first; the others are read only where these leave something.
func (q *AuditQuery) tests() (groups [][]columnTest) {
	if q.Outcome != "" {
		groups = append(groups, []columnTest{{column: columnOutcome, wanted: func(v []byte) bool { return string(v) == q.Outcome }, part: []byte(q.Outcome)}})
	}
	if len(q.Events) > 0 || q.Accept != nil {
		groups = append(groups, []columnTest{{column: columnEvent, wanted: func(v []byte) bool { return q.wantsEvent(string(v)) }}})
	}
	if q.Actor != "" {
		start := []byte(q.Actor)
		groups = append(groups, []columnTest{{column: columnActor, wanted: func(v []byte) bool {
			for part := range bytes.SplitSeq(v, []byte(actorSeparator)) {
				if startsFold(part, start) {
					return true
				}
			}
			return false
		}}})
	}
	if q.IP != "" {
		part := []byte(strings.ToLower(q.IP))
		groups = append(groups, []columnTest{{column: columnIP, wanted: func(v []byte) bool { return bytes.Contains(v, part) }, part: part}})
	}
	if q.Resource != "" {
		start := []byte(q.Resource[:min(len(q.Resource), resourceStart)])
		groups = append(groups, []columnTest{
			{column: columnEvent, wanted: func(v []byte) bool { return hasPrefixFold(eventKind(string(v)), q.Resource) }},
			{column: columnResource, wanted: func(v []byte) bool { return startsFold(v, start) }},
		})
	}
	return groups
}

// startsFold is hasPrefixFold that makes no text of bytes.
func startsFold(v, prefix []byte) bool {
	return len(v) >= len(prefix) && bytes.EqualFold(v[:len(prefix)], prefix)
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

// run goes from the newest entry that can be wanted to the oldest. It looks at the columns
// of few blocks first, which often is enough, then of more and more at once.
func (s *auditSearch) run() error {
	const few, many = 8, 512
	next, err := s.bounds()
	for span := uint64(few); err == nil && next >= s.low; span = min(2*span, many) {
		high := blockOf(next)
		low := max(high-min(high, span-1), blockOf(s.low))
		found, err := s.look(low, high)
		if err != nil {
			return err
		}
		for block := high; block >= low && next >= s.low; block-- {
			if s.done() {
				s.page.Next = cursor(string(uint64BE(next + 1)))
				return nil
			}
			if next, err = s.gather(next, found[block-low]); err != nil {
				return err
			}
			if block == 0 {
				break
			}
		}
	}
	return err
}

// done says whether the page is full, or has taken long enough.
func (s *auditSearch) done() bool {
	return len(s.page.Items) == s.limit || s.blocks >= maxBlocks || s.read >= maxRead
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

// look picks the entries of blocks that may pass: those that pass one test of each group.
// A block without columns is not full yet, or older than columns are: any of its entries
// may pass.
func (s *auditSearch) look(low, high uint64) ([]picks, error) {
	found := make([]picks, high-low+1)
	for i := range found {
		found[i] = everyEntry()
	}
	for _, group := range s.tests {
		some, columns := make([]picks, len(found)), make([]int, len(found))
		for _, t := range group {
			err := s.eachColumn(t.column, low, high, func(i int, text []byte) error {
				columns[i]++
				if !bytes.Contains(text, t.part) {
					return nil
				}
				hit, err := pick(text, t.wanted)
				some[i].or(hit)
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		left := false
		for i := range found {
			if columns[i] == len(group) {
				found[i].and(some[i])
			}
			left = left || !found[i].empty()
		}
		if !left {
			break
		}
	}
	return found, nil
}

// eachColumn calls fn with one column of the blocks from low to high that have it, and
// where the block stands among them.
func (s *auditSearch) eachColumn(c column, low, high uint64, fn func(i int, text []byte) error) error {
	prefix := append(columnPrefix(s.q.Account), byte(c))
	return s.r.Scan(kv.Range{Prefix: prefix, Start: columnKey(s.q.Account, c, low)}, func(key, text []byte) (bool, error) {
		block := beUint64(key[len(prefix):])
		if block > high {
			return false, nil
		}
		return true, fn(int(block-low), text)
	})
}

// gather reads the entries picked of the block of entry number next, from that one down,
// and returns the number to go on with.
func (s *auditSearch) gather(next uint64, found picks) (uint64, error) {
	s.blocks++
	block := blockOf(next)
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
