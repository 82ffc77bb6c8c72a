package admin

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

const managersPath = "/v1/accounts/{account}/account_managers"

// What has become of somebody who was added, closed list.
const (
	personInvited = "invited"
	personActive  = "active"
	personExpired = "expired"
	personNone    = "none" // of a user who was never invited
)

// managerView is what the API shows of an account manager.
type managerView struct {
	*record.Manager
	Status      string      `json:"status" api:"readonly" doc:"invited, active, or expired when the invitation is over."`
	LastLoginAt *time.Time  `json:"last_login_at" api:"readonly" doc:"When he last logged in."`
	MustChange  bool        `json:"must_change_password" api:"readonly" doc:"Whether he has to choose a password of his own."`
	Invitation  *invitation `json:"invitation,omitempty" api:"readonly" doc:"How he was invited, in the answer to that and never again."`
}

// invitation is how somebody gets in.
type invitation struct {
	Mailed    bool      `json:"mailed" doc:"Whether a mail is on its way to him."`
	Link      string    `json:"link,omitempty" doc:"The link, when no mail relay takes mail: it is shown once."`
	Temporary string    `json:"temporary_password,omitempty" doc:"The temporary password, when no mail relay takes mail: it is shown once."`
	ExpiresAt time.Time `json:"expires_at" doc:"When link or temporary password end."`
}

// managerInput are the fields of a new manager outside of the record.
type managerInput struct {
	Invite merge.Optional[string] `json:"invite" api:"create" doc:"How he is invited: by a link (default) or with a temporary password."`

	sent *invitation
}

func managers() *collection[*record.Manager] {
	return inAccount(collection[*record.Manager]{
		path: managersPath, param: "manager", noun: "account manager",
		read: record.ScopeRead, write: record.ScopeManage, required: []string{"name", "email"},
		blank:   record.NewManager,
		extra:   func() any { return &managerInput{} },
		prepare: prepareManager,
		written: writtenManager,
		show:    showManager,
		shown:   reflect.TypeFor[*managerView](),
		live:    func(c *call, shown []any) { c.lives(shown) },
	})
}

func showManager(_ *call, m *record.Manager, once any) any {
	sent, _ := once.(*invitation)
	return &managerView{Manager: m, Status: personInvited, Invitation: sent}
}

// lives adds to managers how they stand.
func (c *call) lives(shown []any) {
	now := c.server.now()
	c.view(func(v *store.View) {
		for _, s := range shown {
			m := s.(*managerView)
			m.Status = standing(v, m.ID, now)
			if m.Status == personNone {
				m.Status = personExpired
			}
			if l, has := v.Login(m.ID); has {
				if m.MustChange = l.Temporary; !l.LastAt.IsZero() {
					m.LastLoginAt = &l.LastAt
				}
			}
		}
	})
}

// standing is what has become of a person who was invited.
func standing(v *store.View, id record.ID, now time.Time) string {
	l, has := v.Login(id)
	if has && !l.Temporary {
		return personActive
	}
	waits, asked := has && l.Usable(now), has
	store.Each(v, id, func(i *record.Invitation) bool {
		asked = true
		waits = waits || now.Before(i.ExpiresAt)
		return true
	})
	switch {
	case waits:
		return personInvited
	case asked:
		return personExpired
	}
	return personNone
}

// mayManage refuses who is less than the one he wants to change: an owner is the owner's
// and the administrators' to change, an administrator the administrators'.
func (c *call) mayManage(m *record.Manager) error {
	switch {
	case c.platform():
		return nil
	case m.Administrator:
		return forbidden("an administrator of the platform is changed by administrators")
	case m.Role == record.RoleOwner && !c.owns():
		return forbidden("the owner is changed by the owner himself")
	}
	return nil
}

// mayGive refuses a key what would give somebody a role with more than its own scopes:
// whoever sends a link, or changes where links go, might use it himself.
func (c *call) mayGive(role string) error {
	has := person{role: role}
	missing := slices.DeleteFunc(allScopes(), func(s string) bool { return c.may(s) || !has.has(s) })
	if len(missing) > 0 {
		return forbidden("a key cannot give the role %s without the scopes %s", role, strings.Join(missing, ", "))
	}
	return nil
}

