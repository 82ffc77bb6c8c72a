package registrar

import "time"

// aor is an AOR with at least one binding. Its shard's mutex guards it, save the
// links, which belong to its account's index.
type aor struct {
	id       string    // length of the AOR (2 bytes), AOR, credential: one allocation
	bindings []binding // in order of registration

	account    *account
	prev, next *aor // the account's other AORs
}

func (a *aor) nameEnd() int       { return 2 + (int(a.id[0])<<8 | int(a.id[1])) }
func (a *aor) name() string       { return a.id[2:a.nameEnd()] }
func (a *aor) credential() string { return a.id[a.nameEnd():] }

func newAOR(name []byte, credential string) *aor {
	id := make([]byte, 0, 2+MaxAOR+MaxID)
	id = append(id, byte(len(name)>>8), byte(len(name)))
	return &aor{id: string(append(append(id, name...), credential...))}
}

// view makes the public form of binding i.
func (a *aor) view(i int) Binding {
	b := &a.bindings[i]
	return Binding{
		AOR: a.name(), Account: a.account.id, Credential: a.credential(),
		Contact: b.uri(), Q: b.q, Instance: b.instance(), RegID: b.regID, Path: b.path(),
		Source: b.source(), Transport: b.transport, Listener: b.listener, Connection: b.connection,
		UserAgent:    b.agent.Value(),
		RegisteredAt: time.Unix(int64(b.registered), 0), ExpiresAt: time.Unix(int64(b.expires), 0),
	}
}

// appendLive appends the bindings that have not expired.
func (a *aor) appendLive(dst []Binding, now uint32) []Binding {
	for i := range a.bindings {
		if a.bindings[i].live(now) {
			dst = append(dst, a.view(i))
		}
	}
	return dst
}

// uses tells whether a binding runs over connection id.
func (a *aor) uses(id uint64) bool {
	for i := range a.bindings {
		if a.bindings[i].connection == id {
			return true
		}
	}
	return false
}

// stalest is the binding that was refreshed the longest time ago and is not
// touched by the request being applied, or -1.
func (a *aor) stalest() int {
	found := -1
	for i := range a.bindings {
		b := &a.bindings[i]
		if !b.touched && (found < 0 || b.refreshed < a.bindings[found].refreshed) {
			found = i
		}
	}
	return found
}
