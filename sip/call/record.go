package call

import (
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"dialtone/e911/number"
	"dialtone/sip/media"
	"dialtone/store"
	"dialtone/store/record"
)

// Archive keeps recordings. Both methods wait for the disk, and are called beside the
// goroutines of calls.
type Archive interface {
	// Create begins a recording's file and notes that it goes on.
	Create(r record.Recording) (io.Writer, error)
	// Finish completes what Create began: r says how it ended.
	Finish(r record.Recording)
}

// maxRecordings bounds the recordings at a time. Calls beyond are not recorded.
const maxRecordings = 1000

// recorder is a call's wish to be recorded, and what comes of it.
//
// A recording is the account's wish where it records calls, and a party's: his key stops
// it and begins another one. It begins when two are connected and follows the call through
// transfers. Only what the two on the seats say to each other is recorded: while one of
// them holds, parks or dials, both sides are silent in it.
type recorder struct {
	decided bool // what the account wants is known
	wanted  bool
	never   bool // somebody was connected who is never recorded
	running *recording
}

// recording is one that goes on.
type recording struct {
	tape *media.Tape
	of   [2]*leg // on the left and the right side, nil for silence
	taps [2]*media.Tap
	// why is how it ends when the call closes it.
	why atomic.Pointer[string]
}

// followRecording brings the recording up to what the call has become. It is asked after
// every event.
func (c *Call) followRecording() {
	r := &c.recorder
	talking := c.talking()
	if c.m.config.Archive == nil || c.over || !talking && r.running == nil {
		return
	}
	defer c.surviveRecording()
	if !r.decided {
		r.decided, r.wanted = true, c.accountRecords()
	}
	switch {
	case !r.wanted, r.never:
		return
	case c.moved:
		c.stopRecording(record.RecordingCallEnded)
		return
	case talking && (private(c.caller) || private(c.callee)):
		r.never = true
		c.stopRecording(record.RecordingNotAllowed)
		return
	case r.running == nil:
		c.startRecording()
	}
	if r.running != nil {
		c.tapSeats(r.running)
	}
}

// surviveRecording lets the call go on, unrecorded, after a fault of ours.
func (c *Call) surviveRecording() {
	if r := recover(); r != nil {
		c.fault(r)
		if running := c.recorder.running; running != nil {
			running.tape.Close()
		}
		c.recorder = recorder{decided: true, never: true}
	}
}

// accountRecords says whether the call's account records calls.
func (c *Call) accountRecords() (records bool) {
	c.view(func(d directory) {
		if a := d.Account(c.decision.Account); a != nil {
			records = a.RecordingEnabled
		}
	})
	return records
}

// private says whether a leg is one that is never recorded: a crisis line.
func private(l *leg) bool {
	return number.Classify(l.uri, "", nil, nil).Class == number.Crisis || number.Classify(l.who.number, "", nil, nil).Class == number.Crisis
}

// startRecording begins to record the two who talk.
func (c *Call) startRecording() {
	if c.caller.media == nil || c.callee.media == nil {
		c.recorder.wanted = false // it goes past us
		return
	}
	if c.m.recordings.active.Add(1) > maxRecordings {
		c.m.recordings.active.Add(-1)
		c.m.metrics.recordingsRefused.Inc()
		c.log.Warn("call is not recorded: too many recordings")
		c.recorder.wanted = false
		return
	}
	about := &c.record
	r := record.Recording{
		ID: record.NewRecordingID(c.m.now()), Account: c.decision.Account, Call: c.id, Direction: about.Direction,
		From: about.From, To: about.To, User: about.User, StartedAt: c.m.now(), State: record.RecordingRunning,
		Transcription: record.Transcription{State: record.TranscriptionDisabled},
	}
	left, _ := c.caller.media.Codec()
	right, _ := c.callee.media.Codec()
	config := media.TapeConfig{Wide: media.Wide(left) && media.Wide(right), Log: c.log}
	begun := false
	config.Create = func() (io.Writer, error) {
		w, err := c.m.config.Archive.Create(r)
		begun = err == nil
		return w, err
	}
	running := &recording{tape: c.m.sounds.tape(config)}
	r.SampleRate = running.tape.Rate()
	c.recorder.running = running
	c.m.metrics.recordings.Inc()
	c.log.Info("recording", "recording", r.ID)
	c.m.recordings.wg.Go(func() {
		end := running.tape.Run()
		c.m.recordings.active.Add(-1)
		c.m.metrics.recordings.Dec()
		c.post(func(c *Call) { c.recordingEnded(running) })
		c.m.recorded(r, end, running, begun)
	})
}

