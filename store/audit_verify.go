package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"dialtone/store/kv"
	"dialtone/store/kv/badger"
	"dialtone/store/record"
)

// ErrAudit: the audit log is not what was written.
var ErrAudit = errors.New("audit log has been tampered with or damaged")

// AuditProof is what a check of an audit log found.
type AuditProof struct {
	// Entries were checked and are in order, from First on.
	Entries uint64
	// First and Last are the numbers the log should begin and end with; First is above
	// Last while it is empty.
	First, Last uint64
	// BrokenAt is the number of the first entry that does not fit, 0 for none.
	BrokenAt uint64
}

// VerifyAudit checks the account's audit log, "" the platform's, from the oldest entry
// kept to the newest: numbers without a gap, every hash, every link, and the columns that
// searches rely on. The error is ErrAudit when something does not fit.
func (s *Store) VerifyAudit(ctx context.Context, account record.ID) (proof AuditProof, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		proof, err = verifyAudit(ctx, r, account)
		return err
	})
	return proof, err
}

// AuditLogs names the audit logs there are by their accounts; "" is the platform's.
func (s *Store) AuditLogs() (accounts []record.ID, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		accounts, err = auditLogs(r)
		return err
	})
	return accounts, err
}

// VerifyAuditIn checks audit logs in the folder of a store that is not open, and changes
// nothing: those of accounts, or all for nil. each is told what was found of one; its
// error ends the check.
func VerifyAuditIn(ctx context.Context, dir string, accounts []record.ID, each func(record.ID, AuditProof, error) error) (err error) {
	folder := filepath.Join(dir, recordsDir)
	if missing, err := absent(folder); err != nil || missing {
		return errors.Join(err, fmt.Errorf("cannot verify: there is no store in %q", dir))
	}
	engine, err := badger.Open(badger.Options{Dir: folder, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("cannot open records: %w", err)
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	return engine.View(func(r kv.Reader) error {
		if accounts == nil {
			if accounts, err = auditLogs(r); err != nil {
				return err
			}
		}
		for _, account := range accounts {
			proof, err := verifyAudit(ctx, r, account)
			if err := each(account, proof, err); err != nil {
				return err
			}
		}
		return nil
	})
}

func auditLogs(r kv.Reader) (accounts []record.ID, err error) {
	err = r.Scan(kv.Range{Prefix: []byte(prefixAuditHead), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		accounts = append(accounts, record.ID(key[len(prefixAuditHead):]))
		return true, nil
	})
	return accounts, err
}

// verifier goes through one log.
type verifier struct {
	ctx     context.Context
	r       kv.Reader
	account record.ID
	head    chain
	next    uint64
	last    [sha256.Size]byte
	block   [blockSize]record.AuditEntry
}

func verifyAudit(ctx context.Context, r kv.Reader, account record.ID) (AuditProof, error) {
	head, err := readChain(r, account)
	if err != nil {
		return AuditProof{}, err
	}
	v := verifier{ctx: ctx, r: r, account: account, head: head, next: head.First, last: head.Anchor}
	prefix := auditPrefix(account)
	err = r.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		err := v.entry(beUint64(key[len(prefix):]), value)
		return err == nil, err
	})
	if err == nil && (v.next != head.Seq+1 || v.last != head.Hash) {
		err = v.broken(errors.New("the newest entries are missing"))
	}
	proof := AuditProof{Entries: v.next - head.First, First: head.First, Last: head.Seq}
	if errors.Is(err, ErrAudit) {
		proof.BrokenAt = v.next
	}
	return proof, err
}

func (v *verifier) broken(why error) error {
	return fmt.Errorf("cannot verify audit entry %d of %q: %w: %w", v.next, v.account, ErrAudit, why)
}

// entry checks the next stored entry.
func (v *verifier) entry(seq uint64, value []byte) error {
	if seq != v.next {
		return v.broken(fmt.Errorf("found entry %d", seq))
	}
	e, err := checkEntry(value, seq, v.last)
	if err != nil {
		return v.broken(err)
	}
	position := (seq - 1) % blockSize
	v.block[position] = e
	if position == blockSize-1 {
		if err := v.columns(blockOf(seq)); err != nil {
			return err
		}
	}
	v.last, v.next = [sha256.Size]byte(value), seq+1
	return nil
}

// columns compares the columns of a block with its entries. Blocks that have lost entries
// to retention, and logs of versions without columns, have nothing to compare.
func (v *verifier) columns(block uint64) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	if firstOf(block) < v.head.First {
		return nil
	}
	for _, c := range columns() {
		stored, err := v.r.Get(columnKey(v.account, c, block))
		switch {
		case errors.Is(err, kv.ErrNotFound):
			continue
		case err != nil:
			return err
		case !bytes.Equal(stored, appendColumn(nil, c, &v.block)):
			return v.broken(fmt.Errorf("searches in the entries from %d on would miss some", firstOf(block)))
		}
	}
	return nil
}

// checkEntry checks one stored entry against its number and the hash before it. It reads
// no more of it than that and the columns need.
func checkEntry(value []byte, seq uint64, prev [sha256.Size]byte) (record.AuditEntry, error) {
	var e struct {
		Seq      uint64       `json:"seq"`
		Event    string       `json:"event"`
		Resource record.ID    `json:"resource"`
		Actor    record.Actor `json:"actor"`
		Outcome  string       `json:"outcome"`
		IP       string       `json:"ip"`
		PrevHash string       `json:"prev_hash"`
	}
	if len(value) < sha256.Size {
		return record.AuditEntry{}, errors.New("cut short")
	}
	err := json.Unmarshal(value[sha256.Size:], &e)
	switch {
	case err != nil:
	case sha256.Sum256(value[sha256.Size:]) != [sha256.Size]byte(value):
		err = errors.New("hash differs")
	case e.PrevHash != hex.EncodeToString(prev[:]):
		err = errors.New("prev_hash differs")
	case e.Seq != seq:
		err = errors.New("seq differs")
	}
	return record.AuditEntry{Event: e.Event, Resource: e.Resource, Actor: e.Actor, Outcome: e.Outcome, IP: e.IP}, err
}
