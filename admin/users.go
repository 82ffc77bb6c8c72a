package admin

import (
	"net/http"
	"reflect"

	"dialtone/store"
	"dialtone/store/record"
)

// userView is what the API shows of a user.
type userView struct {
	*record.User
	Login string `json:"login" api:"readonly" doc:"Whether he logs in: none, invited (expired once the invitation is over) or active."`
}

func users() *collection[*record.User] {
	return inAccount(collection[*record.User]{
		path: "/v1/accounts/{account}/users", param: "user", noun: "user",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name", "email"},
		blank:   record.NewUser,
		filters: textFilter("name or e-mail address"),
		match:   matchTexts(func(u *record.User) []string { return []string{u.Name, u.Email} }),
		written: writtenUser,
		show:    func(_ *call, u *record.User, _ any) any { return &userView{User: u, Login: personNone} },
		shown:   reflect.TypeFor[*userView](),
		live: func(c *call, shown []any) {
			now := c.server.now()
			c.view(func(v *store.View) {
				for _, s := range shown {
					u := s.(*userView)
					u.Login = standing(v, u.ID, now)
				}
			})
		},
	})
}

// writtenUser takes back what was sent to an address that has changed. Where mails to
// somebody who logs in go is for who may invite him: a link could be asked for to there.
func writtenUser(c *call, tx *store.Tx, in *input[*record.User]) error {
	if in.create || in.before.Email == in.record.Email {
		return nil
	}
	login, err := tx.LoginOf(in.record.ID)
	if err != nil {
		return err
	}
	if login != nil && !c.may(record.ScopeManage) {
		return forbidden("he logs in with that address: changing it needs the scope %s", record.ScopeManage)
	}
	return moved(tx, in.record.ID)
}

// userOperations are the rows of users, with what lets one of them log in.
func userOperations() []*operation {
	k := users()
	return append(
		k.operations(),
		&operation{
			method: http.MethodPost, path: k.item() + "/invite", event: "user.invite", scope: record.ScopeManage,
			summary: "Lets a user log in: sends him a link to choose a password, or another one.", emptyBody: true,
			body: []reflect.Type{typeOf[inviteInput]()}, answer: typeOf[*invitation](), status: http.StatusOK, handle: handleInviteUser,
		},
		&operation{
			method: http.MethodPost, path: k.item() + "/sign_out", event: "user.sign_out", scope: record.ScopeManage,
			summary: "Ends a user's sessions.", emptyBody: true,
			body: []reflect.Type{}, status: http.StatusNoContent, handle: handleSignOutUser,
		},
	)
}

// user is the user the path names.
func (c *call) user(tx *store.Tx) (*record.User, error) {
	if err := c.stillManages(tx); err != nil {
		return nil, err
	}
	u, err := store.Load[*record.User](tx, c.id("user"))
	if err != nil {
		return nil, err
	}
	if u.Account != c.account {
		return nil, store.ErrNotFound
	}
	c.resource = u.ID
	return u, nil
}

func handleInviteUser(c *call) (*answer, error) {
	if err := c.readInvite(); err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		u, err := c.user(tx)
		if err != nil {
			return effect{}, err
		}
		purpose, err := purposeFor(tx, u.ID)
		if err != nil {
			return effect{}, err
		}
		return c.invite(tx, u, purpose)
	})
}

func handleSignOutUser(c *call) (*answer, error) {
	return c.signOut(func(tx *store.Tx) (record.Record, error) { return c.user(tx) })
}

// signOut ends the sessions of somebody the caller may change.
func (c *call) signOut(whom func(tx *store.Tx) (record.Record, error)) (*answer, error) {
	if err := c.readNothing(); err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		who, err := whom(tx)
		if err != nil {
			return effect{}, err
		}
		id := who.Header().ID
		return effect{account: c.account, resource: id, answer: &answer{status: http.StatusNoContent}}, tx.EndSessions(id, "")
	})
}
