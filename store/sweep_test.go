package store

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dialtone/store/blob"
	"dialtone/store/record"
)

// A deleted account is gone at once for readers, gives back its names at once, and is
// swept without a trace, while other accounts keep everything.
func TestAccountDeletion(t *testing.T) {
	w := newWorld(t)
	o := w.open(2)
	for _, of := range []office{w.office, o} {
		audit(t, w.Store, of.account.ID, record.AuditEntry{Event: "account.read"})
		appendEvents(t, w.Store, record.ProvisioningEvent{Account: of.account.ID, Device: of.device.ID, File: "a"})
		fail(t, w.Store, record.RegistrationFailure{Account: of.account.ID, AOR: "ann@x", Cause: "disabled"})
		call := aCall(of.account.ID, 1, func(c *record.CallRecord) { c.CallID = record.NewCallID(time.Now()) })
		appendCalls(t, w.Store, call)
		update(t, w.Store, func(tx *Tx) error {
			if err := tx.PutCallTrace(of.account.ID, call.CallID, record.CallTrace{}); err != nil {
				return err
			}
			if err := tx.PutUnknownMAC(record.UnknownMAC{Account: of.account.ID, MAC: "805ec0999999"}); err != nil {
				return err
			}
			if err := tx.PutUpload(of.device.ID, of.account.ID, "local", blob.Hash{1}, 1, tx.Now()); err != nil {
				return err
			}
			return tx.PutState(of.device.ID, of.account.ID, func(d *record.DeviceState) { d.LastIP = "192.0.2.1" })
		})
	}
	keysOfOther := keysAbout(t, w.Store, o)
	sub := w.Subscribe(10)
	defer sub.Close()

	// The sweep must not come in between.
	<-w.sweeper.turn
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.account.ID, 0) })
	checkIndex(t, w.Store)
	for _, id := range []record.ID{w.account.ID, w.device.ID, w.credential.ID, w.user.ID} {
		err := w.Update(t.Context(), func(tx *Tx) error { return tx.Delete(id, 0) })
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("deleting %s of a deleted account: error %v, want %v", id, err, ErrNotFound)
		}
	}
	if changes, _, err := sub.Next(t.Context()); err != nil || len(changes) != 1 {
		t.Errorf("%d changes published, error %v; want the account alone", len(changes), err)
	}
	var again office
	update(t, w.Store, func(tx *Tx) (err error) { // same names, same MAC
		again, err = found(tx, 1)
		return err
	})
	checkIndex(t, w.Store)
	w.sweeper.turn <- struct{}{}

	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkIndex(t, w.Store)
	for _, key := range keysWith(t, w.Store, "") {
		for _, id := range []record.ID{w.account.ID, w.device.ID, w.user.ID, w.credential.ID} {
			if strings.Contains(key, string(id)) {
				t.Errorf("key %q is left", key)
			}
		}
	}
	if got := keysAbout(t, w.Store, o); got != keysOfOther {
		t.Errorf("the other account's keys changed from\n%s\nto\n%s", keysOfOther, got)
	}
	if get[*record.Device](w.Store, again.device.ID) == nil {
		t.Error("the account of the same names lost its device")
	}
}

// keysAbout lists the keys that name a record of an office.
func keysAbout(t *testing.T, s *Store, o office) string {
	var about []string
	for _, key := range keysWith(t, s, "") {
		for _, id := range []record.ID{o.account.ID, o.device.ID, o.user.ID, o.credential.ID} {
			if strings.Contains(key, string(id)) {
				about = append(about, fmt.Sprintf("%q", key))
				break
			}
		}
	}
	return strings.Join(about, "\n")
}

