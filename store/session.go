package store

import (
	"context"
	"errors"
	"time"

	"dialtone/store/record"
)

// maxSeen bounds the sessions whose last use waits to be written.
const maxSeen = 4096

// seenEvery is how exact the last use of a session is.
const seenEvery = time.Minute

// use is a session that was used.
type use struct {
	session record.ID
	at      time.Time
}

// SessionSeen notes that a session was used, within a second and without waiting for it.
// It costs a write in a minute at most; what does not fit is noted by a later use.
func (s *Store) SessionSeen(session *record.Session, at time.Time) {
	if at = at.UTC().Truncate(time.Millisecond); at.Sub(session.SeenAt) >= seenEvery {
		s.uses.Add(use{session.ID, at})
	}
}

func newUses(s *Store) *Queue[use] {
	return NewQueue(s, "sessions", maxSeen, func(tx *Tx, batch []use) error {
		last := map[record.ID]time.Time{}
		for _, u := range batch {
			if u.at.After(last[u.session]) {
				last[u.session] = u.at
			}
		}
		for id, at := range last {
			if err := tx.seen(id, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// seen moves a session's last use forward; one that is gone stays gone.
func (tx *Tx) seen(id record.ID, at time.Time) error {
	session, err := Load[*record.Session](tx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil || at.Sub(session.SeenAt) < seenEvery {
		return err
	}
	session.SeenAt = at
	return tx.Replace(session, 0)
}

// people deletes sessions and invitations whose time is over.
func (w *sweeper) people(ctx context.Context) error {
	now := w.store.now()
	var over []record.ID
	w.store.View(func(v *View) {
		for _, s := range v.x.people.sessions {
			if !now.Before(s.Ends()) {
				over = append(over, s.ID)
			}
		}
		for _, i := range v.x.people.invitations {
			if !now.Before(i.ExpiresAt.Add(invitationKeep)) {
				over = append(over, i.ID)
			}
		}
	})
	for len(over) > 0 {
		part := over[:min(len(over), sweepRecords)]
		over = over[len(part):]
		err := w.store.Update(ctx, func(tx *Tx) error {
			for _, id := range part {
				if err := tx.dropOver(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// invitationKeep is how long an invitation stays after its end: till then it tells that
// somebody has not come.
const invitationKeep = 90 * day

// dropOver deletes a session or an invitation unless it has been used since.
func (tx *Tx) dropOver(id record.ID) error {
	r, err := tx.load(id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if s, is := r.(*record.Session); is && tx.now.Before(s.Ends()) {
		return nil
	}
	return tx.Delete(id, 0)
}
