package e911

import (
	"context"
	"time"

	"dialtone/store"
)

// Times of the alarm.
const (
	// late is how long a notification may wait before somebody must act.
	late       = 10 * time.Second
	look       = 2 * time.Second
	alarmEvery = time.Minute
)

// Serve raises an alarm, a line in the log, while something about an emergency waits too
// long to be written or sent, until ctx ends.
func (s *Service) Serve(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			last = s.alarm(last)
		}
	}
}

// alarm raises the alarm when that is due. last is when it was raised last, and is returned.
func (s *Service) alarm(last time.Time) time.Time {
	oldest := s.unsent()
	if !s.overdue(oldest) || s.now().Sub(last) < alarmEvery {
		return last
	}
	s.log.Error("somebody has not been told of an emergency call yet: look at the disk, the mail relays and the phones that are told", "since", oldest)
	return s.now()
}

// overdue says whether what is unsent since then waits too long.
func (s *Service) overdue(since time.Time) bool {
	return !since.IsZero() && s.now().Sub(since) >= late
}

// unsent is since when the oldest notification waits, to be written or to be sent; zero when
// none does.
func (s *Service) unsent() time.Time {
	oldest, err := s.store.OutboxOldest(store.OutboxEmergency)
	if err != nil {
		oldest = time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, since := range s.unwritten {
		if oldest.IsZero() || since.Before(oldest) {
			oldest = since
		}
	}
	return oldest
}
