package e911

import (
	"context"
	"time"

	"dialtone/store"
)

// Times of the alarm.
const (
	// late is how long a mail may wait before somebody must act.
	late       = 10 * time.Second
	look       = 2 * time.Second
	alarmEvery = time.Minute
)

// Serve raises an alarm, a line in the log, while a mail about an emergency waits too long,
// until ctx ends.
func (s *Service) Serve(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		oldest, err := s.store.OutboxOldest(store.OutboxEmergency)
		if err != nil || oldest.IsZero() || s.now().Sub(oldest) < late || s.now().Sub(last) < alarmEvery {
			continue
		}
		last = s.now()
		s.log.Error("a mail about an emergency call has not been sent yet: look at the mail relays", "oldest", oldest)
	}
}
