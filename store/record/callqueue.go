package record

import "strings"

// Strategies of a call queue: who of the free agents with the lowest penalty rings next.
const (
	QueueRingAll        = "ringall"     // all of them at once
	QueueLinear         = "linear"      // the first of the list, from its beginning with every caller
	QueueRoundRobin     = "rrmemory"    // the one behind whom the last call rang
	QueueLeastRecent    = "leastrecent" // the one whose last call ended longest ago
	QueueFewestCalls    = "fewestcalls" // the one who has answered the fewest
	QueueRandom         = "random"      // any
	QueueWeightedRandom = "wrandom"     // any, those with a low penalty more often; penalties do not rank
)

// QueueStrategies lists them.
func QueueStrategies() []string {
	return []string{
		QueueRingAll, QueueLinear, QueueRoundRobin, QueueLeastRecent, QueueFewestCalls, QueueRandom, QueueWeightedRandom,
	}
}

// Bounds and defaults of a call queue.
const (
	MaxCallQueues          = 500 // in an account
	MaxQueueMembers        = 200
	MaxQueuePenalty        = 100
	MaxQueueLength         = 1000
	DefaultQueueLength     = 100
	DefaultAgentSeconds    = 20
	MaxWrapUpSeconds       = 600
	MaxQueueWaitSeconds    = 24 * 60 * 60
	MinAnnouncementSeconds = 10
	MaxAnnouncementSeconds = 600
	MaxCallbackSeconds     = 3600
	DefaultServiceLevel    = 20
	MaxServiceLevel        = 3600
)

// CallQueue is callers who wait with music until one of its agents is free.
type CallQueue struct {
	Meta
	Name                string         `json:"name" doc:"Name of the queue."`
	Strategy            string         `json:"strategy" doc:"Who rings next: ringall, linear, rrmemory, leastrecent, fewestcalls, random or wrandom."`
	Members             []QueueMember  `json:"members" doc:"The agents, in order; at most 200."`
	TimeoutSeconds      int            `json:"timeout_seconds" doc:"Seconds an agent is rung, 5 to 300."`
	WrapUpSeconds       int            `json:"wrap_up_seconds" doc:"Seconds an agent is left alone after a call, 0 to 600."`
	RingInUse           bool           `json:"ring_in_use" doc:"Whether agents who are on the phone are rung."`
	MaxLength           int            `json:"max_length" doc:"How many may wait, 1 to 1000; others overflow."`
	MaxWaitSeconds      int            `json:"max_wait_seconds" doc:"Seconds a caller waits at most, then overflows; 0 is for ever."`
	JoinEmpty           bool           `json:"join_empty" doc:"Whether callers may wait where no agent is available or paused; others overflow."`
	LeaveWhenEmpty      bool           `json:"leave_when_empty" doc:"Whether those who wait overflow when the last agent logs out."`
	Announcements       *Announcements `json:"announcements" doc:"Tells callers their place; null is never."`
	Callback            *CallbackOffer `json:"callback" doc:"Offers callers to be called back; null is never."`
	Overflow            *Target        `json:"overflow" doc:"Where calls go that cannot wait, or no longer; null ends them."`
	HoldMusicClip       ID             `json:"hold_music_clip" doc:"Audio clip callers hear; null is the account's."`
	CallerIDPrefix      string         `json:"caller_id_prefix" doc:"What stands before the caller's name on agents' phones."`
	ServiceLevelSeconds int            `json:"service_level_seconds" doc:"Seconds within which calls should be answered, 1 to 3600; for statistics."`
}

// QueueMember is an agent of a queue.
type QueueMember struct {
	User    ID  `json:"user" doc:"The user."`
	Penalty int `json:"penalty,omitempty" doc:"0 to 100: agents of a higher one ring when no other is free; for wrandom they ring less often."`
}

// Announcements says when callers are told their place.
type Announcements struct {
	FrequencySeconds int `json:"frequency_seconds" doc:"Seconds from one announcement to the next, 10 to 600."`
}

