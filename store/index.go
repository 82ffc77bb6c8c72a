package store

import (
	"cmp"
	"slices"
	"sync"

	"dialtone/store/record"
)

// index holds every record in memory. Records in it are never changed, only
// replaced, so a reader may keep one after the lock is released. The tables below
// records are derived from it and change with it.
type index struct {
	mu       sync.RWMutex
	revision uint64
	records  map[record.ID]record.Record
	lists    map[listKey]*ordered
	states   map[record.ID]*record.DeviceState
	// generation moves with any configuration write of an account; the one of ""
	// moves with the daemon's.
	generation map[record.ID]uint64

	tokens  map[record.TokenDigest]Token
	apiKeys map[record.TokenDigest]*record.APIKey
	macs    map[record.MAC]*record.Device
	sip     sipIndex
	call    callIndex
	people  peopleIndex
	// deviceToken makes a device's own token digest of an epoch; the token is derived,
	// not stored.
	deviceToken func(id record.ID, epoch uint32) record.TokenDigest
}

// listKey names the ordered list of one kind of record under one parent: the
// account, or the credential list for credentials.
type listKey struct {
	parent record.ID
	kind   record.Kind
}

// stateChange is a device state to put, or with a nil state to drop.
type stateChange struct {
	device record.ID
	state  *record.DeviceState
}

func newIndex(unseal unsealFunc, deviceToken func(record.ID, uint32) record.TokenDigest) *index {
	return &index{
		records:     map[record.ID]record.Record{},
		lists:       map[listKey]*ordered{},
		states:      map[record.ID]*record.DeviceState{},
		generation:  map[record.ID]uint64{},
		tokens:      map[record.TokenDigest]Token{},
		apiKeys:     map[record.TokenDigest]*record.APIKey{},
		macs:        map[record.MAC]*record.Device{},
		sip:         newSIPIndex(unseal),
		call:        newCallIndex(),
		people:      newPeopleIndex(),
		deviceToken: deviceToken,
	}
}

func (x *index) currentRevision() uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.revision
}

