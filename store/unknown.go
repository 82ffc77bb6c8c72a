package store

import (
	"fmt"

	"dialtone/store/record"
)

func (s *Store) unknownMACs() ledger { return ledger{tableUnknownMAC, s.retention.UnknownMACs} }

// PutUnknownMAC remembers a phone that is in no account's list: FirstSeen stays that of
// the first time, Count grows by m's (1 when it is 0), and what m leaves empty stays.
func (tx *Tx) PutUnknownMAC(m record.UnknownMAC) error {
	alive, err := tx.alive(m.Account)
	if err != nil || !alive {
		return err
	}
	mac, err := record.ParseMAC(m.MAC)
	if err != nil {
		return fmt.Errorf("cannot remember phone %q: %w", m.MAC, err)
	}
	m.MAC = mac.String()
	l := tx.store.unknownMACs()
	stamp, old, err := l.find(tx, m.Account, mac.Hex())
	if err != nil {
		return err
	}
	if m.LastSeen.IsZero() {
		m.LastSeen = tx.now
	}
	if m.FirstSeen.IsZero() {
		m.FirstSeen = m.LastSeen
	}
	m.Count = max(m.Count, 1)
	if old != nil {
		var before record.UnknownMAC
		if err := decode(old, &before); err != nil {
			return fmt.Errorf("cannot read unknown phone %q: %w", m.MAC, err)
		}
		m.FirstSeen, m.Count = before.FirstSeen, before.Count+m.Count
		fill(&m.SourceIP, before.SourceIP)
		fill(&m.UserAgent, before.UserAgent)
		fill(&m.Vendor, before.Vendor)
		fill(&m.Model, before.Model)
		fill(&m.Firmware, before.Firmware)
	}
	return l.put(tx, m.Account, mac.Hex(), stamp, m)
}

func fill(v *string, otherwise string) {
	if *v == "" {
		*v = otherwise
	}
}

// DeleteUnknownMAC forgets a phone; one that is not there is no error.
func (tx *Tx) DeleteUnknownMAC(account record.ID, mac record.MAC) error {
	return tx.store.unknownMACs().delete(tx, account, mac.Hex())
}

// UnknownMACQuery asks for phones that are in no account's list, the one seen last first.
type UnknownMACQuery struct {
	Account record.ID
	After   string
	Limit   int
}

// UnknownMACs lists what the query asks for.
func (s *Store) UnknownMACs(q UnknownMACQuery) (Page[record.UnknownMAC], error) {
	return folded(s, s.unknownMACs(), q.Account, q.After, q.Limit, func(*record.UnknownMAC) verdict { return keep })
}
