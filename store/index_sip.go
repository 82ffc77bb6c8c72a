package store

import (
	"strings"

	"dialtone/sip/digest"
	"dialtone/store/record"
)

// SIPUser is one credential in one domain it may be used in: everything the SIP
// edge needs to decide about a request, made when a record changes.
type SIPUser struct {
	Credential *record.Credential
	Domain     *record.Domain
	// MD5 and SHA256 are H(A1) of the algorithms the domain offers; nil otherwise,
	// and both nil when the password cannot be opened.
	MD5, SHA256 []byte
	// Registers and Calls are what the attachment allows.
	Registers, Calls bool
}

// LineRef is the line a credential stands on.
type LineRef struct {
	Device *record.Device
	Line   int
}

type unsealFunc func(id record.ID, field string, sealed []byte) (string, error)

// sipIndex derives the users of each domain from domains, attachments,
// credentials and devices, in whatever order they come and go.
type sipIndex struct {
	unseal      unsealFunc
	domains     map[string]*sipDomain // by name
	byID        map[record.ID]*sipDomain
	attachments map[record.ID]map[record.ID]*record.Attachment // by list, then by attachment
	attached    map[record.ID]map[record.ID]*record.Attachment // by domain, then by attachment
	credentials map[record.ID]map[record.ID]*record.Credential // by list, then by credential
	lines       map[record.ID]LineRef                          // by credential
	names       map[accountName]int                            // credentials of that name in any list
	handsets    map[record.ID]map[record.ID]*record.Device     // by base, then by handset
}

// accountName is a user name in lower case within an account.
type accountName struct {
	account record.ID
	name    string
}

type sipDomain struct {
	record *record.Domain
	users  map[string]*SIPUser // by lower-case user name
}

func newSIPIndex(unseal unsealFunc) sipIndex {
	return sipIndex{
		unseal:      unseal,
		domains:     map[string]*sipDomain{},
		byID:        map[record.ID]*sipDomain{},
		attachments: map[record.ID]map[record.ID]*record.Attachment{},
		attached:    map[record.ID]map[record.ID]*record.Attachment{},
		credentials: map[record.ID]map[record.ID]*record.Credential{},
		lines:       map[record.ID]LineRef{},
		names:       map[accountName]int{},
		handsets:    map[record.ID]map[record.ID]*record.Device{},
	}
}

func (x *sipIndex) domain(d *record.Domain, add bool) {
	if !add {
		delete(x.domains, d.Domain)
		delete(x.byID, d.ID)
		return
	}
	entry := &sipDomain{record: d, users: map[string]*SIPUser{}}
	x.domains[d.Domain], x.byID[d.ID] = entry, entry
	for _, a := range x.attached[d.ID] {
		x.attach(a)
	}
}

func (x *sipIndex) attachment(a *record.Attachment, add bool) {
	if add {
		put(x.attachments, a.List, a.ID, a)
		put(x.attached, a.Domain, a.ID, a)
		x.attach(a)
		return
	}
	drop(x.attachments, a.List, a.ID)
	drop(x.attached, a.Domain, a.ID)
	if d := x.byID[a.Domain]; d != nil {
		for _, c := range x.credentials[a.List] {
			delete(d.users, strings.ToLower(c.Username))
		}
	}
}

func (x *sipIndex) attach(a *record.Attachment) {
	for _, c := range x.credentials[a.List] {
		x.user(a, c)
	}
}

func (x *sipIndex) credential(c *record.Credential, add bool) {
	name := accountName{c.Account, strings.ToLower(c.Username)}
	if add {
		put(x.credentials, c.List, c.ID, c)
		x.names[name]++
	} else {
		drop(x.credentials, c.List, c.ID)
		if x.names[name]--; x.names[name] == 0 {
			delete(x.names, name)
		}
	}
	for _, a := range x.attachments[c.List] {
		if add {
			x.user(a, c)
		} else if d := x.byID[a.Domain]; d != nil {
			delete(d.users, strings.ToLower(c.Username))
		}
	}
}

// user makes the entry of a credential in the domain of an attachment.
func (x *sipIndex) user(a *record.Attachment, c *record.Credential) {
	d := x.byID[a.Domain]
	if d == nil {
		return
	}
	u := &SIPUser{Credential: c, Domain: d.record, Registers: a.Registers(), Calls: a.Calls()}
	if password, err := x.unseal(c.ID, FieldPassword, c.PasswordSealed); err == nil {
		for _, alg := range d.record.DigestAlgorithms {
			switch alg {
			case record.AlgorithmMD5:
				u.MD5 = digest.HA1(c.Username, d.record.Domain, password, digest.MD5)
			case record.AlgorithmSHA256:
				u.SHA256 = digest.HA1(c.Username, d.record.Domain, password, digest.SHA256)
			}
		}
	}
	d.users[strings.ToLower(c.Username)] = u
}

func (x *sipIndex) device(d *record.Device, add bool) {
	for _, l := range d.Lines {
		if add {
			x.lines[l.Credential] = LineRef{Device: d, Line: l.Line}
		} else {
			delete(x.lines, l.Credential)
		}
	}
	if d.Base == "" {
		return
	}
	if add {
		put(x.handsets, d.Base, d.ID, d)
	} else {
		drop(x.handsets, d.Base, d.ID)
	}
}

func put[T any](m map[record.ID]map[record.ID]T, outer, inner record.ID, v T) {
	if m[outer] == nil {
		m[outer] = map[record.ID]T{}
	}
	m[outer][inner] = v
}

func drop[T any](m map[record.ID]map[record.ID]T, outer, inner record.ID) {
	delete(m[outer], inner)
	if len(m[outer]) == 0 {
		delete(m, outer)
	}
}
