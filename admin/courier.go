package admin

import (
	"context"
	"time"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// Mail is how mails to people leave: they wait in the store's outbox.
type Mail interface {
	// Reachable says whether a relay would take a mail now; it answers within seconds.
	Reachable(ctx context.Context) bool
	// Domain stands behind the @ of Message-IDs.
	Domain() string
}

// How somebody is invited.
const (
	inviteByLink     = "link"
	inviteByPassword = "password"
)

// inviteInput says how somebody is invited.
type inviteInput struct {
	Invite merge.Optional[string] `json:"invite" doc:"By a link (default) or with a temporary password."`
}

// courier takes an invitation to somebody. What takes time is done before the transaction.
type courier struct {
	mailed    bool
	base      string // of links
	temporary string // "" invites by link
	hash      string
}

// newCourier finds out whether mail leaves. A temporary password is hashed here.
func (c *call) newCourier(invite string) (*courier, error) {
	k := &courier{base: c.publicURL()}
	switch invite {
	case inviteByLink:
	case inviteByPassword:
		k.temporary = newTemporary()
		hash, err := c.server.hasher.hash(c.r.Context(), k.temporary)
		if err != nil {
			return nil, err
		}
		k.hash = hash
	default:
		return nil, invalidField("invite", record.CodeInvalid, "must be one of %s, %s", inviteByLink, inviteByPassword)
	}
	k.mailed = c.server.Mail != nil && c.server.Mail.Reachable(c.r.Context())
	return k, nil
}

// handleCreatePerson reads how a new person is to be invited, then creates him.
func handleCreatePerson(c *call, create func(*call, any) (*answer, error)) (*answer, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	invite := inviteByLink
	if doc, is := body.(merge.Object); is && doc["invite"] != nil {
		invite, _ = doc["invite"].(string)
	}
	if c.courier, err = c.newCourier(invite); err != nil {
		return nil, err
	}
	return create(c, body)
}

// readInvite reads how somebody is to be invited.
func (c *call) readInvite() (err error) {
	var in inviteInput
	if err := c.readInto(&in); err != nil {
		return err
	}
	invite := inviteByLink
	if in.Invite.Given() {
		invite = in.Invite.Value
	}
	c.courier, err = c.newCourier(invite)
	return err
}

// send replaces a person's links by a new one, or gives him a temporary password, and puts
// the mail about it into the outbox. out is what the inviter is told.
func (k *courier) send(c *call, tx *store.Tx, who record.Record, purpose string, out *invitation) error {
	*out = invitation{Mailed: k.mailed, ExpiresAt: tx.Now().Add(linkLife)}
	p := &person{}
	p.described(who)
	if err := tx.EndInvitations(p.id); err != nil {
		return err
	}
	secret, err := k.secret(c, tx, who, purpose, out)
	if err != nil || !k.mailed {
		return err
	}
	out.Link, out.Temporary = "", ""
	row, err := c.mailTo(tx, p, purpose, secret, out.ExpiresAt)
	if err != nil {
		return err
	}
	_, err = tx.PutOutbox(row)
	return err
}

// secret makes the link, or sets the temporary password.
func (k *courier) secret(c *call, tx *store.Tx, who record.Record, purpose string, out *invitation) (secretOf, error) {
	if k.temporary != "" {
		out.Temporary = k.temporary
		return secretOf{password: k.temporary}, k.lend(c, tx, who, out.ExpiresAt)
	}
	id := who.Header().ID
	if err := endTemporary(tx, id); err != nil {
		return secretOf{}, err
	}
	token := store.NewToken()
	i := &record.Invitation{Person: id, Purpose: purpose, Digest: record.DigestToken([]byte(token)), ExpiresAt: out.ExpiresAt}
	i.Account = who.Header().Account
	page := invitationPage
	if purpose == record.InviteReset {
		page = resetPage
	}
	out.Link = k.base + page + token
	return secretOf{link: out.Link}, tx.Create(i)
}

// endTemporary takes a temporary password back: the link replaces it.
func endTemporary(tx *store.Tx, id record.ID) error {
	login, err := tx.LoginOf(id)
	if err != nil || login == nil || !login.Temporary {
		return err
	}
	if err := tx.EndSessions(id, ""); err != nil {
		return err
	}
	return tx.Delete(login.ID, 0)
}

// secretOf is what a mail tells its recipient and nobody else.
type secretOf struct{ link, password string }

// lend gives a person a temporary password; who had another one is out.
func (k *courier) lend(c *call, tx *store.Tx, who record.Record, until time.Time) error {
	id := who.Header().ID
	login, err := tx.LoginOf(id)
	if err != nil {
		return err
	}
	fresh := login == nil
	if fresh {
		login = newLogin(tx, who)
	}
	login.Hash = c.server.Store.Seal(login.ID, store.FieldPassword, k.hash)
	login.Temporary, login.ValidUntil, login.ChangedAt = true, until, tx.Now()
	if fresh {
		return tx.Create(login)
	}
	if err := tx.Replace(login, 0); err != nil {
		return err
	}
	return tx.EndSessions(id, "")
}

// managed is the manager or administrator the path names, if the caller may change him.
func (c *call) managed(tx *store.Tx) (*record.Manager, error) {
	if err := c.stillManages(tx); err != nil {
		return nil, err
	}
	m, err := store.Load[*record.Manager](tx, c.id("manager"))
	if err != nil {
		return nil, err
	}
	if c.op.scoped() && m.Account != c.account || !c.op.scoped() && !m.Administrator {
		return nil, store.ErrNotFound
	}
	c.resource = m.ID
	return m, c.mayManage(m)
}

// invited is the manager or administrator the path names, if the caller may send him a link.
func (c *call) invited(tx *store.Tx) (*record.Manager, error) {
	m, err := c.managed(tx)
	if err != nil {
		return nil, err
	}
	return m, c.mayGive(m.Role)
}

func handleResend(c *call) (*answer, error) {
	if err := c.readInvite(); err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		m, err := c.invited(tx)
		if err != nil {
			return effect{}, err
		}
		login, err := tx.LoginOf(m.ID)
		if err != nil {
			return effect{}, err
		}
		if login != nil && !login.Temporary {
			return effect{}, &store.Conflict{Code: store.ConflictState, Detail: "he has a password already: send a reset instead"}
		}
		return c.invite(tx, m, record.InviteLogin)
	})
}

func handleReset(c *call) (*answer, error) {
	if err := c.readInvite(); err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		m, err := c.invited(tx)
		if err != nil {
			return effect{}, err
		}
		purpose, err := purposeFor(tx, m.ID)
		if err != nil {
			return effect{}, err
		}
		return c.invite(tx, m, purpose)
	})
}

// purposeFor is what a link is for: who has chosen a password before chooses another.
func purposeFor(tx *store.Tx, id record.ID) (string, error) {
	login, err := tx.LoginOf(id)
	if err != nil || login == nil || login.Temporary {
		return record.InviteLogin, err
	}
	return record.InviteReset, nil
}

// invite sends somebody his link and tells the caller.
func (c *call) invite(tx *store.Tx, who record.Record, purpose string) (effect, error) {
	out := &invitation{}
	if err := c.courier.send(c, tx, who, purpose, out); err != nil {
		return effect{}, err
	}
	return effect{account: c.account, resource: who.Header().ID, answer: ok(out)}, nil
}

func handleSignOut(c *call) (*answer, error) {
	return c.signOut(func(tx *store.Tx) (record.Record, error) { return c.managed(tx) })
}
