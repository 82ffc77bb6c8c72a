package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"dialtone/internal/seal"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// Errors of an import.
var (
	// ErrBadExport: not an export, cut short, damaged, or of a newer version.
	ErrBadExport = errors.New("not a whole export of an account")
	// ErrPassphrase: the secrets of the export do not open.
	ErrPassphrase = errors.New("the passphrase does not open the export's secrets")
)

const (
	// maxExportLine bounds one line: a file of 10 minutes in base64 with room to spare.
	maxExportLine = 24 << 20
	// maxExportRecords bounds the records of an export.
	maxExportRecords = 1_000_000
	// importBatch is how many records one transaction of an import writes.
	importBatch = 200
)

// ImportOptions say how an account is imported.
type ImportOptions struct {
	// Passphrase opens the secrets, if the export has any.
	Passphrase string
	// Account, if set, is whose export it has to be.
	Account record.ID
	// NewIDs gives every record another identifier.
	NewIDs bool
	// DryRun changes nothing.
	DryRun bool
	// Audit, if set, is written into the account's log.
	Audit *record.AuditEntry
}

// Imported is what an import did, or would do.
type Imported struct {
	Account record.ID           `json:"account" doc:"The account."`
	Name    string              `json:"name" doc:"Its name."`
	Records map[record.Kind]int `json:"records" doc:"How many records of each kind there are."`
	Files   int                 `json:"files" doc:"How many files there are."`
	// Generated and Missing are secrets the export does not have.
	Generated []string      `json:"generated" doc:"Secrets that were not in the export and were made anew."`
	Missing   []string      `json:"missing" doc:"Secrets that were not in the export and have to be set by hand."`
	Clashes   []ImportClash `json:"clashes" doc:"What keeps it from being imported; in a dry run only."`
}

// ImportClash is a record that cannot be imported beside what is there.
type ImportClash struct {
	Record string `json:"record" doc:"Kind and name of the record."`
	Field  string `json:"field" doc:"What clashes."`
	Detail string `json:"detail" doc:"Why."`
}

// ImportError lists all clashes of an import of which nothing was done.
type ImportError struct{ Clashes []ImportClash }

// Error names the first clash and how many there are.
func (e *ImportError) Error() string {
	first := e.Clashes[0]
	text := fmt.Sprintf("%s: %s %s", first.Record, first.Field, first.Detail)
	if n := len(e.Clashes) - 1; n > 0 {
		text += fmt.Sprintf("; and %d more", n)
	}
	return text
}

// importer reads an export.
type importer struct {
	store *Store
	opts  ImportOptions
	head  exportHead
	box   *seal.Box // nil: without secrets
	raw   []exportRecord
	ids   map[record.ID]record.ID
	list  []record.Record
	out   Imported
}

// ImportAccount makes an account of an export: all of it or nothing. The errors are
// ErrBadExport, ErrPassphrase, *ImportError, or those of Create.
//
// Records beyond the first 200 are written in further transactions, so a large account
// appears by and by; if one of them fails the account is deleted again, after a crash
// when the store is next opened.
func (s *Store) ImportAccount(ctx context.Context, in io.Reader, o ImportOptions) (*Imported, error) {
	i := &importer{store: s, opts: o, ids: map[record.ID]record.ID{}}
	i.out = Imported{Records: map[record.Kind]int{}, Generated: []string{}, Missing: []string{}, Clashes: []ImportClash{}}
	if err := i.read(in); err != nil {
		return nil, err
	}
	if err := i.build(); err != nil {
		return nil, err
	}
	clashes, err := i.clashes()
	if err != nil {
		return nil, err
	}
	switch {
	case o.DryRun:
		i.out.Clashes = clashes
		return &i.out, nil
	case len(clashes) > 0:
		return nil, &ImportError{clashes}
	}
	return &i.out, i.write(ctx)
}

