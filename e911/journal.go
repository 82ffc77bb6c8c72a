package e911

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
)

// EventEmergency is what webhooks are told with every stage.
const EventEmergency = "call.emergency"

// perTransaction is how many mails one transaction writes at most.
const perTransaction = 50

// persist writes a stage, as often as it takes. False when the service ends before.
func (s *Service) persist(j job) bool {
	failing := time.Time{}
	for wait := minRetry; ; wait = min(2*wait, maxRetry) {
		err := s.try(j)
		if err == nil {
			s.metrics.written(j.stage, s.now().Sub(j.at))
			return true
		}
		if errors.Is(err, store.ErrClosed) || s.ctx.Err() != nil {
			return false
		}
		if failing.IsZero() || s.now().Sub(failing) > alarmEvery {
			s.log.Error("cannot write an emergency call; it is tried again", "event", j.call.ID, "stage", j.stage, "err", err)
			failing = s.now()
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// try writes a stage once. A fault of ours is an error like any other.
func (s *Service) try(j job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot write emergency call %q: %v\n%s", j.call.ID, r, debug.Stack())
		}
	}()
	c := s.complete(j.call)
	letters := s.letters(c, j)
	hooks := s.hooks(c, j)
	s.reached("commit")
	for first := true; first || len(letters) > 0; first = false {
		n := min(len(letters), perTransaction)
		if err := s.commit(c, j, letters[:n], hooks); err != nil {
			return err
		}
		letters, hooks = letters[n:], nil
	}
	s.reached("committed")
	if s.config.Notify != nil {
		s.config.Notify(c.Account, EventEmergency, news{j.stage, c})
	}
	return nil
}

// news is a stage as webhooks are told it.
type news struct {
	Stage string                `json:"stage"`
	Call  *record.EmergencyCall `json:"emergency_call"`
}

// posting is a mail to one recipient as it goes to the outbox.
type posting struct {
	to  string
	row store.OutboxRow
	bad bool // it cannot be written: the others are
}

// commit writes the record and some of a stage's mails.
func (s *Service) commit(c *record.EmergencyCall, j job, letters []posting, hooks []store.OutboxRow) error {
	return s.store.UpdateUrgent(s.ctx, func(tx *store.Tx) error {
		next := *c
		switch before, err := tx.EmergencyCall(c.Account, c.ID); {
		case err == nil && j.back != nil:
			next = *before
			next.Callbacks = addCallback(next.Callbacks, *j.back)
		case err == nil:
			next.Mails, next.Callbacks = before.Mails, before.Callbacks
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		for _, l := range letters {
			if next.Mailed(l.to, j.name()) {
				continue
			}
			m := record.EmergencyMail{Address: l.to, Stage: j.name()}
			if !l.bad {
				id, err := tx.PutOutbox(l.row)
				if err != nil {
					return err
				}
				m.Row = id
			}
			next.Mails = append(next.Mails, m)
		}
		for _, row := range hooks {
			if _, err := tx.PutOutbox(row); err != nil {
				return err
			}
		}
		if err := s.notes(tx, &next, j); err != nil {
			return err
		}
		return tx.PutEmergencyCall(&next)
	})
}

// notes are what a stage leaves besides the record: callback windows, and the proof of a
// test.
func (s *Service) notes(tx *store.Tx, c *record.EmergencyCall, j job) error {
	for _, w := range s.windows.of(c.ID) {
		if err := tx.PutEmergencyWindow(w); err != nil {
			return err
		}
	}
	if !c.Test || j.stage != record.StageAnswered || c.Caller.Device == "" {
		return nil
	}
	return tx.PutEmergencyTest(c.Account, record.EmergencyTest{
		Device: c.Caller.Device, Event: c.ID, At: c.AnsweredAt, Location: c.Location.ID, Address: AddressDigest(&c.Location),
	})
}

// complete adds what is looked up off the call's path: the languages of recipients who are
// users.
func (s *Service) complete(c *record.EmergencyCall) *record.EmergencyCall {
	next := *c
	next.Recipients = append([]record.EmergencyRecipient(nil), c.Recipients...)
	s.store.View(func(v *store.View) {
		store.Each(v, c.Account, func(u *record.User) bool {
			for i := range next.Recipients {
				if r := &next.Recipients[i]; strings.EqualFold(r.Address, u.Email) && u.Language != "" {
					r.Language = u.Language
				}
			}
			return true
		})
	})
	return &next
}

// letters are a stage's mails and texts.
func (s *Service) letters(c *record.EmergencyCall, j job) []posting {
	list := make([]posting, 0, len(c.Recipients))
	for _, r := range c.Recipients {
		row, err := s.row(c, j, r)
		if err != nil {
			s.log.Error("cannot write to a recipient of emergencies", "event", c.ID, "err", err)
		}
		row.Keep = keep
		list = append(list, posting{to: r.Address, row: row, bad: err != nil})
	}
	if len(list) == 0 {
		s.log.Error("nobody is to be told of an emergency call", "event", c.ID, "account", c.Account)
	}
	return list
}

// row is what tells a recipient of a stage, as it waits to be sent.
func (s *Service) row(c *record.EmergencyCall, j job, r record.EmergencyRecipient) (store.OutboxRow, error) {
	queue := queueOf(c.ID, r.Address)
	if r.Extension != "" {
		t := outbox.Text{Extension: r.Extension, Body: ComposeText(c, j.stage, j.at, r.Language)}
		return t.Row(store.OutboxEmergency, c.Account, queue, s.now())
	}
	return Compose(c, j.stage, j.at, r, s.config.MailDomain).Row(store.OutboxEmergency, c.Account, queue, s.now())
}

// keep is how long it can be shown who was told: as long as the record.
const keep = 730 * 24 * time.Hour

// hooks are a stage's events for the account's webhooks.
func (s *Service) hooks(c *record.EmergencyCall, j job) []store.OutboxRow {
	var wanting []*record.Webhook
	s.store.View(func(v *store.View) { wanting = v.Webhooks(c.Account, EventEmergency) })
	if len(wanting) == 0 {
		return nil
	}
	e, err := outbox.NewEvent(c.Account, EventEmergency, news{j.stage, c}, s.now())
	if err != nil {
		s.log.Error("cannot tell webhooks of an emergency call", "event", c.ID, "err", err)
		return nil
	}
	rows := make([]store.OutboxRow, 0, len(wanting))
	for _, w := range wanting {
		row, err := e.Row(w, s.now())
		if err != nil {
			s.log.Error("cannot tell a webhook of an emergency call", "event", c.ID, "err", err)
			continue
		}
		rows = append(rows, row)
	}
	return rows
}
