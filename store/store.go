package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/internal/seal"
	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/kv/badger"
	"dialtone/store/record"
)

// Names inside the data folder.
const (
	recordsDir  = "records"
	bindingsDir = "bindings"
	blobsDir    = "blobs"
	keyFile     = "secret.key"
)

// blobReserve is what files leave free on the disk for the records, in bytes.
const blobReserve = 64 << 20

// FieldPassword and its like name a sealed field of a record.
const (
	FieldPassword      = "password"
	FieldAdminPassword = "phone_admin_password"
	FieldHTTPPassword  = "provision_password"
	FieldToken         = "token"
	FieldCredentials   = "credentials"
	FieldTrunkPassword = "trunk_password"
	FieldWebhookSecret = "secret"
)

// Config says where a store is and how long it keeps things.
type Config struct {
	// Dir is the data folder; it is created (mode 0700) when missing.
	Dir       string
	Retention Retention
	Log       *slog.Logger
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

// Store keeps the records of one daemon.
type Store struct {
	dir       string
	log       *slog.Logger
	now       func() time.Time
	retention Retention
	box       *seal.Box
	keys      []byte // what other keys are derived from
	deviceURL []byte // key device tokens are derived with
	engine    kv.Engine
	bindings  *Bindings
	blobs     *blob.Store
	index     *index
	view      View // of index, so that no View allocates
	feed      *feed
	outbox    *outboxFeed
	metrics   *metrics
	committer *committer
	sweeper   *sweeper
	notes     *notes
	uses      *Queue[use]
	backups   sync.RWMutex // held for reading by a backup: no file may be swept
}

// Open opens the data folder, making it when there is none, and loads the index.
// ErrNewerFormat and kv.ErrLocked are told apart from damage.
func Open(cfg Config) (_ *Store, err error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Store{
		dir: cfg.Dir, log: cfg.Log, now: cfg.Now, retention: cfg.Retention.withDefaults(),
		feed: &feed{}, outbox: newOutboxFeed(cfg.Registerer), metrics: newMetrics(cfg.Registerer),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.closeFiles())
		}
	}()
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create data folder: %w", err)
	}
	if err := checkRestored(cfg.Dir); err != nil {
		return nil, err
	}
	if err := s.openSecrets(); err != nil {
		return nil, err
	}
	records, err := badger.Open(badger.Options{Dir: filepath.Join(cfg.Dir, recordsDir), Logger: cfg.Log})
	if err != nil {
		return nil, fmt.Errorf("cannot open records: %w", err)
	}
	s.engine = records
	if s.bindings, err = openBindings(filepath.Join(cfg.Dir, bindingsDir), cfg.Log); err != nil {
		return nil, fmt.Errorf("cannot open bindings: %w", err)
	}
	if s.blobs, err = blob.New(blob.Options{Dir: filepath.Join(cfg.Dir, blobsDir), Reserve: blobReserve}); err != nil {
		return nil, err
	}
	if err := migrate(s.engine, recordsFormat, recordMigrations(), s.log); err != nil {
		return nil, err
	}
	if err := errors.Join(s.load(), s.outbox.load(s.engine)); err != nil {
		return nil, err
	}
	s.committer, s.sweeper = newCommitter(s), newSweeper(s)
	go s.committer.run()
	s.sweeper.start()
	s.notes, s.uses = newNotes(s), newUses(s)
	if err := s.undoImports(); err != nil {
		s.log.Error("cannot delete an account whose import was cut short", "err", err)
	}
	return s, nil
}

func (s *Store) openSecrets() (err error) {
	if s.box, err = seal.Open(filepath.Join(s.dir, keyFile)); err != nil {
		return fmt.Errorf("cannot open the key of the secrets: %w", err)
	}
	if s.keys, err = s.box.Key("derived keys"); err != nil {
		return err
	}
	s.deviceURL = s.Key("device provisioning url")
	s.index = newIndex(s.Unseal, s.deviceDigest)
	s.view = View{s.index}
	return nil
}

// Close finishes the waiting writes and closes the files. The queues made with NewQueue
// must be closed before.
func (s *Store) Close() error {
	s.sweeper.close()
	s.notes.queue.Close()
	s.uses.Close()
	s.committer.close()
	s.feed.close()
	s.outbox.close()
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var errs []error
	if s.bindings != nil {
		errs = append(errs, s.bindings.close())
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Close())
	}
	return errors.Join(errs...)
}

// Update runs fn in a transaction and returns when what it wrote is on disk and in
// the index: a reader who comes after sees it. Errors of fn come back as they are;
// then nothing is written. Other errors: ErrNoSpace, ErrOverloaded, ErrClosed, ctx's.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	return s.committer.submit(ctx, false, fn)
}

// UpdateUrgent is Update ahead of everything that waits in the normal lane: for
// emergency calls and fax pages.
func (s *Store) UpdateUrgent(ctx context.Context, fn func(*Tx) error) error {
	return s.committer.submit(ctx, true, fn)
}

// Subscribe gives the changes from now on. limit bounds how many may wait before
// the subscriber is told to resync.
func (s *Store) Subscribe(limit int) *Subscription { return s.feed.subscribe(limit) }

// Bindings is the engine of the registrar.
func (s *Store) Bindings() *Bindings { return s.bindings }

// Blobs keeps files.
func (s *Store) Blobs() *blob.Store { return s.blobs }

// load fills the index from the engine.
func (s *Store) load() error {
	return s.engine.View(func(r kv.Reader) error {
		dead := map[record.ID]bool{}
		err := r.Scan(kv.Range{Prefix: []byte(prefixTombstone), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			dead[record.ID(key[len(prefixTombstone):])] = true
			return true, nil
		})
		if err != nil {
			return fmt.Errorf("cannot load tombstones: %w", err)
		}
		revision, err := r.Get(keyRevision)
		if err != nil && !errors.Is(err, kv.ErrNotFound) {
			return fmt.Errorf("cannot load revision: %w", err)
		}
		changes, err := loadRecords(r, dead)
		if err != nil {
			return err
		}
		states, err := loadStates(r)
		if err != nil {
			return err
		}
		s.index.records = make(map[record.ID]record.Record, len(changes))
		s.index.apply(beUint64(revision), changes, states)
		return nil
	})
}

func loadRecords(r kv.Reader, dead map[record.ID]bool) ([]Change, error) {
	var changes []Change
	known := words{}
	err := r.Scan(kv.Range{Prefix: []byte(prefixRecord)}, func(key, value []byte) (bool, error) {
		rec, err := decodeRecord(record.ID(key[len(prefixRecord):]), value)
		if err == nil && !dead[accountOf(rec)] {
			known.share(rec)
			changes = append(changes, Change{After: rec})
		}
		return true, err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot load records: %w", err)
	}
	return changes, nil
}

func loadStates(r kv.Reader) ([]stateChange, error) {
	var states []stateChange
	err := r.Scan(kv.Range{Prefix: []byte(prefixState)}, func(key, value []byte) (bool, error) {
		state := &record.DeviceState{}
		err := decode(value, state)
		states = append(states, stateChange{record.ID(key[len(prefixState):]), state})
		return true, err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot load device states: %w", err)
	}
	return states, nil
}