// apply brings the index to revision. A deleted account takes everything below it
// along at once; the engine's copies are swept later.
func (x *index) apply(revision uint64, changes []Change, states []stateChange) {
	if len(changes) == 0 && len(states) == 0 && revision == x.currentRevision() {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range changes {
		x.change(c)
		if c.After == nil && c.Before.Kind() == record.KindAccount {
			x.dropAccount(c.Before.Header().ID)
		}
	}
	for _, s := range states {
		if s.state == nil {
			delete(x.states, s.device)
		} else if _, ok := x.records[s.device]; ok {
			x.states[s.device] = s.state
		}
	}
	x.revision = revision
}

// change puts one record into every table, or takes it out of them.
func (x *index) change(c Change) {
	r := c.Record()
	h := r.Header()
	key := listKey{parentOf(r), r.Kind()}
	if c.Before != nil {
		x.derive(c.Before, false)
		if old := (listKey{parentOf(c.Before), c.Before.Kind()}); old != key {
			x.unlist(old, h.ID)
		}
	}
	list := x.lists[key]
	if list == nil {
		list = &ordered{}
		x.lists[key] = list
	}
	if c.After != nil {
		x.records[h.ID] = c.After
		list.put(c.After)
		x.derive(c.After, true)
	} else {
		delete(x.records, h.ID)
		delete(x.states, h.ID)
		x.unlist(key, h.ID)
	}
	if Configures(r.Kind()) {
		x.generation[accountOf(r)]++
	}
}

// unlist takes a record out of a list.
func (x *index) unlist(key listKey, id record.ID) {
	list := x.lists[key]
	if list == nil {
		return
	}
	if list.remove(id); len(list.records) == 0 {
		delete(x.lists, key)
	}
}

// Configures says whether anything a phone is given may depend on records of the kind.
func Configures(k record.Kind) bool {
	switch k {
	case record.KindAPIKey, record.KindQueueAgent, record.KindManager, record.KindLogin, record.KindSession, record.KindInvitation:
		return false
	}
	return true
}

// derive adds a record to the look-up tables, or removes it.
func (x *index) derive(r record.Record, add bool) {
	x.people.derive(r, add)
	switch r := r.(type) {
	case *record.Provisioning:
		x.deriveTokens(r, add)
	case *record.APIKey:
		if add {
			x.apiKeys[r.Digest] = r
		} else {
			delete(x.apiKeys, r.Digest)
		}
	case *record.Device:
		x.deriveDevice(r, add)
	case *record.Domain:
		x.sip.domain(r, add)
	case *record.Credential:
		x.sip.credential(r, add)
	case *record.Attachment:
		x.sip.attachment(r, add)
	case *record.Number:
		x.call.number(r, add)
	case *record.Extension:
		x.call.extension(r, add)
	case *record.ProviderAccount:
		x.call.provider(r, add)
	case *record.CallQueue:
		x.call.queue(r, add)
	case *record.QueueAgent:
		x.call.agent(r, add)
	}
}

func (x *index) deriveTokens(p *record.Provisioning, add bool) {
	delete(x.tokens, p.Digest)
	if p.Old != nil {
		delete(x.tokens, p.Old.Digest)
	}
	if !add {
		return
	}
	x.tokens[p.Digest] = Token{Account: p.Account}
	if p.Old != nil {
		x.tokens[p.Old.Digest] = Token{Account: p.Account, Old: true, Expires: p.Old.Expires}
	}
}

func (x *index) deriveDevice(d *record.Device, add bool) {
	if mac, err := record.ParseMAC(d.MAC); err == nil {
		if add {
			x.macs[mac] = d
		} else {
			delete(x.macs, mac)
		}
		x.deriveOwnTokens(d, add)
	}
	x.sip.device(d, add)
	x.call.device(d, add)
}

// deriveOwnTokens are those of the device's own URL and the one of before.
func (x *index) deriveOwnTokens(d *record.Device, add bool) {
	put := func(epoch uint32, t Token) {
		if digest := x.deviceToken(d.ID, epoch); add {
			x.tokens[digest] = t
		} else {
			delete(x.tokens, digest)
		}
	}
	put(d.BindingEpoch, Token{Account: d.Account, Device: d.ID})
	if epoch, ends, ok := d.OldEpoch(); ok {
		put(epoch, Token{Account: d.Account, Device: d.ID, Old: true, Expires: ends})
	}
}

// dropAccount removes everything below a deleted account.
func (x *index) dropAccount(account record.ID) {
	if lists := x.lists[listKey{account, record.KindCredentialList}]; lists != nil {
		for _, r := range lists.records {
			x.dropList(listKey{r.Header().ID, record.KindCredential})
		}
	}
	for _, kind := range []record.Kind{record.KindUser, record.KindManager} {
		if people := x.lists[listKey{account, kind}]; people != nil {
			for _, r := range people.records {
				x.dropParts(r.Header().ID)
			}
		}
	}
	for _, kind := range record.Kinds() {
		x.dropList(listKey{account, kind})
	}
	delete(x.generation, account)
}

// dropParts removes what is a part of a person.
func (x *index) dropParts(person record.ID) {
	for _, kind := range []record.Kind{record.KindLogin, record.KindSession, record.KindInvitation} {
		x.dropList(listKey{person, kind})
	}
}

func (x *index) dropList(key listKey) {
	list := x.lists[key]
	if list == nil {
		return
	}
	for _, r := range list.records {
		x.derive(r, false)
		delete(x.records, r.Header().ID)
		delete(x.states, r.Header().ID)
	}
	delete(x.lists, key)
}

// parentOf is what a record is listed under.
func parentOf(r record.Record) record.ID {
	switch r := r.(type) {
	case *record.Credential:
		return r.List
	case *record.Login:
		return r.Person
	case *record.Session:
		return r.Person
	case *record.Invitation:
		if r.Person != "" {
			return r.Person
		}
	}
	return r.Header().Account
}

// accountOf is the account a record belongs to, itself for an account.
func accountOf(r record.Record) record.ID {
	if r.Kind() == record.KindAccount {
		return r.Header().ID
	}
	return r.Header().Account
}

// ordered is a list of records by identifier.
type ordered struct{ records []record.Record }

func (o *ordered) search(id record.ID) (int, bool) {
	return slices.BinarySearchFunc(o.records, id, func(r record.Record, id record.ID) int {
		return cmp.Compare(r.Header().ID, id)
	})
}

func (o *ordered) put(r record.Record) {
	i, found := o.search(r.Header().ID)
	if found {
		o.records[i] = r
		return
	}
	o.records = slices.Insert(o.records, i, r)
}

func (o *ordered) remove(id record.ID) {
	if i, found := o.search(id); found {
		o.records = slices.Delete(o.records, i, i+1)
	}
}
