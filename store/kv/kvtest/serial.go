package kvtest

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"dialtone/store/kv"
)

func increments(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	const writers, each = 8, 25
	put(t, e, "n", "0")
	together(t, writers, func(int) error {
		for range each {
			if err := e.Update(increment); err != nil {
				return err
			}
		}
		return nil
	})
	if got := all(t, e)[0].Value; got != strconv.Itoa(writers*each) {
		t.Errorf("counter %s after %d increments", got, writers*each)
	}
}

func increment(tx kv.Txn) error {
	value, err := tx.Get([]byte("n"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(value))
	if err != nil {
		return err
	}
	return tx.Put([]byte("n"), strconv.AppendInt(nil, int64(n+1), 10))
}

// together runs fn in n goroutines at once.
func together(t *testing.T, n int, fn func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := fn(i); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// writeSkew: two on call, each may leave only while the other stays.
func writeSkew(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	for round := range 20 {
		put(t, e, "alice", "on", "bob", "on")
		people := []string{"alice", "bob"}
		together(t, 2, func(i int) error {
			return e.Update(func(tx kv.Txn) error {
				other, err := tx.Get([]byte(people[1-i]))
				if err != nil || string(other) == "off" {
					return err
				}
				return tx.Put([]byte(people[i]), []byte("off"))
			})
		})
		off := 0
		for _, e := range all(t, e) {
			if e.Value == "off" {
				off++
			}
		}
		if off != 1 {
			t.Fatalf("round %d: %d of two have left", round, off)
		}
	}
}

// phantoms: each writer takes the only place if it finds none taken.
func phantoms(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	for round := range 20 {
		prefix := fmt.Appendf(nil, "round%02d/", round)
		together(t, 4, func(i int) error {
			return e.Update(func(tx kv.Txn) error {
				taken := false
				err := tx.Scan(kv.Range{Prefix: prefix}, func(_, _ []byte) (bool, error) {
					taken = true
					return false, nil
				})
				if err != nil || taken {
					return err
				}
				return tx.Put(fmt.Appendf(nil, "%s%d", prefix, i), nil)
			})
		})
	}
	if got := len(all(t, e)); got != 20 {
		t.Errorf("%d places taken in 20 rounds", got)
	}
}
