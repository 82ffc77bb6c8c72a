package store

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"dialtone/store/record"
)

// Whatever is done, the index is what a restart would make of the disk.
func TestIndexAfterRandomOperations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		s := openWith(t, Config{Dir: dir})
		w := &world{Store: s, t: t}
		offices := []office{w.open(1), w.open(2)}
		for range rapid.IntRange(1, 40).Draw(rt, "operations") {
			o := rapid.SampledFrom(offices).Draw(rt, "office")
			kind := rapid.SampledFrom([]string{
				"create", "create", "create", "change", "change", "delete", "state", "account", "key", "rotate", "call", "call",
			}).Draw(rt, "operation")
			// Refusals are part of the game.
			_ = s.Update(t.Context(), func(tx *Tx) error { return randomOperation(rt, tx, kind, o, len(offices)) })
		}
		checkIndex(t, s)
		if rapid.Bool().Draw(rt, "sweep") {
			if err := s.Sweep(t.Context()); err != nil {
				rt.Fatal(err)
			}
			checkIndex(t, s)
		}
		closeStore(t, s)
		s = openWith(t, Config{Dir: dir})
		checkIndex(t, s)
		closeStore(t, s)
	})
}

// randomOperation draws before it reads, so that a closure that runs twice draws the same.
func randomOperation(rt *rapid.T, tx *Tx, kind string, o office, n int) error {
	number := rapid.IntRange(1, 6).Draw(rt, "number")
	use := rapid.SampledFrom([]string{record.UseBoth, record.UseCalls, record.UseRegistrations}).Draw(rt, "use")
	account := o.account.ID
	switch kind {
	case "create":
		return createSome(tx, account, number, use, rapid.IntRange(0, 6).Draw(rt, "what"))
	case "change":
		return changeSome(tx, account, number, use, rapid.IntRange(0, 5).Draw(rt, "what"))
	case "delete":
		ids, err := tx.below(account)
		if err != nil || len(ids) == 0 {
			return err
		}
		return tx.Delete(ids[number*7%len(ids)], 0)
	case "state":
		return tx.PutState(o.device.ID, account, func(d *record.DeviceState) { d.LastIP = fmt.Sprint(number) })
	case "account":
		if number == 1 {
			return tx.Delete(account, 0)
		}
		a, err := Load[*record.Account](tx, account)
		if err != nil {
			return err
		}
		a.Name = fmt.Sprint("Acme ", number)
		return tx.Replace(a, 0)
	case "call":
		return randomCalling(tx, o, number, rapid.IntRange(0, 7).Draw(rt, "what"))
	case "key":
		k := record.NewAPIKey()
		k.Account, k.Name, k.Digest = account, "key", record.DigestToken(fmt.Append(nil, "key", number))
		return tx.Create(k)
	case "rotate":
		p, err := Load[*record.Provisioning](tx, o.token.ID)
		if err != nil {
			return err
		}
		p.Old = &record.OldToken{Digest: p.Digest, Expires: tx.Now()}
		p.Digest = record.DigestToken(fmt.Append(nil, "token", n, tx.revision))
		return tx.Replace(p, 0)
	}
	return nil
}

// below lists the records of an account.
func (tx *Tx) below(account record.ID) (ids []record.ID, err error) {
	referrers, err := tx.referrers(account)
	for _, f := range referrers {
		ids = append(ids, f.id)
	}
	return ids, err
}

// some is the n-th record of a kind of the account, the zero value without one.
func some[T record.Record](tx *Tx, account record.ID, n int) (found T, err error) {
	var all []T
	err = each(tx, account, func(r T) error {
		all = append(all, r)
		return nil
	})
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return found, err
	}
	return all[n%len(all)], nil
}

func createSome(tx *Tx, account record.ID, n int, use string, what int) error {
	l, err := some[*record.CredentialList](tx, account, n)
	if err != nil && what > 0 {
		return err
	}
	d, _ := some[*record.Domain](tx, account, n)
	switch what {
	case 0:
		return tx.Create(list(account, fmt.Sprint("List ", n)))
	case 1, 2:
		return tx.Create(tx.credential(l, fmt.Sprint("User", n)))
	case 3:
		if d == nil {
			return ErrNotFound
		}
		a := attachment(d, l)
		a.Use = use
		return tx.Create(a)
	case 4:
		d := record.NewDomain()
		d.Account, d.Domain = account, fmt.Sprintf("d%d.example", n)
		d.DigestAlgorithms = []string{record.AlgorithmMD5, record.AlgorithmSHA256}[:1+n%2]
		return tx.Create(d)
	default:
		p := phone(account, fmt.Sprintf("805ec100000%d", n))
		if n%3 == 0 {
			p.Type = record.DECTBase
		} else if base, err := some[*record.Device](tx, account, n); err == nil && base.Type == record.DECTBase {
			p.Type, p.MAC, p.Base, p.Slot = record.DECTHandset, "", base.ID, n
		}
		if c, err := some[*record.Credential](tx, account, n); err == nil && d != nil && p.Type != record.DECTBase {
			p.Lines = []record.Line{{Credential: c.ID, Domain: d.ID}}
		}
		return tx.Create(p)
	}
}

func changeSome(tx *Tx, account record.ID, n int, use string, what int) error {
	switch what {
	case 0:
		c, err := some[*record.Credential](tx, account, n)
		if err != nil {
			return err
		}
		c.Enabled = !c.Enabled
		return tx.Replace(c, 0)
	case 1:
		a, err := some[*record.Attachment](tx, account, n)
		if err != nil {
			return err
		}
		a.Use = use
		return tx.Replace(a, 0)
	case 2:
		d, err := some[*record.Domain](tx, account, n)
		if err != nil {
			return err
		}
		d.DigestAlgorithms = []string{record.AlgorithmSHA256}
		d.Domain = fmt.Sprintf("d%d.example", n)
		return tx.Replace(d, 0)
	case 3:
		d, err := some[*record.Device](tx, account, n)
		if err != nil {
			return err
		}
		d.Rearm(tx.Now(), n%2 == 0)
		return tx.Replace(d, 0)
	default:
		d, err := some[*record.Device](tx, account, n)
		if err != nil {
			return err
		}
		if d.MAC != "" {
			d.MAC = fmt.Sprintf("805ec100000%d", n)
		}
		if what == 4 {
			d.Lines = nil
		}
		return tx.Replace(d, 0)
	}
}
