package store

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/crypto/argon2"

	"dialtone/internal/seal"
	"dialtone/store/blob"
	"dialtone/store/record"
)

// An exported account is a file of lines, each a JSON object: a head (exportHead), the
// records in an order in which each comes after most it refers to (exportRecord), the
// files they name (exportFile), and an end that tells whether all of it is there
// (exportEnd). Histories, live facts, sessions and invitations stay behind.
const (
	exportFormat  = "dialtone account"
	exportVersion = 1
)

// MinPassphrase is the shortest passphrase secrets are exported under, in characters.
const MinPassphrase = 12

type exportHead struct {
	Format     string     `json:"format"`
	Version    int        `json:"version"`
	Account    record.ID  `json:"account"`
	Name       string     `json:"name"`
	ExportedAt time.Time  `json:"exported_at"`
	Daemon     string     `json:"daemon"`
	Key        *exportKey `json:"key"` // null: without secrets
}

// exportKey is how the key of the secrets follows from the passphrase: Argon2id (RFC 9106).
type exportKey struct {
	Salt    []byte `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// exportRecord is one record by its storage names. Bytes are {"$bytes": base64}.
type exportRecord struct {
	Kind  record.Kind    `json:"record"`
	Value map[string]any `json:"value"`
	// Secrets are sealed under the passphrase, by storage name.
	Secrets map[string][]byte `json:"secrets,omitempty"`
}

type exportFile struct {
	Hash blob.Hash `json:"file"`
	Data []byte    `json:"data"`
}

type exportEnd struct {
	End *exportSum `json:"end"`
}

// exportSum is of all lines before.
type exportSum struct {
	Records int    `json:"records"`
	Files   int    `json:"files"`
	SHA256  string `json:"sha256"`
}

// ExportOptions say what of an account is exported.
type ExportOptions struct {
	// Passphrase seals passwords, tokens and carriers' credentials into the file; without
	// one they are left out, and API keys, logins and the provisioning URL with them.
	Passphrase string
	// NoLogins leaves the logins out in any case: whoever knows the passphrase reads what
	// people's passwords hash to.
	NoLogins bool
	// Daemon is the version that exports.
	Daemon string

	memory uint32 // that deriving the key takes, in KiB; 0 for exportMemory
}

// exportMemory is what deriving the key of the secrets takes, in KiB.
const exportMemory = 64 << 10

// exportKinds are the kinds of record an export has; the value says that a kind is
// nothing without its secrets.
func exportKinds() map[record.Kind]bool {
	kinds := map[record.Kind]bool{}
	for _, k := range record.Kinds() {
		switch k {
		case record.KindPlatform, record.KindSession, record.KindInvitation:
		case record.KindProvisioning, record.KindAPIKey, record.KindLogin:
			kinds[k] = true
		default:
			kinds[k] = false
		}
	}
	return kinds
}

// sealedFields are the fields of a kind that are sealed, by storage name, and the name
// they are sealed under.
func sealedFields(k record.Kind) map[string]string {
	switch k {
	case record.KindAccount:
		return map[string]string{"phone_admin_password": FieldAdminPassword, "provision_password": FieldHTTPPassword}
	case record.KindCredential:
		return map[string]string{"password": FieldPassword}
	case record.KindProviderAccount:
		return map[string]string{"credentials": FieldCredentials, "trunk_password": FieldTrunkPassword}
	case record.KindProvisioning:
		return map[string]string{"sealed": FieldToken}
	case record.KindWebhook:
		return map[string]string{"secret": FieldWebhookSecret}
	case record.KindLogin:
		return map[string]string{"hash": FieldPassword}
	}
	return nil
}

// generic reads any record's storage form; maps have text for keys.
var generic = sync.OnceValue(func() cbor.DecMode {
	mode, err := cbor.DecOptions{DefaultMapType: reflect.TypeFor[map[string]any](), MaxArrayElements: 1 << 20, UTF8: cbor.UTF8DecodeInvalid}.DecMode()
	if err != nil {
		panic(err) // the options above are constants
	}
	return mode
})

// exporter writes the lines of one export.
type exporter struct {
	store *Store
	w     *bufio.Writer
	hash  hash.Hash
	box   *seal.Box // nil: without secrets
	sum   exportSum
}

// ExportAccount writes everything an account consists of.
func (s *Store) ExportAccount(account record.ID, o ExportOptions, w io.Writer) error {
	list := s.recordsOf(account)
	if len(list) == 0 {
		return ErrNotFound
	}
	if o.NoLogins {
		list = slices.DeleteFunc(list, func(r record.Record) bool { return r.Kind() == record.KindLogin })
	}
	e := &exporter{store: s, w: bufio.NewWriter(w), hash: sha256.New()}
	head := exportHead{
		Format: exportFormat, Version: exportVersion, Account: account, Name: list[0].(*record.Account).Name,
		ExportedAt: s.now().UTC().Truncate(time.Second), Daemon: o.Daemon,
	}
	if o.Passphrase != "" {
		head.Key = &exportKey{Salt: make([]byte, 16), Time: 3, Memory: cmp.Or(o.memory, exportMemory), Threads: 2}
		rand.Read(head.Key.Salt) // never fails (crypto/rand)
		var err error
		if e.box, err = head.Key.box(o.Passphrase); err != nil {
			return err
		}
	}
	if err := e.line(head); err != nil {
		return err
	}
	if err := e.records(list); err != nil {
		return fmt.Errorf("cannot export account %q: %w", account, err)
	}
	e.sum.SHA256 = hex.EncodeToString(e.hash.Sum(nil))
	if err := e.line(exportEnd{&e.sum}); err != nil {
		return err
	}
	return e.w.Flush()
}

func (k *exportKey) box(passphrase string) (*seal.Box, error) {
	return seal.New([seal.KeySize]byte(argon2.IDKey([]byte(passphrase), k.Salt, k.Time, k.Memory, k.Threads, seal.KeySize)))
}

// recordsOf are an account's records that are exported, itself first.
func (s *Store) recordsOf(account record.ID) (list []record.Record) {
	kinds := exportKinds()
	s.View(func(v *View) {
		for _, r := range v.x.records {
			if _, exported := kinds[r.Kind()]; exported && accountOf(r) == account {
				list = append(list, r)
			}
		}
	})
	slices.SortFunc(list, byKind())
	return list
}

// byKind puts records behind most of those they refer to.
func byKind() func(a, b record.Record) int {
	order := map[record.Kind]int{}
	for i, k := range record.Kinds() {
		order[k] = i
	}
	return func(a, b record.Record) int {
		return cmp.Or(order[a.Kind()]-order[b.Kind()], cmp.Compare(a.Header().ID, b.Header().ID))
	}
}

func (e *exporter) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	e.hash.Write(text)
	_, err = e.w.Write(text)
	return err
}

func (e *exporter) records(list []record.Record) error {
	files := map[blob.Hash]bool{}
	secret := exportKinds()
	for _, r := range list {
		if secret[r.Kind()] && e.box == nil {
			continue
		}
		one, err := e.record(r)
		if err != nil {
			return err
		}
		if err := e.line(one); err != nil {
			return err
		}
		e.sum.Records++
		if clip, is := r.(*record.AudioClip); is {
			for _, h := range clip.Files() {
				files[h] = true
			}
		}
	}
	for _, h := range slices.SortedFunc(maps.Keys(files), func(a, b blob.Hash) int { return slices.Compare(a[:], b[:]) }) {
		if err := e.file(h); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) record(r record.Record) (*exportRecord, error) {
	b, err := encode(r)
	if err != nil {
		return nil, err
	}
	one := &exportRecord{Kind: r.Kind(), Secrets: map[string][]byte{}}
	if err := generic().Unmarshal(b, &one.Value); err != nil {
		return nil, err
	}
	delete(one.Value, "administrator") // of the daemon it comes from
	id := r.Header().ID
	for name, field := range sealedFields(r.Kind()) {
		sealed, _ := one.Value[name].([]byte)
		delete(one.Value, name)
		if len(sealed) == 0 || e.box == nil {
			continue
		}
		secret, err := e.store.Unseal(id, field, sealed)
		if err != nil {
			return nil, err
		}
		one.Secrets[name] = e.box.Seal(nil, []byte(secret), seal.Context(string(id), name))
	}
	one.Value = spellBytes(one.Value).(map[string]any)
	return one, nil
}

func (e *exporter) file(h blob.Hash) error {
	f, err := e.store.blobs.Open(h)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("cannot read file %s: %w", h, err)
	}
	e.sum.Files++
	return e.line(exportFile{h, data})
}

// bytesMember marks bytes in JSON.
const bytesMember = "$bytes"

// spellBytes replaces bytes by objects that JSON can carry.
func spellBytes(v any) any {
	switch v := v.(type) {
	case []byte:
		return map[string]any{bytesMember: base64.StdEncoding.EncodeToString(v)}
	case map[string]any:
		for name, e := range v {
			v[name] = spellBytes(e)
		}
	case []any:
		for i, e := range v {
			v[i] = spellBytes(e)
		}
	}
	return v
}