// read takes the lines apart and keeps the files.
func (i *importer) read(in io.Reader) error {
	r := bufio.NewReaderSize(in, 64<<10)
	sum := sha256.New()
	for n := 0; ; n++ {
		line, err := readLine(r)
		if err != nil {
			return err
		}
		if n == 0 {
			if err := i.readHead(line); err != nil {
				return err
			}
			sum.Write(line)
			continue
		}
		var one struct {
			exportRecord
			exportFile
			exportEnd
		}
		if err := unmarshalNumbers(line, &one); err != nil {
			return fmt.Errorf("%w: line %d: %w", ErrBadExport, n+1, err)
		}
		switch {
		case one.End != nil:
			return i.readEnd(r, *one.End, hex.EncodeToString(sum.Sum(nil)))
		case one.Kind != "":
			if len(i.raw) == maxExportRecords {
				return fmt.Errorf("%w: more than %d records", ErrBadExport, maxExportRecords)
			}
			i.raw = append(i.raw, one.exportRecord)
		default:
			if err := i.readFile(one.exportFile); err != nil {
				return err
			}
		}
		sum.Write(line)
	}
}

// readLine is the next line with its end.
func readLine(r *bufio.Reader) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxExportLine:
			return nil, fmt.Errorf("%w: a line is too long", ErrBadExport)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%w: it is cut short", ErrBadExport)
		}
		return line, err
	}
}

func (i *importer) readHead(line []byte) error {
	if err := json.Unmarshal(line, &i.head); err != nil || i.head.Format != exportFormat {
		return fmt.Errorf("%w: it does not begin as one", ErrBadExport)
	}
	if i.head.Version > exportVersion {
		return fmt.Errorf("%w: version %d is newer than this daemon's, %d", ErrBadExport, i.head.Version, exportVersion)
	}
	if want := i.opts.Account; want != "" && want != i.head.Account {
		return fmt.Errorf("%w: it is of account %q, not of %q", ErrBadExport, i.head.Account, want)
	}
	k := i.head.Key
	if k == nil {
		return nil
	}
	if i.opts.Passphrase == "" {
		return fmt.Errorf("%w: it has secrets, and no passphrase was given", ErrPassphrase)
	}
	const mostTime, mostMemory, mostThreads = 10, 256 << 10, 8
	if k.Time < 1 || k.Time > mostTime || k.Memory > mostMemory || k.Threads < 1 || k.Threads > mostThreads {
		return fmt.Errorf("%w: the key takes too much to derive", ErrBadExport)
	}
	var err error
	i.box, err = k.box(i.opts.Passphrase)
	return err
}

// readFile keeps a file. If the import fails no record names it, and the sweep deletes it.
func (i *importer) readFile(f exportFile) error {
	if sha256.Sum256(f.Data) != f.Hash {
		return fmt.Errorf("%w: file %s is damaged", ErrBadExport, f.Hash)
	}
	i.out.Files++
	if i.opts.DryRun {
		return nil
	}
	_, _, err := i.store.blobs.Put(bytes.NewReader(f.Data), int64(len(f.Data)))
	return err
}

func (i *importer) readEnd(r *bufio.Reader, end exportSum, sum string) error {
	if end.Records != len(i.raw) || end.Files != i.out.Files || end.SHA256 != sum {
		return fmt.Errorf("%w: it has been changed or has lost lines", ErrBadExport)
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is more behind its end", ErrBadExport)
	}
	return nil
}

// build makes records of the lines.
func (i *importer) build() error {
	kinds := exportKinds()
	for n := range i.raw {
		one := &i.raw[n]
		id, _ := one.Value["id"].(string)
		if _, known := kinds[one.Kind]; !known || record.ID(id).Kind() != one.Kind || i.ids[record.ID(id)] != "" {
			return fmt.Errorf("%w: there may be no %s %q in it", ErrBadExport, one.Kind, id)
		}
		i.ids[record.ID(id)] = record.ID(id)
		if i.opts.NewIDs {
			i.ids[record.ID(id)] = record.NewID(one.Kind, i.store.now())
		}
	}
	i.out.Account, i.out.Name = i.ids[i.head.Account], i.head.Name
	if i.head.Account.Kind() != record.KindAccount || i.out.Account == "" {
		return fmt.Errorf("%w: the account itself is missing", ErrBadExport)
	}
	for n := range i.raw {
		r, err := i.record(&i.raw[n])
		if err != nil {
			return err
		}
		i.list = append(i.list, r)
		i.out.Records[r.Kind()]++
	}
	slices.SortStableFunc(i.list, byKind())
	if i.list[0].Header().ID != i.out.Account || len(i.list) > 1 && i.list[1].Kind() == record.KindAccount {
		return fmt.Errorf("%w: there must be one account in it", ErrBadExport)
	}
	return nil
}