// More than one transaction's worth goes too.
func TestSweepLargeAccount(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		update(t, w.Store, func(tx *Tx) error {
			for j := range sweepRecords {
				if err := tx.Create(phone(w.account.ID, fmt.Sprintf("805ec1%02x%04x", i, j))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for range 3 {
		update(t, w.Store, func(tx *Tx) error {
			for range sweepWrites {
				if err := tx.Audit(w.account.ID, record.AuditEntry{Event: "account.read"}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.account.ID, 0) })
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{prefixRecord, prefixUnique, prefixReferrer, prefixAudit, prefixAuditHead, prefixColumn, prefixHistory, prefixTombstone, prefixErased} {
		if keys := keysWith(t, w.Store, prefix); len(keys) > 0 {
			t.Errorf("%d keys left, such as %q", len(keys), keys[0])
		}
	}
}

// A deletion that a crash kept from being swept is hidden after a restart, and swept.
func TestTombstoneAfterRestart(t *testing.T) {
	dir := t.TempDir()
	s := openWith(t, Config{Dir: dir})
	w := &world{Store: s, t: t}
	w.office = w.open(1)
	<-s.sweeper.turn
	update(t, s, func(tx *Tx) error { return tx.Delete(w.account.ID, 0) })
	s.sweeper.turn <- struct{}{}
	s.sweeper.cancel()
	closeStore(t, s)
	s = open(t, dir)
	if get[*record.Device](s, w.device.ID) != nil {
		t.Error("a device of the deleted account is back")
	}
	eventually(t, func() bool { return len(keysWith(t, s, prefixTombstone)) == 0 })
	checkIndex(t, s)
}

func TestOldTokenExpires(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{})
	var o office
	update(t, s, func(tx *Tx) (err error) {
		o, err = found(tx, 1)
		return err
	})
	old := o.token.Digest
	o.token.Old = &record.OldToken{Digest: old, Expires: c.Now().Add(time.Hour)}
	o.token.Digest = record.DigestToken([]byte("new"))
	update(t, s, func(tx *Tx) error { return tx.Replace(o.token, 0) })
	opens := func() (ok bool) {
		s.View(func(v *View) { _, ok = v.Token(old, c.Now()) })
		return ok
	}
	if !opens() {
		t.Error("the old token does not open in its time")
	}
	c.advance(time.Hour)
	if opens() {
		t.Error("the old token opens after its time")
	}
	sub := s.Subscribe(10)
	defer sub.Close()
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	changes, _, err := sub.Next(t.Context())
	if err != nil || len(changes) != 1 || changes[0].After.(*record.Provisioning).Old != nil {
		t.Errorf("changes %v, error %v; want the token without its old one", changes, err)
	}
	checkIndex(t, s)
}

func TestReplay(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{})
	want := Replay{RequestHash: [32]byte{1}, Status: 201, Sealed: []byte("body")}
	update(t, s, func(tx *Tx) error { return tx.Remember("key_1", "a", want) })
	replayed := func(owner, key string) (r *Replay, ok bool) {
		update(t, s, func(tx *Tx) (err error) {
			r, ok, err = tx.Replayed(owner, key)
			return err
		})
		return r, ok
	}
	if r, ok := replayed("key_1", "a"); !ok || r.Status != 201 || string(r.Sealed) != "body" || r.RequestHash != want.RequestHash {
		t.Errorf("replay %+v, %v", r, ok)
	}
	for _, k := range [][2]string{{"key_2", "a"}, {"key_1", "b"}, {"key_1a", ""}} {
		if _, ok := replayed(k[0], k[1]); ok {
			t.Errorf("%q has an answer that is not its own", k)
		}
	}
	c.advance(12 * time.Hour)
	update(t, s, func(tx *Tx) error { return tx.Remember("key_1", "b", want) })
	c.advance(12 * time.Hour)
	if _, ok := replayed("key_1", "a"); ok {
		t.Error("the answer is given after its time")
	}
	update(t, s, func(tx *Tx) error { return tx.Remember("key_1", "a", want) }) // used again
	c.advance(12 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := replayed("key_1", "a"); !ok {
		t.Error("the newer answer was swept with the older one")
	}
	if keys := append(keysWith(t, s, prefixReplay), keysWith(t, s, prefixExpiry)...); len(keys) != 2 {
		t.Errorf("keys %q, want those of one answer", keys)
	}
}

func TestUploads(t *testing.T) {
	c := newClock()
	c.advance(time.Since(c.Now())) // files have the system's time
	s := openAt(t, c, Retention{})
	var o office
	update(t, s, func(tx *Tx) (err error) {
		o, err = found(tx, 1)
		return err
	})
	upload := func(kind, content string) blob.Hash {
		t.Helper()
		h, size, err := s.Blobs().Put(strings.NewReader(content), 1000)
		if err != nil {
			t.Fatal(err)
		}
		update(t, s, func(tx *Tx) error { return tx.PutUpload(o.device.ID, o.account.ID, kind, h, size, tx.Now()) })
		return h
	}
	var files []blob.Hash
	for i := range 5 {
		files = append(files, upload("local", fmt.Sprint("local ", i)))
	}
	contacts := upload("contacts", "contacts")
	list, err := s.Uploads(o.device.ID)
	if err != nil || len(list) != 4 || list[0].Blob != contacts || list[1].Blob != files[4] || list[3].Blob != files[2] {
		t.Fatalf("uploads %+v, error %v", list, err)
	}
	if u, err := s.Upload(o.device.ID, "local"); err != nil || u.Blob != files[4] || u.Size != 7 {
		t.Errorf("newest local %+v, error %v", u, err)
	}
	if _, err := s.Upload(o.device.ID, "calls"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v, want %v", err, ErrNotFound)
	}
	for i := range 2 * maxUploadKinds {
		upload(fmt.Sprint("kind", i), "same")
	}
	if list, err := s.Uploads(o.device.ID); err != nil || len(list) > 3*maxUploadKinds {
		t.Errorf("%d uploads, error %v", len(list), err)
	}
	upload("local", "local 5")

	sweepAfter := func(d time.Duration) {
		t.Helper()
		c.advance(d)
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	exists := func(h blob.Hash) bool {
		_, err := s.Blobs().Stat(h)
		return err == nil
	}
	sweepAfter(30 * time.Minute)
	if !exists(files[0]) {
		t.Error("a file was swept in its first hour")
	}
	sweepAfter(time.Hour)
	u, err := s.Upload(o.device.ID, "local")
	if err != nil || !exists(u.Blob) || exists(files[0]) {
		t.Errorf("after an hour: kept %v, swept %v, error %v", exists(u.Blob), !exists(files[0]), err)
	}
	update(t, s, func(tx *Tx) error { return tx.Delete(o.account.ID, 0) })
	sweepAfter(time.Hour)
	if exists(u.Blob) {
		t.Error("a file of a deleted account is left")
	}
}

// A backup needs the files it will come to.
func TestNoSweepOfFilesDuringBackup(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.Sweep(t.Context()); err != nil { // the one at the start is over
		t.Fatal(err)
	}
	s.backups.RLock()
	h, _, err := s.Blobs().Put(bytes.NewReader([]byte("x")), 10)
	if err != nil {
		t.Fatal(err)
	}
	s.retention.Blobs = -time.Hour
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Blobs().Stat(h); err != nil {
		t.Error(err)
	}
	s.backups.RUnlock()
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Blobs().Stat(h); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("error %v, want %v", err, blob.ErrNotFound)
	}
}