// owns says whether the caller is the account's owner.
func (c *call) owns() bool { return c.person != nil && c.person.role == record.RoleOwner }

func prepareManager(c *call, tx *store.Tx, in *input[*record.Manager]) (any, error) {
	extra := in.extra.(*managerInput)
	if in.create {
		extra.sent = &invitation{}
		return extra.sent, c.mayCreate(tx, in.record)
	}
	if err := c.stillManages(tx); err != nil {
		return nil, err
	}
	if err := c.mayManage(in.before); err != nil {
		return nil, err
	}
	if in.before.Administrator != in.record.Administrator {
		if err := c.mayPromote(in.before); err != nil {
			return nil, err
		}
	}
	if in.before.Email != in.record.Email {
		if err := c.mayGive(in.before.Role); err != nil {
			return nil, err
		}
	}
	if in.before.Role == in.record.Role {
		return nil, nil
	}
	if err := c.mayGive(in.record.Role); err != nil {
		return nil, err
	}
	return nil, c.changeRole(tx, in)
}

// mayCreate refuses a new manager who would be more than the caller.
func (c *call) mayCreate(tx *store.Tx, m *record.Manager) error {
	if err := c.stillManages(tx); err != nil {
		return err
	}
	if m.Administrator && !c.platform() {
		return forbidden("administrators are made by administrators")
	}
	if err := c.mayGive(m.Role); err != nil || m.Role != record.RoleOwner {
		return err
	}
	owner, err := tx.Owner(c.account)
	if err != nil || owner == nil && (c.platform() || c.owns()) {
		return err
	}
	if owner == nil {
		return forbidden("the owner is named by an administrator")
	}
	return &store.Conflict{Field: "role", Code: store.ConflictNotUnique, Detail: owner.Name + " is the owner; hand over to somebody who is an account manager already"}
}

// stillManages refuses a caller whose role was taken while he was asking: what he may is
// looked up again among what is being written.
func (c *call) stillManages(tx *store.Tx) error {
	if c.person == nil {
		return nil
	}
	r, err := loadPerson(tx, c.person.id)
	if err != nil {
		return unauthorized()
	}
	now := *c.person
	if now.described(r); !now.may(c.op) || c.op.scoped() && !now.administrator && now.account != c.account {
		return forbidden("your role has changed")
	}
	c.person = &now
	return nil
}

// mayPromote refuses a change of who administrates the platform, but by administrators,
// and never of oneself.
func (c *call) mayPromote(m *record.Manager) error {
	switch {
	case !c.platform():
		return forbidden("administrators are made by administrators")
	case c.person != nil && c.person.id == m.ID:
		return ownRecord()
	}
	return nil
}

// changeRole hands the account over when somebody else becomes the owner: the one so far
// is an account manager from then on. The owner's role is not taken in another way.
func (c *call) changeRole(tx *store.Tx, in *input[*record.Manager]) error {
	switch {
	case in.before.Role == record.RoleOwner:
		return lastOwner()
	case in.record.Role != record.RoleOwner && c.person != nil && c.person.id == in.before.ID:
		return ownRecord()
	}
	if err := tx.EndSessions(in.before.ID, ""); err != nil {
		return err
	}
	if in.record.Role != record.RoleOwner {
		return nil
	}
	owner, err := tx.Owner(c.account)
	if err != nil {
		return err
	}
	if !c.platform() && (owner == nil || c.person == nil || c.person.id != owner.ID) {
		return forbidden("the account is handed over by its owner or an administrator")
	}
	if owner == nil {
		return nil
	}
	login, err := tx.LoginOf(in.before.ID)
	if err != nil {
		return err
	}
	if login == nil || login.Temporary {
		return &store.Conflict{Field: "role", Code: store.ConflictState, Detail: in.before.Name + " has not logged in yet: an account is handed over to somebody who has"}
	}
	return c.demote(tx, owner)
}