// CallbackOffer says when and how callers are offered to be called back by pressing 1.
type CallbackOffer struct {
	OfferAfterSeconds int `json:"offer_after_seconds" doc:"Seconds of waiting before the offer, 0 to 3600."`
	OutboundNumber    ID  `json:"outbound_number,omitempty" doc:"Number shown when calling back; null is the one that was called, else the account's."`
}

// NewCallQueue rings all agents for 20 seconds.
func NewCallQueue() *CallQueue {
	return &CallQueue{
		Strategy: QueueRingAll, TimeoutSeconds: DefaultAgentSeconds, MaxLength: DefaultQueueLength,
		JoinEmpty: true, ServiceLevelSeconds: DefaultServiceLevel,
	}
}

// Kind names call queues.
func (q *CallQueue) Kind() Kind { return KindCallQueue }

// Unique is the name within the account.
func (q *CallQueue) Unique() []Unique {
	return []Unique{{Field: "name", Space: "call_queue/" + string(q.Account), Value: strings.ToLower(q.Name)}}
}

// References is the agents, the music, the number shown and what the overflow names.
func (q *CallQueue) References() []Reference {
	var r refs
	for i, m := range q.Members {
		r.add(index("members", i)+".user", KindUser, m.User)
	}
	if q.Callback != nil {
		r.add("callback.outbound_number", KindNumber, q.Callback.OutboundNumber)
	}
	r.add("hold_music_clip", KindAudioClip, q.HoldMusicClip)
	return append(r, targetReferences(q)...)
}

// Clone is a deep copy.
func (q *CallQueue) Clone() Record { return deepCopy(q) }

// Member is the queue's agent who is that user, nil when there is none.
func (q *CallQueue) Member(user ID) *QueueMember {
	for i := range q.Members {
		if q.Members[i].User == user {
			return &q.Members[i]
		}
	}
	return nil
}

// Validate checks the queue alone.
func (q *CallQueue) Validate() error {
	var p Problems
	p.required("name", &q.Name, MaxName)
	p.oneOf("strategy", q.Strategy, QueueStrategies()...)
	q.checkMembers(&p)
	p.between("timeout_seconds", q.TimeoutSeconds, MinRingSeconds, MaxRingSeconds)
	p.between("wrap_up_seconds", q.WrapUpSeconds, 0, MaxWrapUpSeconds)
	p.between("max_length", q.MaxLength, 1, MaxQueueLength)
	p.between("max_wait_seconds", q.MaxWaitSeconds, 0, MaxQueueWaitSeconds)
	if q.Announcements != nil {
		p.between("announcements.frequency_seconds", q.Announcements.FrequencySeconds, MinAnnouncementSeconds, MaxAnnouncementSeconds)
	}
	if q.Callback != nil {
		p.between("callback.offer_after_seconds", q.Callback.OfferAfterSeconds, 0, MaxCallbackSeconds)
	}
	if q.Overflow != nil {
		q.Overflow.check("overflow", &p)
	}
	p.text("caller_id_prefix", &q.CallerIDPrefix, MaxCallerIDPrefix)
	p.between("service_level_seconds", q.ServiceLevelSeconds, 1, MaxServiceLevel)
	return p.Err()
}

// checkMembers wants at most 200 different users.
func (q *CallQueue) checkMembers(p *Problems) {
	if len(q.Members) > MaxQueueMembers {
		p.Add("members", CodeTooMany, "must be at most %d", MaxQueueMembers)
		return
	}
	seen := map[ID]bool{}
	for i, m := range q.Members {
		at := index("members", i)
		if m.User == "" {
			p.Add(at+".user", CodeRequired, "must name the user")
		} else if seen[m.User] {
			p.Add(at+".user", CodeDuplicate, "is in the list already")
		}
		seen[m.User] = true
		p.between(at+".penalty", m.Penalty, 0, MaxQueuePenalty)
	}
}
