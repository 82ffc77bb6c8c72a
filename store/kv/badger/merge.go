package badger

import (
	"bytes"
	"slices"

	"dialtone/store/kv"
)

// Scan implements kv.Reader: the snapshot with the pending writes laid over it.
func (t *txn) Scan(rng kv.Range, fn func(key, value []byte) (bool, error)) error {
	own := t.pendingIn(rng)
	if len(own) == 0 {
		return t.reader.Scan(rng, fn)
	}
	m := merge{it: newCursor(t.snapshot, rng), own: own, keysOnly: rng.KeysOnly}
	defer m.it.close()
	for {
		w, ok, err := m.next()
		if err != nil || !ok {
			return err
		}
		if w.gone {
			continue
		}
		if more, err := fn(w.key, w.value); err != nil || !more {
			return err
		}
	}
}

// pendingIn returns the pending writes of the range in its order.
func (t *txn) pendingIn(rng kv.Range) []write {
	low, high := rng.Bounds()
	var own []write
	for _, w := range t.pending {
		if bytes.Compare(w.key, low) >= 0 && (high == nil || bytes.Compare(w.key, high) < 0) {
			own = append(own, w)
		}
	}
	slices.SortFunc(own, func(a, b write) int { return bytes.Compare(a.key, b.key) })
	if rng.Reverse {
		slices.Reverse(own)
	}
	return own
}

// merge walks a cursor and a sorted list of writes together; a write hides the
// snapshot's value of its key.
type merge struct {
	it       *cursor
	own      []write
	keysOnly bool
	moved    bool // the caller has the cursor's current entry
}

func (m *merge) next() (w write, ok bool, err error) {
	if m.moved {
		m.it.next()
		m.moved = false
	}
	if len(m.own) > 0 && m.ownFirst() {
		w, m.own = m.own[0], m.own[1:]
		if m.it.valid() && bytes.Equal(m.it.key(), w.key) {
			m.it.next()
		}
		if m.keysOnly {
			w.value = nil
		}
		return w, true, nil
	}
	if !m.it.valid() {
		return write{}, false, nil
	}
	m.moved = true
	value, err := m.it.value(m.keysOnly)
	return write{key: m.it.key(), value: value}, true, err
}

// ownFirst reports whether the next write comes before the cursor or replaces its entry.
func (m *merge) ownFirst() bool {
	if !m.it.valid() {
		return true
	}
	order := bytes.Compare(m.own[0].key, m.it.key())
	return order == 0 || (order < 0) != m.it.reverse
}
