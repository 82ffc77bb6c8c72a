package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dialtone/store/blob"
	"dialtone/store/record"
)

const passphrase = "a passphrase to test with"

// movable makes the account of the world one whose records need each other in circles,
// with a clip, and more phones than one batch takes.
func (w *world) movable(phones int) {
	w.t.Helper()
	file, _, err := w.Blobs().Put(strings.NewReader("RIFF"), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	update(w.t, w.Store, func(tx *Tx) error {
		token, err := Load[*record.Provisioning](tx, w.token.ID)
		if err != nil {
			return err
		}
		token.Sealed = w.Seal(token.ID, FieldToken, "token1")
		clip := &record.AudioClip{Name: "Music", File: file, PCMU: file, PCMA: file, G722: file}
		clip.Account = w.account.ID
		a, err := Load[*record.Account](tx, w.account.ID)
		if err != nil {
			return err
		}
		if err := errors.Join(tx.Replace(token, 0), tx.Create(clip)); err != nil {
			return err
		}
		a.DefaultButtonTemplate, a.MainLocation, a.HoldMusicClip = w.template.ID, w.location.ID, clip.ID
		a.PhoneAdminSealed = w.Seal(a.ID, FieldAdminPassword, password)
		u, err := Load[*record.User](tx, w.user.ID)
		if err != nil {
			return err
		}
		u.PrimaryExtension = w.extension.ID
		return errors.Join(tx.Replace(a, 0), tx.Replace(u, 0))
	})
	for from := 0; from < phones; from += 100 {
		update(w.t, w.Store, func(tx *Tx) error {
			for n := from; n < min(from+100, phones); n++ {
				if err := tx.Create(phone(w.account.ID, fmt.Sprintf("805ec1%06x", n))); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (w *world) export(passphrase string) []byte {
	w.t.Helper()
	var b bytes.Buffer
	if err := w.ExportAccount(w.account.ID, ExportOptions{Passphrase: passphrase, memory: 64}, &b); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

// plain are an account's records with their secrets in the clear and without bookkeeping.
func plain(t *testing.T, s *Store, account record.ID) map[record.ID]record.Record {
	t.Helper()
	found := map[record.ID]record.Record{}
	unseal := func(id record.ID, field string, sealed *[]byte) {
		if len(*sealed) == 0 {
			return
		}
		text, err := s.Unseal(id, field, *sealed)
		if err != nil {
			t.Error(err)
		}
		*sealed = []byte(text)
	}
	for _, r := range s.recordsOf(account) {
		r = r.Clone()
		*r.Header() = record.Meta{ID: r.Header().ID, Account: r.Header().Account}
		switch r := r.(type) {
		case *record.Account:
			unseal(r.ID, FieldAdminPassword, &r.PhoneAdminSealed)
		case *record.Credential:
			unseal(r.ID, FieldPassword, &r.PasswordSealed)
		case *record.Provisioning:
			unseal(r.ID, FieldToken, &r.Sealed)
		}
		found[r.Header().ID] = r
	}
	return found
}

func importInto(t *testing.T, s *Store, text []byte, o ImportOptions) (*Imported, error) {
	t.Helper()
	return s.ImportAccount(t.Context(), bytes.NewReader(text), o)
}

func TestImportElsewhere(t *testing.T) {
	w := newWorld(t)
	w.movable(2*importBatch + 10)
	text := w.export(passphrase)
	if strings.Contains(string(text), password) {
		t.Error("a password stands in the export")
	}
	other := open(t, t.TempDir())
	dry, err := importInto(t, other, text, ImportOptions{Passphrase: passphrase, DryRun: true})
	if err != nil || len(dry.Clashes) > 0 || len(other.recordsOf(w.account.ID)) > 0 {
		t.Fatalf("dry run %+v, error %v", dry, err)
	}
	out, err := importInto(t, other, text, ImportOptions{Passphrase: passphrase, Audit: &record.AuditEntry{Event: "account.import", Outcome: record.OutcomeSuccess}})
	if err != nil {
		t.Fatal(err)
	}
	if out.Account != w.account.ID || out.Records[record.KindDevice] != 2*importBatch+11 || out.Files != 1 || len(out.Generated)+len(out.Missing) > 0 {
		t.Errorf("imported %+v", out)
	}
	if diff := cmp.Diff(plain(t, w.Store, w.account.ID), plain(t, other, w.account.ID), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("records differ (-exported +imported):\n%s", diff)
	}
	checkIndex(t, other)
	if _, err := other.Blobs().Open(get[*record.AudioClip](other, clipOf(t, other, w.account.ID)).File); err != nil {
		t.Error(err)
	}
	if left := keysWith(t, other, string(importKey(""))); len(left) > 0 {
		t.Errorf("keys left: %q", left)
	}
	page, err := other.AuditEntries(AuditQuery{Account: w.account.ID})
	if err != nil || len(page.Items) != 1 || page.Items[0].Resource != w.account.ID {
		t.Errorf("audit log %+v, error %v", page.Items, err)
	}
}

func clipOf(t *testing.T, s *Store, account record.ID) (id record.ID) {
	t.Helper()
	s.View(func(v *View) {
		Each(v, account, func(c *record.AudioClip) bool { id = c.ID; return false })
	})
	return id
}

func TestImportWithNewIDs(t *testing.T) {
	w := newWorld(t)
	w.movable(3)
	text := w.export(passphrase)
	_, err := importInto(t, w.Store, text, ImportOptions{Passphrase: passphrase, NewIDs: true})
	var clash *ImportError
	if !errors.As(err, &clash) || len(clash.Clashes) < 5 {
		t.Fatalf("import beside the original: %v", err)
	}
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.account.ID, 0) })
	out, err := importInto(t, w.Store, text, ImportOptions{Passphrase: passphrase, NewIDs: true})
	if err != nil || out.Account == w.account.ID {
		t.Fatalf("imported %+v, error %v", out, err)
	}
	a := get[*record.Account](w.Store, out.Account)
	l := get[*record.Location](w.Store, a.MainLocation)
	if l == nil || l.Account != out.Account || l.Name != "Head office" {
		t.Errorf("main location is %+v", l)
	}
	for id, r := range plain(t, w.Store, out.Account) {
		if c, is := r.(*record.Credential); is && (string(c.PasswordSealed) != password || id == w.credential.ID) {
			t.Errorf("credential %+v", c)
		}
	}
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkIndex(t, w.Store)
}

func TestImportWithoutSecrets(t *testing.T) {
	w := newWorld(t)
	w.movable(1)
	other := open(t, t.TempDir())
	out, err := importInto(t, other, w.export(""), ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Generated) != 2 || out.Records[record.KindProvisioning] != 0 {
		t.Errorf("imported %+v", out)
	}
	c := get[*record.Credential](other, w.credential.ID)
	if text, err := other.Unseal(c.ID, FieldPassword, c.PasswordSealed); err != nil || text == password || record.CheckPassword(text) != nil {
		t.Errorf("password %q, error %v", text, err)
	}
	checkIndex(t, other)
}

func TestImportRefuses(t *testing.T) {
	w := newWorld(t)
	w.movable(1)
	text := w.export(passphrase)
	lines := bytes.SplitAfter(text, []byte("\n"))
	without := func(n int) []byte { return bytes.Join(append(append([][]byte{}, lines[:n]...), lines[n+1:]...), nil) }
	cases := map[string]struct {
		text       []byte
		passphrase string
		want       error
	}{
		"nothing":            {nil, passphrase, ErrBadExport},
		"something else":     {[]byte("{\"format\":\"other\"}\n"), passphrase, ErrBadExport},
		"a newer version":    {bytes.Replace(text, []byte(`"version":1`), []byte(`"version":2`), 1), passphrase, ErrBadExport},
		"cut short":          {text[:len(text)/2], passphrase, ErrBadExport},
		"without its end":    {without(len(lines) - 2), passphrase, ErrBadExport},
		"a line lost":        {without(4), passphrase, ErrBadExport},
		"changed":            {bytes.Replace(text, []byte("Head office"), []byte("Head Office"), 1), passphrase, ErrBadExport},
		"more behind":        {append(bytes.Clone(text), "{}\n"...), passphrase, ErrBadExport},
		"no passphrase":      {text, "", ErrPassphrase},
		"another passphrase": {text, "another passphrase", ErrPassphrase},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			other := open(t, t.TempDir())
			if _, err := importInto(t, other, tc.text, ImportOptions{Passphrase: tc.passphrase}); !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if left := keysWith(t, other, prefixRecord); len(left) > 0 {
				t.Errorf("records left: %q", left)
			}
		})
	}
}

// A batch that fails takes the batches before it along, and so does a crash.
func TestImportIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	w.movable(2 * importBatch)
	text := w.export(passphrase)
	dir := t.TempDir()
	other := openWith(t, Config{Dir: dir})
	i := &importer{store: other, opts: ImportOptions{Passphrase: passphrase}, ids: map[record.ID]record.ID{}, out: Imported{Records: map[record.Kind]int{}}}
	if err := errors.Join(i.read(bytes.NewReader(text)), i.build()); err != nil {
		t.Fatal(err)
	}
	last := i.list[len(i.list)-1]
	switch r := last.(type) {
	case *record.Extension:
		r.Number = "911"
	default:
		t.Fatalf("the last record is %T", last)
	}
	if err := i.write(t.Context()); err == nil {
		t.Fatal("an emergency number was imported as an extension")
	}
	if len(other.recordsOf(w.account.ID)) > 0 {
		t.Error("a part of the account is there")
	}
	update(t, other, func(tx *Tx) error {
		a := account()
		return errors.Join(tx.Create(a), tx.markImport(a.ID, true))
	})
	closeStore(t, other)
	other = open(t, dir)
	other.View(func(v *View) {
		if n := Count[*record.Account](v, ""); n != 0 {
			t.Errorf("%d accounts after a crash", n)
		}
	})
	if left := keysWith(t, other, string(importKey(""))); len(left) > 0 {
		t.Errorf("keys left: %q", left)
	}
}

// Every kind either is exported or is known to stay behind, and survives the way through
// JSON with every field it has.
func TestExportOfEveryKind(t *testing.T) {
	kinds := exportKinds()
	stay := map[record.Kind]bool{record.KindPlatform: true, record.KindSession: true, record.KindInvitation: true}
	for _, k := range record.Kinds() {
		if _, exported := kinds[k]; exported == stay[k] {
			t.Errorf("%s: exported %t", k, exported)
		}
	}
	clip := &record.AudioClip{File: blob.Hash{1, 2, 3}, DurationMS: 5}
	b, err := encode(clip)
	if err != nil {
		t.Fatal(err)
	}
	var value map[string]any
	if err := generic().Unmarshal(b, &value); err != nil {
		t.Fatal(err)
	}
	names := maps.Clone(value)
	if _, spelt := spellBytes(value).(map[string]any)["pcmu"].(map[string]any); !spelt || len(names) == 0 {
		t.Errorf("bytes are %v", value["pcmu"])
	}
}

func FuzzImport(f *testing.F) {
	s := openWith(f, Config{Dir: f.TempDir()})
	f.Cleanup(func() { closeStore(f, s) })
	f.Add([]byte("{\"format\":\"dialtone account\",\"version\":1}\n{\"record\":\"account\",\"value\":{\"id\":\"x\"}}\n{\"end\":{}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		i := &importer{store: s, opts: ImportOptions{DryRun: true}, ids: map[record.ID]record.ID{}, out: Imported{Records: map[record.Kind]int{}}}
		if i.read(bytes.NewReader(text)) == nil {
			_ = i.build()
		}
	})
}