// tapSeats listens to the two who talk, each on his side, or to nobody.
func (c *Call) tapSeats(r *recording) {
	var seats [2]*leg
	if c.talking() && c.dialling == nil && !c.caller.holds && !c.callee.holds {
		seats = [2]*leg{c.caller, c.callee}
	}
	for side, l := range seats {
		if r.of[side] == l {
			continue
		}
		r.silence(side)
		if l == nil || l.media == nil {
			continue
		}
		r.of[side], r.taps[side] = l, r.tape.Listen(side)
		l.media.Record(r.taps[side])
	}
}

// silence ends listening on one side.
func (r *recording) silence(side int) {
	l := r.of[side]
	if l == nil {
		return
	}
	r.tape.Release(r.taps[side])
	if !l.gone {
		l.media.Record(nil)
	}
	r.of[side], r.taps[side] = nil, nil
}

// unrecord stops listening to a leg that leaves for another call.
func (c *Call) unrecord(l *leg) {
	if r := c.recorder.running; r != nil {
		for side := range r.of {
			if r.of[side] == l {
				r.silence(side)
			}
		}
	}
}

// neverRecord takes over from another call that somebody in it is never recorded.
func (c *Call) neverRecord(never bool) {
	if never {
		c.recorder.never = true
		c.stopRecording(record.RecordingNotAllowed)
	}
}

// stopRecording ends the recording that goes on, if there is one.
func (c *Call) stopRecording(why string) {
	r := c.recorder.running
	if r == nil {
		return
	}
	c.recorder.running = nil
	r.silence(0)
	r.silence(1)
	r.why.Store(&why)
	r.tape.Close()
}

// recordingEnded gives up a recording that ended by itself: the disk is full, or it is too
// long.
func (c *Call) recordingEnded(r *recording) {
	if c.recorder.running == r {
		c.recorder.running, c.recorder.wanted = nil, false
		r.silence(0)
		r.silence(1)
	}
}

// recordAsked answers the key of a phone that switches the recording: an INFO with a
// header field Record that is on or off (Yealink, "SIP INFO" recording mode).
func (c *Call) recordAsked(l *leg, asked string, request request) {
	status, text := 200, "OK"
	switch on := strings.EqualFold(asked, "on"); {
	case !on && !strings.EqualFold(asked, "off"):
		status, text = 400, "Record Is On Or Off"
	case !c.switchRecording(l, on):
		status, text = 403, "Recording Not Allowed"
	}
	_ = request.Respond(status, text, nil, "")
}

// switchRecording begins or ends the recording as a party wishes, which only a phone of an
// account that records calls may.
func (c *Call) switchRecording(l *leg, on bool) bool {
	r := &c.recorder
	switch {
	case c.m.config.Archive == nil, l.who.trunk != "", l.who.account != c.decision.Account, on && r.never, !c.accountRecords():
		return false
	}
	r.wanted, r.decided = on, true
	if !on {
		c.stopRecording(record.RecordingStopped)
	}
	return true
}

// recordKeyed is the code that switches the recording, keyed in during a call; who keyed
// it in hears a tone.
func (c *Call) recordKeyed(l *leg) bool {
	if !c.talking() || l.media == nil || !c.switchRecording(l, c.recorder.running == nil) {
		return false
	}
	l.keys = keys{}
	l.media.Play(confirmation())
	return true
}

// recordings are those of all calls.
type recordings struct {
	wg     sync.WaitGroup
	active atomic.Int64
}

// recorded completes a recording that has ended.
func (m *Manager) recorded(r record.Recording, end media.TapeEnd, running *recording, begun bool) {
	r.EndedAt = m.now()
	r.Seconds = float64(end.Frames) / float64(max(end.Rate, 1))
	r.MissedPackets, r.Unintelligible = end.Missed, end.Foreign
	r.Reason = endOfTape(end.Err)
	if r.Reason == "" {
		r.Reason = record.RecordingCallEnded
		if why := running.why.Load(); why != nil {
			r.Reason = *why
		}
	}
	m.metrics.recordingsMissed.Add(float64(end.Missed))
	log := m.log.With("call", r.Call, "recording", r.ID)
	if end.Err != nil {
		m.metrics.recordingsFailed.Inc()
		log.Error("recording ended before the call", "err", end.Err)
	} else {
		m.metrics.recordingsDone.Inc()
	}
	if end.Missed > 0 {
		log.Warn("recording has gaps", "packets", end.Missed)
	}
	if begun {
		m.config.Archive.Finish(r)
	}
}

// endOfTape is why a recording ended by itself, empty when it did not.
func endOfTape(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, store.ErrNoSpace):
		return record.RecordingDiskFull
	case errors.Is(err, media.ErrTooLong):
		return record.RecordingTooLong
	}
	return record.RecordingError
}
