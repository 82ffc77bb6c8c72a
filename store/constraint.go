package store

import (
	"errors"
	"fmt"
	"strings"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// referrer is one record needing another, as stored.
type referrer struct {
	id    record.ID
	field string
	owner bool
}

const ownerMark = "!"

func (tx *Tx) referrers(id record.ID) ([]referrer, error) {
	var list []referrer
	prefix := referrerPrefix(id)
	err := tx.buf.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		field, owner := strings.CutPrefix(string(value), ownerMark)
		list = append(list, referrer{record.ID(key[len(prefix):]), field, owner})
		return true, nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read what needs %q: %w", id, err)
	}
	return list, nil
}

// countReferrers counts the records of one kind that need id.
func (tx *Tx) countReferrers(id record.ID, k record.Kind) (int, error) {
	n := 0
	prefix := append(referrerPrefix(id), k.Prefix()+"_"...)
	err := tx.buf.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(_, _ []byte) (bool, error) {
		n++
		return true, nil
	})
	return n, err
}

// checkReferences wants each record named to exist, to be of the right kind and of
// the same account.
func (tx *Tx) checkReferences(r record.Record) error {
	var p record.Problems
	account := accountOf(r)
	if r.Kind() != record.KindAccount && (account != "" || !platformWide(r.Kind())) {
		if _, err := Load[*record.Account](tx, account); err != nil {
			return err
		}
	}
	for _, ref := range r.References() {
		target, err := tx.loadKind(ref.ID, ref.Kind)
		switch {
		case errors.Is(err, ErrNotFound), err == nil && accountOf(target) != account:
			p.Add(ref.Field, record.CodeNotFound, "there is no %s %s in this account", strings.ReplaceAll(string(ref.Kind), "_", " "), ref.ID)
		case err != nil:
			return err
		}
	}
	return p.Err()
}

// platformWide says whether records of the kind may belong to no account.
func platformWide(k record.Kind) bool {
	switch k {
	case record.KindPlatform, record.KindAPIKey, record.KindManager, record.KindLogin, record.KindSession, record.KindInvitation:
		return true
	}
	return false
}

func (tx *Tx) loadKind(id record.ID, k record.Kind) (record.Record, error) {
	if id.Kind() != k || record.New(k) == nil {
		return nil, ErrNotFound
	}
	return tx.load(id)
}

// writeUnique moves the keys of the values only one record may have.
func (tx *Tx) writeUnique(before, after record.Record) error {
	id := after.Header().ID
	keep := map[string]bool{}
	for _, u := range after.Unique() {
		key := uniqueKey(u)
		if keep[string(key)] {
			return conflict(u.Field, ConflictNotUnique, "stands in the record twice")
		}
		keep[string(key)] = true
		owner, err := tx.owner(key, id)
		if err != nil {
			return err
		}
		if owner != nil {
			return tx.taken(u, owner, accountOf(after))
		}
		if err := tx.buf.Put(key, []byte(id)); err != nil {
			return err
		}
	}
	if before == nil {
		return nil
	}
	for _, u := range before.Unique() {
		if key := uniqueKey(u); !keep[string(key)] {
			if err := tx.buf.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// owner is the record other than self that has a unique value, nil without one.
func (tx *Tx) owner(key []byte, self record.ID) (record.Record, error) {
	id, err := tx.buf.Get(key)
	if errors.Is(err, kv.ErrNotFound) || err == nil && record.ID(id) == self {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := tx.load(record.ID(id))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return r, err
}

// taken names the record that has the value, unless it is another account's.
func (tx *Tx) taken(u record.Unique, owner record.Record, account record.ID) error {
	if accountOf(owner) == account {
		return conflict(u.Field, ConflictNotUnique, "is taken by %s", describe(owner))
	}
	return conflict(u.Field, ConflictNotUnique, "is taken")
}

// writeReferences moves the keys that tell a record who needs it.
func (tx *Tx) writeReferences(before, after record.Record) error {
	id := after.Header().ID
	keep := map[record.ID]bool{}
	for _, ref := range withAccount(after) {
		if keep[ref.ID] {
			continue
		}
		keep[ref.ID] = true
		value := ref.Field
		if ref.Owner {
			value = ownerMark + value
		}
		if err := tx.buf.Put(referrerKey(ref.ID, id), []byte(value)); err != nil {
			return err
		}
	}
	if before == nil {
		return nil
	}
	for _, ref := range withAccount(before) {
		if !keep[ref.ID] {
			if err := tx.buf.Delete(referrerKey(ref.ID, id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// withAccount are a record's references and its account, which owns it.
func withAccount(r record.Record) []record.Reference {
	refs := r.References()
	if account := r.Header().Account; account != "" {
		refs = append(refs, record.Reference{Field: "account", Kind: record.KindAccount, ID: account, Owner: true})
	}
	return refs
}

// describe names a record for a person.
func describe(r record.Record) string {
	name := ""
	switch r := r.(type) {
	case *record.Account:
		name = r.Name
	case *record.Location:
		name = r.Name
	case *record.User:
		name = r.Name
	case *record.Extension:
		name = r.Number
	case *record.Domain:
		name = r.Domain
	case *record.CredentialList:
		name = r.Name
	case *record.Credential:
		name = r.Username
	case *record.ButtonTemplate:
		name = r.Name
	case *record.Device:
		name = strings.TrimSpace(r.Name + " " + r.MAC + r.IPEI)
	case *record.APIKey:
		name = r.Name
	case *record.Number:
		name = r.Number
	case *record.ProviderAccount:
		name = r.Name
	case *record.AudioClip:
		name = r.Name
	case *record.RingGroup:
		name = r.Name
	case *record.CallQueue:
		name = r.Name
	case *record.Schedule:
		name = r.Name
	case *record.Webhook:
		name = r.URL
	case *record.Manager:
		name = r.Name
	}
	kind := strings.ReplaceAll(string(r.Kind()), "_", " ")
	if name == "" {
		return kind + " " + string(r.Header().ID)
	}
	return kind + " " + name
}