func (i *importer) record(one *exportRecord) (record.Record, error) {
	old, _ := one.Value["id"].(string)
	bad := func(err error) error { return fmt.Errorf("%w: %s %q: %w", ErrBadExport, one.Kind, old, err) }
	value, err := i.readBytes(one.Value)
	if err != nil {
		return nil, bad(err)
	}
	members := value.(map[string]any)
	id := i.ids[record.ID(old)]
	if err := i.secrets(one, record.ID(old), id, members); err != nil {
		return nil, err
	}
	b, err := encode(members)
	if err != nil {
		return nil, bad(err)
	}
	r, err := decodeRecord(id, b)
	if err != nil {
		return nil, bad(err)
	}
	if m, is := r.(*record.Manager); is {
		m.Administrator = false // nobody rules this daemon for what a file says
	}
	h := r.Header()
	h.Revision = 0
	if h.ID != id || one.Kind != record.KindAccount && h.Account != i.out.Account {
		return nil, bad(errors.New("it is another account's"))
	}
	return r, nil
}

// secrets seals the record's secrets for this daemon, and makes those it cannot be without.
func (i *importer) secrets(one *exportRecord, old, id record.ID, members map[string]any) error {
	for name, field := range sealedFields(one.Kind) {
		secret := ""
		switch sealed, has := one.Secrets[name]; {
		case has && i.box != nil:
			text, err := i.box.Open(nil, sealed, seal.Context(string(old), name))
			if err != nil {
				return ErrPassphrase
			}
			secret = string(text)
		case i.box == nil:
			secret = i.without(one, name)
		}
		delete(members, name)
		if secret != "" {
			members[name] = i.store.Seal(id, field, secret)
		}
	}
	return nil
}

// without makes a secret the export has left out, or tells that it is missing.
func (i *importer) without(one *exportRecord, name string) string {
	told := describeRaw(one) + ": " + name
	switch one.Kind {
	case record.KindCredential, record.KindAccount:
		if user, _ := one.Value["provision_user"].(string); name == "provision_password" && user == "" {
			return ""
		}
		i.out.Generated = append(i.out.Generated, told)
		return NewPassword(record.GeneratedPassword)
	case record.KindWebhook:
		i.out.Generated = append(i.out.Generated, told)
		return record.WebhookSecretPrefix + NewToken()
	case record.KindProviderAccount:
		i.out.Missing = append(i.out.Missing, told)
	}
	return ""
}

func describeRaw(one *exportRecord) string {
	for _, name := range []string{"username", "name", "url"} {
		if text, _ := one.Value[name].(string); text != "" {
			return string(one.Kind) + " " + text
		}
	}
	return string(one.Kind)
}

