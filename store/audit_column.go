package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// blockSize is how many entries of an audit log share one set of columns. A position in a
// block is one byte.
const blockSize = 256

// column is one member of the entries of a block, gathered for searching.
type column byte

// The columns of a block, by the letter in their key.
const (
	columnOutcome  column = 'o'
	columnEvent    column = 'e'
	columnActor    column = 'a'
	columnIP       column = 'i'
	columnResource column = 'r'
)

// columns are all of them.
func columns() [5]column {
	return [...]column{columnOutcome, columnEvent, columnActor, columnIP, columnResource}
}

// of is the column's value of an entry.
func (c column) of(e *record.AuditEntry) string {
	switch c {
	case columnOutcome:
		return e.Outcome
	case columnEvent:
		return e.Event
	case columnActor:
		return strings.Join([]string{string(e.Actor.ID), e.Actor.Type, e.Actor.Email, e.Actor.Name}, actorSeparator)
	case columnIP:
		return e.IP
	default:
		return string(e.Resource[:min(len(e.Resource), resourceStart)])
	}
}

// resourceStart is how much of a resource's identifier is in its column: enough to tell
// most from each other, half of what they take.
const resourceStart = 16

// actorSeparator parts identifier, type, address and name in the column of actors.
const actorSeparator = "\x00"

// blockOf is the number of the block the entry is in.
func blockOf(seq uint64) uint64 { return (seq - 1) / blockSize }

// firstOf is the number of a block's first entry, lastOf of its last one.
func firstOf(block uint64) uint64 { return block*blockSize + 1 }
func lastOf(block uint64) uint64  { return (block + 1) * blockSize }

// appendColumn appends a block's column: the number of distinct values less one, each of
// them behind its length, and for each entry which of them it has.
func appendColumn(dst []byte, c column, entries *[blockSize]record.AuditEntry) []byte {
	known := map[string]byte{}
	var values []string
	var which [blockSize]byte
	for i := range entries {
		value := c.of(&entries[i])
		n, seen := known[value]
		if !seen {
			n = byte(len(values))
			known[value] = n
			values = append(values, value)
		}
		which[i] = n
	}
	dst = append(dst, byte(len(values)-1))
	for _, value := range values {
		dst = binary.AppendUvarint(dst, uint64(len(value)))
		dst = append(dst, value...)
	}
	return append(dst, which[:]...)
}

var errColumn = errors.New("damaged column of an audit log")

// eachValue calls fn with the distinct values of a column and returns which of them each
// entry has.
func eachValue(text []byte, fn func(n int, value []byte)) (which []byte, err error) {
	if len(text) == 0 {
		return nil, errColumn
	}
	count, rest := int(text[0])+1, text[1:]
	for n := range count {
		size, used := binary.Uvarint(rest)
		if used <= 0 || size > uint64(len(rest)-used) {
			return nil, errColumn
		}
		fn(n, rest[used:][:size])
		rest = rest[used+int(size):]
	}
	if len(rest) != blockSize {
		return nil, errColumn
	}
	return rest, nil
}

// picks are positions in a block.
type picks [blockSize / 64]uint64

func (p *picks) set(i int) { p[i/64] |= 1 << (i % 64) }

func everyEntry() picks {
	const all = ^uint64(0)
	return picks{all, all, all, all}
}

func (p *picks) empty() bool { return *p == picks{} }

// highest is the highest position, -1 for none.
func (p *picks) highest() int {
	for w := len(p) - 1; w >= 0; w-- {
		if p[w] != 0 {
			return w*64 + bits.Len64(p[w]) - 1
		}
	}
	return -1
}

// below drops the positions from limit on.
func (p *picks) below(limit int) {
	for w := range p {
		switch keep := limit - w*64; {
		case keep <= 0:
			p[w] = 0
		case keep < 64:
			p[w] &= 1<<keep - 1
		}
	}
}

func (p *picks) and(o picks) {
	for i := range p {
		p[i] &= o[i]
	}
}

func (p *picks) or(o picks) {
	for i := range p {
		p[i] |= o[i]
	}
}

// pick finds the entries of a column whose value is wanted.
func pick(text []byte, wanted func(value []byte) bool) (found picks, err error) {
	var hit [blockSize]bool
	any := false
	which, err := eachValue(text, func(n int, value []byte) {
		hit[n] = wanted(value)
		any = any || hit[n]
	})
	if err != nil || !any {
		return found, err
	}
	for i, n := range which {
		if hit[n] {
			found.set(i)
		}
	}
	return found, nil
}

// readBlock reads a block's entries. Those whose time is over are empty.
func readBlock(r kv.Reader, account record.ID, block, first uint64) (*[blockSize]record.AuditEntry, error) {
	entries := new([blockSize]record.AuditEntry)
	for i := range entries {
		seq := firstOf(block) + uint64(i)
		if seq < first {
			continue
		}
		e, err := entryAt(r, account, seq)
		if err != nil {
			return nil, err
		}
		entries[i] = e
	}
	return entries, nil
}

// writeColumns writes the columns of the block that has just been filled.
func (tx *Tx) writeColumns(account record.ID, head chain) error {
	block := blockOf(head.Seq)
	entries, err := readBlock(tx.buf, account, block, head.First)
	if err != nil {
		return err
	}
	for _, c := range columns() {
		if err := tx.buf.Put(columnKey(account, c, block), appendColumn(nil, c, entries)); err != nil {
			return fmt.Errorf("cannot write column %q of audit log %q: %w", c, account, err)
		}
	}
	return nil
}

func (tx *Tx) deleteColumns(account record.ID, block uint64) error {
	for _, c := range columns() {
		if err := tx.buf.Delete(columnKey(account, c, block)); err != nil {
			return err
		}
	}
	return nil
}
