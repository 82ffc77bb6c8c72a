package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// hold keeps the committer busy until release is called, so that what is submitted
// meanwhile waits in the lanes.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Update(context.Background(), func(*Tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		close(leave)
		<-done
	}
}

// waiting polls until n closures wait.
func waiting(t *testing.T, s *Store, n int) {
	t.Helper()
	eventually(t, func() bool {
		s.committer.mu.Lock()
		defer s.committer.mu.Unlock()
		return len(s.committer.normal)+len(s.committer.urgent) == n
	})
}

func TestFailingClosureLeavesMatesAlone(t *testing.T) {
	w := newWorld(t)
	release := hold(t, w.Store)
	boom := errors.New("boom")
	ended, cancel := context.WithCancel(t.Context())
	closures := []struct {
		ctx  context.Context
		fn   func(*Tx) error
		want string
	}{
		{t.Context(), func(tx *Tx) error { return tx.Create(list(w.account.ID, "one")) }, "accepted"},
		{t.Context(), func(tx *Tx) error {
			if err := tx.Create(list(w.account.ID, "two")); err != nil {
				return err
			}
			return boom
		}, "boom"},
		{t.Context(), func(tx *Tx) error {
			if err := tx.Create(list(w.account.ID, "three")); err != nil {
				return err
			}
			panic("out of order")
		}, "cannot commit: out of order"},
		{ended, func(tx *Tx) error { return tx.Create(list(w.account.ID, "four")) }, context.Canceled.Error()},
		{t.Context(), func(tx *Tx) error { return tx.Create(list(w.account.ID, "one")) }, "name:not_unique"},
		{t.Context(), func(tx *Tx) error { return tx.Create(list(w.account.ID, "five")) }, "accepted"},
	}
	var all sync.WaitGroup
	for i, c := range closures {
		all.Go(func() {
			if got := verdictOf(w.Update(c.ctx, c.fn)); got != c.want {
				t.Errorf("closure %d: %q, want %q", i, got, c.want)
			}
		})
		waiting(t, w.Store, i+1)
	}
	cancel()
	release()
	all.Wait()
	var names []string
	w.View(func(v *View) {
		Each(v, w.account.ID, func(l *record.CredentialList) bool {
			names = append(names, l.Name)
			return true
		})
	})
	slices.Sort(names)
	if want := []string{"Phones", "five", "one"}; !slices.Equal(names, want) {
		t.Errorf("lists %q, want %q", names, want)
	}
	checkIndex(t, w.Store)
}

func TestUrgentLaneFirst(t *testing.T) {
	w := newWorld(t)
	release := hold(t, w.Store)
	var mu sync.Mutex
	var order []string
	note := func(name string) func(*Tx) error {
		return func(*Tx) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, name)
			return nil
		}
	}
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() { _ = w.Update(t.Context(), note("normal")) })
		waiting(t, w.Store, i+1)
	}
	all.Go(func() { _ = w.UpdateUrgent(t.Context(), note("urgent")) })
	waiting(t, w.Store, 4)
	release()
	all.Wait()
	if want := []string{"urgent", "normal", "normal", "normal"}; !slices.Equal(order, want) {
		t.Errorf("ran in order %q, want %q", order, want)
	}
}

// What waits together may be more than one engine transaction takes.
func TestGroupTooBigIsSplit(t *testing.T) {
	s := open(t, t.TempDir())
	release := hold(t, s)
	var all sync.WaitGroup
	const closures, size = 9, 900_000
	for i := range closures {
		all.Go(func() {
			err := s.Update(t.Context(), func(tx *Tx) error {
				return tx.buf.Put(fmt.Append(nil, "test", i), make([]byte, size))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	waiting(t, s, closures)
	release()
	all.Wait()
	for i := range closures {
		update(t, s, func(tx *Tx) error {
			ok, err := tx.buf.Has(fmt.Append(nil, "test", i))
			if !ok {
				t.Errorf("write %d is missing", i)
			}
			return err
		})
	}
}

func TestClosureTooBig(t *testing.T) {
	cases := map[string]func(tx *Tx) error{
		"bytes": func(tx *Tx) error {
			for i := range 5 {
				if err := tx.buf.Put(fmt.Append(nil, "test", i), make([]byte, 900_000)); err != nil {
					return err
				}
			}
			return nil
		},
		"writes": func(tx *Tx) error {
			for i := range kv.MinTxnWrites + 1 {
				if err := tx.buf.Put(fmt.Append(nil, "test", i), nil); err != nil {
					return err
				}
			}
			return nil
		},
	}
	for name, fn := range cases {
		s := open(t, t.TempDir())
		if err := s.Update(t.Context(), fn); !errors.Is(err, kv.ErrTooBig) {
			t.Errorf("%s: error %v, want %v", name, err, kv.ErrTooBig)
		}
		newAccount(t, s)
	}
}

func TestOverload(t *testing.T) {
	s := open(t, t.TempDir())
	release := hold(t, s)
	for range maxWaiting {
		if err := s.committer.enqueue(&request{ctx: t.Context(), fn: func(*Tx) error { return nil }, done: make(chan struct{})}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Update(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, ErrOverloaded) {
		t.Errorf("error %v, want %v", err, ErrOverloaded)
	}
	urgent := make(chan error, 1)
	go func() { urgent <- s.UpdateUrgent(t.Context(), func(*Tx) error { return nil }) }()
	waiting(t, s, maxWaiting+1)
	release()
	if err := <-urgent; err != nil {
		t.Errorf("urgent closure: %v", err)
	}
}

func TestUpdateAfterClose(t *testing.T) {
	s := openWith(t, Config{Dir: t.TempDir()})
	closeStore(t, s)
	if err := s.Update(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want %v", err, ErrClosed)
	}
}

// Whoever has an answer reads his write, revisions never go back, and no two commits
// share one.
func TestReadersSeeTheirWrites(t *testing.T) {
	w := newWorld(t)
	sub := w.Subscribe(100_000)
	defer sub.Close()
	var all sync.WaitGroup
	const writers, rounds = 8, 40
	for n := range writers {
		all.Go(func() {
			u := record.NewUser()
			u.Account, u.Name, u.Email = w.account.ID, "0", fmt.Sprintf("w%d@acme.example", n)
			if err := w.Update(t.Context(), func(tx *Tx) error { return tx.Create(u) }); err != nil {
				t.Error(err)
				return
			}
			for i := range rounds {
				u.Name = fmt.Sprint(i + 1)
				if err := w.Update(t.Context(), func(tx *Tx) error { return tx.Replace(u, u.Revision) }); err != nil {
					t.Error(err)
					return
				}
				if got := get[*record.User](w.Store, u.ID); got.Name != u.Name || got.Revision != u.Revision {
					t.Errorf("read %q revision %d after writing %q revision %d", got.Name, got.Revision, u.Name, u.Revision)
				}
			}
		})
	}
	all.Wait()
	var last uint64
	for seen := 0; seen < writers*(rounds+1); {
		changes, resync, err := sub.Next(t.Context())
		if err != nil || resync {
			t.Fatalf("resync %v, error %v", resync, err)
		}
		for _, c := range changes {
			if c.Revision <= last {
				t.Fatalf("revision %d published after %d", c.Revision, last)
			}
			last = c.Revision
			seen++
		}
	}
	checkIndex(t, w.Store)
}
