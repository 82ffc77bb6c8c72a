package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// chain is the head of an account's audit log. DESIGN.md defines the hash.
type chain struct {
	// Seq and Hash are those of the newest entry.
	Seq  uint64            `cbor:"s"`
	Hash [sha256.Size]byte `cbor:"h"`
	// First is the oldest entry kept, Anchor the hash of the one before it: zero at
	// the start, later of an entry whose time is over.
	First  uint64            `cbor:"f"`
	Anchor [sha256.Size]byte `cbor:"a"`
}

// Audit appends an entry to the account's audit log; "" is the platform's own. It
// gets its number, identifier, hashes, and its time unless it has one. An entry for
// an account that is not there goes to the platform's log.
func (tx *Tx) Audit(account record.ID, e record.AuditEntry) error {
	alive, err := tx.alive(account)
	if err != nil {
		return err
	}
	if !alive {
		account = ""
	}
	head, err := readChain(tx.buf, account)
	if err != nil {
		return err
	}
	if e.Time.IsZero() {
		e.Time = tx.now
	}
	e.Time = e.Time.UTC().Truncate(time.Millisecond)
	e.ID, e.Seq = "aud_"+tx.stamp(tx.now), head.Seq+1
	if e.Changes == nil {
		e.Changes = []record.FieldChange{}
	}
	e.PrevHash = hex.EncodeToString(head.Hash[:])
	text, err := canonicalEntry(e)
	if err != nil {
		return fmt.Errorf("cannot write audit entry %q: %w", e.Event, err)
	}
	head.Seq, head.Hash = e.Seq, sha256.Sum256(text)
	if err := tx.buf.Put(auditKey(account, e.Seq), append(head.Hash[:], text...)); err != nil {
		return fmt.Errorf("cannot write audit entry %q: %w", e.Event, err)
	}
	if head.Seq%blockSize == 0 {
		if err := tx.writeColumns(account, head); err != nil {
			return err
		}
	}
	return tx.writeChain(account, head)
}

func (tx *Tx) writeChain(account record.ID, head chain) error {
	b, err := encode(head)
	if err != nil {
		return fmt.Errorf("cannot encode audit head: %w", err)
	}
	return tx.buf.Put(auditHeadKey(account), b)
}

// alive says whether the account is there; "" always is.
func (tx *Tx) alive(account record.ID) (bool, error) {
	if account == "" {
		return true, nil
	}
	return tx.buf.Has(recordKey(account))
}

func readChain(r kv.Reader, account record.ID) (chain, error) {
	head := chain{First: 1}
	b, err := r.Get(auditHeadKey(account))
	if errors.Is(err, kv.ErrNotFound) {
		return head, nil
	}
	if err == nil {
		err = decode(b, &head)
	}
	if err != nil {
		return head, fmt.Errorf("cannot read audit head of %q: %w", account, err)
	}
	return head, nil
}

// readEntry is the stored entry without a check of its hash.
func readEntry(value []byte) (e record.AuditEntry, err error) {
	if len(value) < sha256.Size {
		return e, errors.New("cut short")
	}
	if err := unmarshalNumbers(value[sha256.Size:], &e); err != nil {
		return e, err
	}
	e.Hash = hex.EncodeToString(value[:sha256.Size])
	return e, nil
}

// entryAt is entry number seq of the account's log.
func entryAt(r kv.Reader, account record.ID, seq uint64) (e record.AuditEntry, err error) {
	value, err := r.Get(auditKey(account, seq))
	if err == nil {
		e, err = readEntry(value)
	}
	if err != nil {
		return e, fmt.Errorf("cannot read audit entry %d of %q: %w", seq, account, err)
	}
	return e, nil
}

// canonicalEntry is what an entry's hash is made of.
func canonicalEntry(e record.AuditEntry) ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	if err := unmarshalNumbers(b, &members); err != nil {
		return nil, err
	}
	delete(members, "hash")
	return appendCanonical(nil, members), nil
}