// demote makes the owner so far an account manager, with an audit entry of its own.
func (c *call) demote(tx *store.Tx, owner *record.Manager) error {
	before := owner.Clone()
	owner.Role = record.RoleAccountManager
	if err := tx.Replace(owner, 0); err != nil {
		return err
	}
	keep := record.ID("")
	if c.person != nil && c.person.id == owner.ID {
		keep = c.person.session.ID
	}
	if err := tx.EndSessions(owner.ID, keep); err != nil {
		return err
	}
	return c.audit(tx, effect{account: c.account, before: before, after: owner})
}

// writtenManager invites a new manager; what was sent to an address that has changed is
// taken back.
func writtenManager(c *call, tx *store.Tx, in *input[*record.Manager]) error {
	if in.create {
		extra := in.extra.(*managerInput)
		return c.courier.send(c, tx, in.record, record.InviteLogin, extra.sent)
	}
	if in.before.Email != in.record.Email {
		return moved(tx, in.record.ID)
	}
	return nil
}

// moved takes back what was sent to a person's address of before: who reads its mail now
// gets no further with it.
func moved(tx *store.Tx, id record.ID) error {
	if err := tx.EndInvitations(id); err != nil {
		return err
	}
	return endTemporary(tx, id)
}

func lastOwner() error {
	return &store.Conflict{Code: codeLastOwner, Detail: "an account has an owner: hand it over to another account manager first"}
}

func ownRecord() error {
	return &store.Conflict{Code: codeOwnRecord, Detail: "nobody removes himself or takes his own rights: ask somebody else to"}
}

// Codes of conflicts among people.
const (
	codeLastOwner = "last_owner"
	codeOwnRecord = "own_record"
)

// leaving is the manager or administrator the path names, if the caller may remove him.
func (c *call) leaving(tx *store.Tx) (*record.Manager, error) {
	m, err := c.managed(tx)
	switch {
	case err != nil:
		return nil, err
	case c.person != nil && c.person.id == m.ID:
		return nil, ownRecord()
	}
	return m, c.matches(m.Header())
}

func handleRemoveManager(c *call) (*answer, error) {
	return c.change(func(tx *store.Tx) (effect, error) {
		m, err := c.leaving(tx)
		if err != nil {
			return effect{}, err
		}
		if m.Role == record.RoleOwner {
			return effect{}, lastOwner()
		}
		return effect{account: c.account, before: m, answer: &answer{status: http.StatusNoContent}}, tx.Delete(m.ID, 0)
	})
}

// managerOperations are the rows of managers, with what may be done to one of them.
func managerOperations() []*operation {
	k := managers()
	ops := k.operations()
	for _, op := range ops {
		switch op.method {
		case http.MethodDelete:
			op.handle = handleRemoveManager
		case http.MethodPost:
			op.handle = func(c *call) (*answer, error) { return handleCreatePerson(c, k.createFrom) }
		}
	}
	return append(ops, managerActions(k.item(), string(record.KindManager), record.ScopeManage)...)
}

// managerActions are what may be done to a manager, or an administrator, besides changing him.
func managerActions(item, kind, scope string) []*operation {
	act := func(verb, summary string, status int, handle handler) *operation {
		op := &operation{
			method: http.MethodPost, path: item + "/" + verb, event: kind + "." + verb, scope: scope,
			summary: summary, emptyBody: true, body: []reflect.Type{}, status: status, handle: handle,
		}
		if status != http.StatusNoContent {
			op.body, op.answer = []reflect.Type{typeOf[inviteInput]()}, typeOf[*invitation]()
		}
		return op
	}
	return []*operation{
		act("resend", "Invites somebody again: the link of before ends.", http.StatusOK, handleResend),
		act("reset", "Sends somebody a link to choose another password.", http.StatusOK, handleReset),
		act("sign_out", "Ends somebody's sessions.", http.StatusNoContent, handleSignOut),
	}
}
