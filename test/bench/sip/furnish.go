package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/load"
)

const (
	// perDomain is as many users as one domain can have: ten full lists.
	perDomain = 10 * record.MaxCredentialsPerList
	// perWrite is how many credentials one transaction writes.
	perWrite = 200
)

// pattern makes the accounts of every comparison.
func pattern() load.Pattern {
	p := load.DefaultPattern("bench%02d.example")
	p.PerDomain = perDomain
	return p
}

// furnish fills a data folder with an account, and in it the domains, lists and
// credentials of the first n users.
func furnish(ctx context.Context, dir string, n int) (err error) {
	st, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}) //nolint:contextcheck // a store ends by Close
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	for from := 0; from < n; from += perDomain {
		if err := settle(ctx, st, from, min(from+perDomain, n)); err != nil {
			return fmt.Errorf("cannot create users: %w", err)
		}
	}
	return nil
}

// settle makes one account with one domain and its users from..end.
func settle(ctx context.Context, st *store.Store, from, end int) error {
	var lists []*record.CredentialList
	err := st.Update(ctx, func(tx *store.Tx) (err error) {
		lists, err = found(tx, from, end)
		return err
	})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	const writers = 4
	group.SetLimit(writers)
	for first := from; first < end; first += perWrite {
		group.Go(func() error {
			list := lists[(first-from)/record.MaxCredentialsPerList]
			return st.Update(ctx, func(tx *store.Tx) error {
				return enrol(tx, st, list, first, min(first+perWrite, end))
			})
		})
	}
	return group.Wait()
}

// found makes the account, its domain and as many lists as its users need.
func found(tx *store.Tx, from, end int) (lists []*record.CredentialList, err error) {
	name := pattern().Account(from).Domain
	account := record.NewAccount()
	account.Name, account.Email, account.Timezone = name, "it@"+name, "America/New_York"
	if err := tx.Create(account); err != nil {
		return nil, err
	}
	domain := record.NewDomain()
	domain.Account, domain.Domain = account.ID, name
	if err := tx.Create(domain); err != nil {
		return nil, err
	}
	for at := from; at < end; at += record.MaxCredentialsPerList {
		list := record.NewCredentialList()
		list.Account, list.Name = account.ID, fmt.Sprint("Phones from ", at)
		if err := tx.Create(list); err != nil {
			return nil, err
		}
		attachment := record.NewAttachment()
		attachment.Account, attachment.Domain, attachment.List = account.ID, domain.ID, list.ID
		if err := tx.Create(attachment); err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return lists, nil
}

// enrol makes the credentials of users from..end.
func enrol(tx *store.Tx, st *store.Store, list *record.CredentialList, from, end int) error {
	users := pattern()
	for i := from; i < end; i++ {
		user := users.Account(i)
		c := record.NewCredential()
		c.ID = record.NewID(record.KindCredential, tx.Now())
		c.Account, c.List, c.Username = list.Account, list.ID, user.User
		c.PasswordSealed = st.Seal(c.ID, store.FieldPassword, user.Password)
		if err := tx.Create(c); err != nil {
			return err
		}
	}
	return nil
}
