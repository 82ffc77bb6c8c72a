package admin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// linkLife is how long the link of an invitation or a reset can be used.
const linkLife = 7 * 24 * time.Hour

// paths of the page that links in mails lead to; the token follows.
const (
	invitationPage = "/invitation/"
	resetPage      = "/reset/"
)

// EnsureFirstLogin sees to it that somebody can get in: while the store knows no account
// manager and no administrator, the file (mode 0600) holds a link that makes the first
// one. account is what he is going to own, "" for one that is made or found then. A link
// that is over or lost is replaced; base is where people reach the administration. It
// returns the link, "" when nobody needs one.
func EnsureFirstLogin(ctx context.Context, s *store.Store, file, base string, account record.ID, now time.Time) (link string, err error) {
	token, needed := firstToken(s, file, now)
	if !needed {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("cannot remove first login %q: %w", file, err)
		}
		return "", nil
	}
	fresh := token == ""
	if fresh {
		token = store.NewToken()
	}
	link = strings.TrimSuffix(base, "/") + invitationPage + token
	if err := writeSecretFile(file, link); err != nil || !fresh {
		return link, err
	}
	err = s.Update(ctx, func(tx *store.Tx) error { return newFirstLogin(tx, s, account, token) })
	if err != nil {
		return "", fmt.Errorf("cannot create the first login: %w", err)
	}
	return link, nil
}

// firstToken is the token in the file if it still opens the first login, and whether one
// is needed.
func firstToken(s *store.Store, file string, now time.Time) (token string, needed bool) {
	text, err := os.ReadFile(file)
	if err == nil {
		token = path.Base(strings.TrimSpace(string(text)))
	}
	s.View(func(v *store.View) {
		needed = v.Managers() == 0
		i, live := v.Invitation(record.DigestToken([]byte(token)), now)
		if !live || i.Purpose != record.InviteFirst {
			token = ""
		}
	})
	return token, needed
}

// newFirstLogin replaces the first logins there are by one.
func newFirstLogin(tx *store.Tx, s *store.Store, account record.ID, token string) error {
	var old []record.ID
	s.View(func(v *store.View) {
		gather := func(parent record.ID) {
			store.Each(v, parent, func(i *record.Invitation) bool { old = append(old, i.ID); return true })
		}
		gather("")
		store.Each(v, "", func(a *record.Account) bool { gather(a.ID); return true })
	})
	for _, id := range old {
		if err := tx.Delete(id, 0); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	i := &record.Invitation{Purpose: record.InviteFirst, Digest: record.DigestToken([]byte(token)), ExpiresAt: tx.Now().Add(linkLife)}
	i.Account = account
	if err := tx.Create(i); err != nil {
		return err
	}
	return tx.Audit(account, record.AuditEntry{
		Event: "invitation.create", Resource: i.ID, Actor: record.Actor{Type: record.ActorSystem},
		Outcome: record.OutcomeSuccess, Detail: "link of the first login",
	})
}
