package store

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// snapshot is an index in a form that can be compared.
type snapshot struct {
	Revision    uint64
	Records     map[record.ID]record.Record
	Lists       map[listKey][]record.ID
	States      map[record.ID]*record.DeviceState
	Tokens      map[record.TokenDigest]Token
	APIKeys     map[record.TokenDigest]record.ID
	MACs        map[record.MAC]record.ID
	Users       map[string]*SIPUser // by user@domain
	Lines       map[record.ID]string
	Attached    map[record.ID][]record.ID
	Attachments map[record.ID][]record.ID
	Handsets    map[record.ID][]record.ID
	Numbers     map[string]record.ID
	Extensions  map[accountName]record.ID
	Targeted    map[record.ID][]record.ID
	UserLines   map[record.ID][]record.ID
	Providers   map[record.ID][]record.ID
	Queues      map[record.ID][]record.ID
	Agents      map[queueUser]record.ID
	People      peopleSnapshot
}

func snapshotOf(x *index) snapshot {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := snapshot{
		Revision: x.revision, Records: map[record.ID]record.Record{}, Lists: map[listKey][]record.ID{},
		States: map[record.ID]*record.DeviceState{}, Tokens: map[record.TokenDigest]Token{},
		APIKeys: map[record.TokenDigest]record.ID{}, MACs: map[record.MAC]record.ID{},
		Users: map[string]*SIPUser{}, Lines: map[record.ID]string{},
		Attached: map[record.ID][]record.ID{}, Attachments: map[record.ID][]record.ID{}, Handsets: map[record.ID][]record.ID{},
		Numbers: map[string]record.ID{}, Extensions: map[accountName]record.ID{},
		Targeted: map[record.ID][]record.ID{}, UserLines: map[record.ID][]record.ID{}, Providers: map[record.ID][]record.ID{},
		Queues: map[record.ID][]record.ID{}, Agents: map[queueUser]record.ID{},
	}
	for id, r := range x.records {
		s.Records[id] = r
	}
	for key, l := range x.lists {
		for _, r := range l.records {
			s.Lists[key] = append(s.Lists[key], r.Header().ID)
		}
	}
	for id, state := range x.states {
		s.States[id] = state
	}
	for d, token := range x.tokens {
		s.Tokens[d] = token
	}
	for d, key := range x.apiKeys {
		s.APIKeys[d] = key.ID
	}
	for m, d := range x.macs {
		s.MACs[m] = d.ID
	}
	for name, d := range x.sip.domains {
		for user, u := range d.users {
			s.Users[user+"@"+name] = u
		}
	}
	for id, l := range x.sip.lines {
		s.Lines[id] = fmt.Sprint(l.Device.ID, " ", l.Line)
	}
	for id, m := range x.sip.attached {
		s.Attached[id] = idsOf(sorted(m))
	}
	for id, m := range x.sip.attachments {
		s.Attachments[id] = idsOf(sorted(m))
	}
	for id, m := range x.sip.handsets {
		s.Handsets[id] = idsOf(sorted(m))
	}
	for e164, n := range x.call.numbers {
		s.Numbers[e164] = n.ID
	}
	for name, e := range x.call.extensions {
		s.Extensions[name] = e.ID
	}
	for id, list := range x.call.targeted {
		s.Targeted[id] = idsOf(list)
	}
	for id, list := range x.call.lines {
		s.UserLines[id] = idsOf(list)
	}
	for id, list := range x.call.providers {
		s.Providers[id] = idsOf(list)
	}
	for id, list := range x.call.queues {
		s.Queues[id] = idsOf(list)
	}
	for key, a := range x.call.agents {
		s.Agents[key] = a.ID
	}
	s.People = peopleSnapshotOf(&x.people)
	return s
}

func idsOf[T record.Record](list []T) (ids []record.ID) {
	for _, r := range list {
		ids = append(ids, r.Header().ID)
	}
	return ids
}

// checkIndex compares the index with one made of what is on disk, and the keys that
// guard uniqueness and references with what the records say. No other write comes in
// between.
func checkIndex(t testing.TB, s *Store) {
	t.Helper()
	update(t, s, func(*Tx) error {
		fresh := &Store{engine: s.engine}
		fresh.index = newIndex(s.Unseal, s.deviceDigest)
		if err := fresh.load(); err != nil {
			return err
		}
		if diff := cmp.Diff(snapshotOf(fresh.index), snapshotOf(s.index), cmpopts.EquateEmpty()); diff != "" {
			return fmt.Errorf("index differs from what the disk gives (-disk +index):\n%s", diff)
		}
		return checkKeys(s)
	})
}

func checkKeys(s *Store) error {
	want := map[string]string{}
	s.View(func(v *View) {
		for id, r := range v.x.records {
			for _, u := range r.Unique() {
				want[string(uniqueKey(u))] = string(id)
			}
			for _, ref := range withAccount(r) {
				want[string(referrerKey(ref.ID, id))] = ""
			}
		}
	})
	got := map[string]string{}
	dead := map[string]bool{}
	err := s.engine.View(func(r kv.Reader) error {
		err := r.Scan(kv.Range{Prefix: []byte(prefixTombstone)}, func(key, _ []byte) (bool, error) {
			dead[string(key)] = true
			return true, nil
		})
		if err != nil {
			return err
		}
		for _, prefix := range []string{prefixUnique, prefixReferrer} {
			err := r.Scan(kv.Range{Prefix: []byte(prefix)}, func(key, value []byte) (bool, error) {
				if prefix == prefixReferrer {
					value = nil
				}
				got[string(key)] = string(value)
				return true, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(dead) > 0 {
		for key := range got { // keys of accounts that wait to be swept
			if _, ok := want[key]; !ok {
				delete(got, key)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("keys differ from what the records say (-records +disk):\n%s", diff)
	}
	return nil
}

// peopleSnapshot is a peopleIndex in a form that can be compared.
type peopleSnapshot struct {
	Emails                map[string]record.ID
	Logins                map[record.ID]record.ID
	Sessions, Invitations map[record.TokenDigest]record.ID
	Administrators        map[record.ID]record.ID
	Managers              int
}

func peopleSnapshotOf(x *peopleIndex) peopleSnapshot {
	return peopleSnapshot{
		idsIn(x.emails), idsIn(x.logins), idsIn(x.sessions), idsIn(x.invitations), idsIn(x.administrators), x.managers,
	}
}

func idsIn[K comparable, R record.Record](table map[K]R) map[K]record.ID {
	ids := map[K]record.ID{}
	for key, r := range table {
		ids[key] = r.Header().ID
	}
	return ids
}
