package fax

import (
	"context"
	"fmt"
	"time"

	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

// Job is a document to be sent.
type Job struct {
	Account record.ID
	Number  *record.Number // it goes out with
	User    record.ID      // who sends it, where a user does
	To      string         // E.164, or an extension
	// TIFF is the document, prepared; Pages is how many it has.
	TIFF     blob.Hash
	TIFFSize int64
	Pages    int
	Header   string
	// MaxAttempts is how many calls are made at most; 0 is [DefaultAttempts].
	MaxAttempts int
	// At is when it is to go; zero for now.
	At time.Time
	// Reject refuses it by a [LimitError] where the account's limit would let it wait.
	Reject bool
}

// Submit puts a document into the queue: it is on disk when it returns.
func (s *Service) Submit(ctx context.Context, j *Job) (record.Fax, error) {
	f, err := s.Draft(j)
	if err != nil {
		return f, err
	}
	if err := s.config.Store.Update(ctx, func(tx *store.Tx) error { return tx.PutFax(&f) }); err != nil {
		return f, fmt.Errorf("cannot queue fax: %w", err)
	}
	s.Queued(&f)
	return f, nil
}

// Draft is a job's fax, for a caller who writes it in a transaction of his own and then
// tells with [Service.Queued].
func (s *Service) Draft(j *Job) (record.Fax, error) {
	now := s.now()
	if err := s.room(j, now); err != nil {
		return record.Fax{}, err
	}
	f := record.Fax{
		ID: record.NewFaxID(now), Account: j.Account, Direction: record.FaxOutbound, State: record.FaxQueued,
		Number: j.Number.ID, User: j.User, From: j.Number.Number, To: j.To, CreatedAt: now,
		TotalPages: j.Pages, TIFF: j.TIFF, TIFFSize: j.TIFFSize, Header: j.Header,
		MaxAttempts: j.MaxAttempts, NextAttemptAt: j.At,
	}
	if f.MaxAttempts <= 0 {
		f.MaxAttempts = DefaultAttempts
	}
	if j.At.After(now) {
		f.Reason, f.Detail = record.FaxScheduled, "it is to go later"
	}
	return f, nil
}

// room refuses a job that is not to wait where the limit is used up.
func (s *Service) room(j *Job, now time.Time) error {
	u := s.Use(j.Account, Outbound)
	if !j.Reject || u.Limit == nil || u.Used < *u.Limit {
		return nil
	}
	wait := Window
	if !u.NextFree.IsZero() {
		wait = u.NextFree.Sub(now)
	}
	return &LimitError{Limit: *u.Limit, Used: u.Used, RetryAfter: wait}
}

// Queued begins with a fax that was drafted and is on disk by now.
func (s *Service) Queued(f *record.Fax) {
	s.tell(EventQueued, f)
	poke(s.queue.wake)
}

// Use is how much of an account's limit is used now.
func (s *Service) Use(account record.ID, d Direction) Use { return s.config.Limiter.Use(account, d) }
