package store

import (
	"context"
	"errors"
	"testing"
)

func TestFeedResync(t *testing.T) {
	s := open(t, t.TempDir())
	slow, quick := s.Subscribe(3), s.Subscribe(100)
	defer slow.Close()
	defer quick.Close()
	for range 5 {
		newAccount(t, s)
	}
	if changes, resync, err := slow.Next(t.Context()); err != nil || !resync || len(changes) > 0 {
		t.Errorf("slow: %d changes, resync %v, error %v; want resync", len(changes), resync, err)
	}
	if changes, resync, err := quick.Next(t.Context()); err != nil || resync || len(changes) != 5 {
		t.Errorf("quick: %d changes, resync %v, error %v; want 5", len(changes), resync, err)
	}
	a := newAccount(t, s)
	changes, resync, err := slow.Next(t.Context())
	if err != nil || resync || len(changes) != 1 || changes[0].Record().Header().ID != a.ID {
		t.Errorf("after a resync: %d changes, resync %v, error %v", len(changes), resync, err)
	}
}

func TestFeedEnds(t *testing.T) {
	s := openWith(t, Config{Dir: t.TempDir()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sub := s.Subscribe(1)
	if _, _, err := sub.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	ended := make(chan error, 1)
	go func() {
		_, _, err := sub.Next(t.Context())
		ended <- err
	}()
	closeStore(t, s)
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want %v", err, ErrClosed)
	}
	if _, _, err := s.Subscribe(1).Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("subscribing to a closed store: error %v, want %v", err, ErrClosed)
	}
	single := &Subscription{feed: &feed{}, wake: make(chan struct{}, 1)}
	single.Close()
	if _, _, err := single.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("closed subscription: error %v, want %v", err, ErrClosed)
	}
}
