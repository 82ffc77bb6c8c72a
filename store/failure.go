package store

import (
	"fmt"
	"strings"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// maxAOR bounds the part of an AOR that is kept, in bytes.
const maxAOR = 320

func (s *Store) failures() ledger {
	return ledger{tableFailure, s.retention.RegistrationFailures}
}

// PutRegistrationFailure adds a failure to the one of the same AOR and cause. It gets
// its identifier and times; Count says how many it stands for, 1 when it is 0. A
// failure of an account that is not there is the platform's.
func (tx *Tx) PutRegistrationFailure(f record.RegistrationFailure) error {
	alive, err := tx.alive(f.Account)
	if err != nil {
		return err
	}
	if !alive {
		f.Account = ""
	}
	f.AOR = strings.ToValidUTF8(f.AOR[:min(len(f.AOR), maxAOR)], "")
	f.AOR = strings.ReplaceAll(f.AOR, "\x00", "")
	l := tx.store.failures()
	ofAOR := f.AOR + "\x00"
	stamp, old, err := l.find(tx, f.Account, ofAOR+f.Cause)
	if err != nil {
		return err
	}
	if f.Time.IsZero() {
		f.Time = tx.now
	}
	f.ID, f.First, f.Count = "rf_"+tx.stamp(tx.now), f.Time, max(f.Count, 1)
	if old != nil {
		var before record.RegistrationFailure
		if err := decode(old, &before); err != nil {
			return fmt.Errorf("cannot read registration failure of %q: %w", f.AOR, err)
		}
		f.ID, f.First, f.Count = before.ID, before.First, before.Count+f.Count
	} else if err := tx.trimFailures(l, f.Account, ofAOR); err != nil {
		return err
	}
	return l.put(tx, f.Account, ofAOR+f.Cause, stamp, f)
}

// trimFailures makes room among the failures of one AOR.
func (tx *Tx) trimFailures(l ledger, account record.ID, ofAOR string) error {
	n, oldest, oldestKey := 0, "", ""
	prefix := l.item(account, ofAOR)
	err := tx.buf.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		stamp, _, err := splitItem(value)
		if n++; oldest == "" || stamp < oldest {
			oldest, oldestKey = stamp, ofAOR+string(key[len(prefix):])
		}
		return true, err
	})
	if err != nil || n < tx.store.retention.RegistrationFailuresPerUser {
		return err
	}
	return l.delete(tx, account, oldestKey)
}

// RegistrationFailureQuery asks for why somebody could not register, the latest first.
type RegistrationFailureQuery struct {
	// Account is whose users; "" is AORs that belong to no account.
	Account record.ID
	// AOR narrows to one user@domain.
	AOR   string
	After string
	Limit int
}

// RegistrationFailures lists what the query asks for.
func (s *Store) RegistrationFailures(q RegistrationFailureQuery) (Page[record.RegistrationFailure], error) {
	return folded(s, s.failures(), q.Account, q.After, q.Limit, func(f *record.RegistrationFailure) verdict {
		if q.AOR != "" && !strings.EqualFold(q.AOR, f.AOR) {
			return skip
		}
		return keep
	})
}
