package e911

import (
	"sync"
	"time"

	"dialtone/store/record"
)

// event is one call that is followed.
type event struct {
	s     *Service
	timer *time.Timer // begins to write when the INVITE does not leave

	mu      sync.Mutex
	call    *record.EmergencyCall // what is known; replaced by what the call's goroutine tells
	slot    int                   // -1: none, or let go
	started bool                  // the first stage is in line
	line    []job                 // what is to be written, in order
	writing bool
}

// job is a stage to be written.
type job struct {
	stage string
	call  *record.EmergencyCall // as it was then; nobody changes it
	at    time.Time
	back  *record.EmergencyCallback // of stage callback
}

// name is the stage as the record lists it: there may be several calls back.
func (j *job) name() string {
	if j.back != nil {
		return j.stage + "." + j.back.CallID
	}
	return j.stage
}

// change replaces what is known of the call.
func (e *event) change(edit func(c *record.EmergencyCall)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := *e.call
	edit(&next)
	e.call = &next
	e.keepLocked()
}

// keep puts what is known into the slot.
func (e *event) keep() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keepLocked()
}

func (e *event) keepLocked() {
	if e.slot >= 0 && !e.s.slots.write(e.slot, e.call) {
		e.s.log.Error("emergency call does not fit a slot", "event", e.call.ID)
	}
}

// tell changes what is known and puts the stage that edit names, "" for none, in line to be
// written, behind the first stage.
func (e *event) tell(edit func(c *record.EmergencyCall) string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := e.call
	next := *e.call
	stage := edit(&next)
	e.call = &next
	at := e.s.now()
	if !e.started {
		e.started = true
		if stage == "" {
			before = &next
		}
		e.line = append(e.line, job{stage: record.StageStarted, call: before, at: before.StartedAt})
	}
	if stage != "" {
		e.line = append(e.line, job{stage: stage, call: &next, at: at.UTC()})
	}
	e.keepLocked()
	e.writeLocked()
}

// writeLocked has somebody write what is in line.
func (e *event) writeLocked() {
	if e.writing || len(e.line) == 0 {
		return
	}
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	if e.s.closed {
		return
	}
	e.writing = true
	e.s.unwritten[e] = e.line[0].at
	e.s.wg.Go(e.write)
}

// write writes stage after stage. A slot is let go with the first.
func (e *event) write() {
	for {
		e.mu.Lock()
		e.s.waits(e)
		if len(e.line) == 0 {
			e.writing = false
			e.mu.Unlock()
			return
		}
		j := e.line[0]
		e.mu.Unlock()
		if !e.s.persist(j) {
			return // the service ends; the slot has it
		}
		e.mu.Lock()
		e.line = e.line[1:]
		if e.slot >= 0 {
			e.s.slots.release(e.slot)
			e.slot = -1
		}
		e.mu.Unlock()
	}
}

// waits notes since when something of a call waits for the disk. e.mu is held.
func (s *Service) waits(e *event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(e.line) == 0 {
		delete(s.unwritten, e)
		return
	}
	s.unwritten[e] = e.line[0].at
}