// readBytes undoes spellBytes, reads numbers, and puts the new identifiers in the place of
// the old ones wherever they stand.
func (i *importer) readBytes(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		return v.Float64()
	case string:
		if id, known := i.ids[record.ID(v)]; known {
			return string(id), nil
		}
	case []any:
		out := make([]any, len(v))
		for n, e := range v {
			var err error
			if out[n], err = i.readBytes(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if text, is := v[bytesMember].(string); is && len(v) == 1 {
			return base64.StdEncoding.DecodeString(text)
		}
		out := make(map[string]any, len(v))
		for name, e := range v {
			value, err := i.readBytes(e)
			if err != nil {
				return nil, err
			}
			if id, known := i.ids[record.ID(name)]; known {
				name = string(id)
			}
			out[name] = value
		}
		return out, nil
	}
	return v, nil
}

// maxClashes bounds the clashes that are listed.
const maxClashes = 100

// clashes looks for identifiers and unique values that are there already, and for files
// that are missing.
func (i *importer) clashes() (found []ImportClash, err error) {
	err = i.store.engine.View(func(r kv.Reader) error {
		tx := newTx(i.store, &readOnly{r}, 0)
		for _, one := range i.list {
			if len(found) >= maxClashes {
				return nil
			}
			more, err := tx.clashes(one)
			if err != nil {
				return err
			}
			found = append(found, more...)
		}
		return nil
	})
	return found, err
}

func (tx *Tx) clashes(r record.Record) (found []ImportClash, err error) {
	id := r.Header().ID
	add := func(field, detail string) { found = append(found, ImportClash{describe(r), field, detail}) }
	keys := [][]byte{recordKey(id)}
	if r.Kind() == record.KindAccount {
		keys = append(keys, tombstoneKey(id))
	}
	for _, key := range keys {
		there, err := tx.buf.Has(key)
		if err != nil {
			return nil, err
		}
		if there {
			add("id", "is there already; import with new identifiers")
			break
		}
	}
	for _, u := range r.Unique() {
		owner, err := tx.owner(uniqueKey(u), id)
		if err != nil {
			return nil, err
		}
		if owner != nil {
			add(u.Field, "is taken")
		}
	}
	return found, nil
}

// readOnly is a transaction nothing is written to.
type readOnly struct{ kv.Reader }

func (*readOnly) Put([]byte, []byte) error { return errors.New("cannot write to a snapshot") }
func (*readOnly) Delete([]byte) error      { return errors.New("cannot write to a snapshot") }

// write creates the records, batch by batch.
func (i *importer) write(ctx context.Context) error {
	arriving := make(map[record.ID]record.Record, len(i.list))
	for _, r := range i.list {
		arriving[r.Header().ID] = r
	}
	for from := 0; from < len(i.list); from += importBatch {
		end := min(from+importBatch, len(i.list))
		err := i.store.Update(ctx, func(tx *Tx) error {
			tx.arriving = arriving
			if err := tx.markImport(i.out.Account, end < len(i.list)); err != nil {
				return err
			}
			for _, r := range i.list[from:end] {
				if err := tx.Create(r.Clone()); err != nil {
					return fmt.Errorf("cannot import %s: %w", describe(r), err)
				}
			}
			if e := i.opts.Audit; e != nil && end == len(i.list) {
				e.Resource = i.out.Account
				return tx.Audit(i.out.Account, *e)
			}
			return nil
		})
		if err != nil {
			if from > 0 {
				err = errors.Join(err, i.store.undoImport(context.WithoutCancel(ctx), i.out.Account))
			}
			return err
		}
	}
	return nil
}

// markImport notes that an account is being imported, or no longer.
func (tx *Tx) markImport(account record.ID, unfinished bool) error {
	if unfinished {
		return tx.buf.Put(importKey(account), []byte{})
	}
	return tx.buf.Delete(importKey(account))
}

// undoImport deletes an account that was not imported to its end.
func (s *Store) undoImport(ctx context.Context, account record.ID) error {
	return s.Update(ctx, func(tx *Tx) error {
		if err := tx.Delete(account, 0); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return tx.buf.Delete(importKey(account))
	})
}

// undoImports deletes accounts whose import a crash has cut short.
func (s *Store) undoImports() error {
	var accounts []record.ID
	prefix := importKey("")
	err := s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			accounts = append(accounts, record.ID(key[len(prefix):]))
			return true, nil
		})
	})
	for _, account := range accounts {
		if err == nil {
			s.log.Warn("deleting an account whose import was cut short", "account", account)
			err = s.undoImport(context.Background(), account)
		}
	}
	return err
}
