package record

import (
	"errors"
	"testing"
)

func queue(change func(*CallQueue)) Record {
	q := NewCallQueue()
	q.Name = "Support"
	change(q)
	return q
}

// TestValidateQueue names the field each bad value is blamed on; "" is no problem.
func TestValidateQueue(t *testing.T) {
	agent := func(change func(*QueueAgent)) Record {
		a := &QueueAgent{Queue: "qu_1", User: "user_1", State: AgentPaused, Reason: "Lunch"}
		change(a)
		return a
	}
	for _, tt := range []struct {
		name, field, code string
		record            Record
	}{
		{"queue", "", "", queue(func(*CallQueue) {})},
		{"everything", "", "", queue(func(q *CallQueue) {
			q.Strategy, q.Members = QueueWeightedRandom, []QueueMember{{User: "user_1"}, {User: "user_2", Penalty: 100}}
			q.TimeoutSeconds, q.WrapUpSeconds, q.MaxLength, q.MaxWaitSeconds = 5, 600, 1000, 86400
			q.Announcements, q.Callback = &Announcements{FrequencySeconds: 10}, &CallbackOffer{OfferAfterSeconds: 0}
			q.Overflow = &Target{Type: TargetExternal, Number: "+13125550100"}
		})},
		{"nameless", "name", CodeRequired, queue(func(q *CallQueue) { q.Name = " " })},
		{"strategy", "strategy", CodeInvalid, queue(func(q *CallQueue) { q.Strategy = "simultaneous" })},
		{"member without a user", "members[0].user", CodeRequired, queue(func(q *CallQueue) { q.Members = make([]QueueMember, 1) })},
		{"member twice", "members[1].user", CodeDuplicate, queue(func(q *CallQueue) {
			q.Members = []QueueMember{{User: "user_1"}, {User: "user_1", Penalty: 1}}
		})},
		{"penalty", "members[0].penalty", CodeOutOfRange, queue(func(q *CallQueue) { q.Members = []QueueMember{{"user_1", -1}} })},
		{"too many", "members", CodeTooMany, queue(func(q *CallQueue) { q.Members = make([]QueueMember, MaxQueueMembers+1) })},
		{"no time to answer", "timeout_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.TimeoutSeconds = 4 })},
		{"wrap-up", "wrap_up_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.WrapUpSeconds = 601 })},
		{"no room", "max_length", CodeOutOfRange, queue(func(q *CallQueue) { q.MaxLength = 0 })},
		{"endless", "max_length", CodeOutOfRange, queue(func(q *CallQueue) { q.MaxLength = 1001 })},
		{"waits backwards", "max_wait_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.MaxWaitSeconds = -1 })},
		{"talks without end", "announcements.frequency_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.Announcements = &Announcements{9} })},
		{"never talks", "announcements.frequency_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.Announcements = &Announcements{601} })},
		{"offer too late", "callback.offer_after_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.Callback = &CallbackOffer{OfferAfterSeconds: 3601} })},
		{"overflow into park slots", "overflow.type", CodeInvalid, queue(func(q *CallQueue) { q.Overflow = &Target{Type: TargetPark, First: 1, Last: 2} })},
		{"prefix with a line break", "caller_id_prefix", CodeInvalid, queue(func(q *CallQueue) { q.CallerIDPrefix = "a\nb" })},
		{"service level", "service_level_seconds", CodeOutOfRange, queue(func(q *CallQueue) { q.ServiceLevelSeconds = 0 })},

		{"agent", "", "", agent(func(*QueueAgent) {})},
		{"agent's state", "state", CodeInvalid, agent(func(a *QueueAgent) { a.State, a.Reason = "busy", "" })},
		{"reason of one who is not paused", "reason", CodeInvalid, agent(func(a *QueueAgent) { a.State = AgentAvailable })},
		{"reason with a line break", "reason", CodeInvalid, agent(func(a *QueueAgent) { a.Reason = "a\r\nb" })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.record.Validate()
			if tt.field == "" {
				if err != nil {
					t.Fatalf("Validate() = %v, want no problem", err)
				}
				return
			}
			var problems Problems
			if !errors.As(err, &problems) || problems[0].Field != tt.field || problems[0].Code != tt.code {
				t.Fatalf("Validate() = %#v, want %s at %s", err, tt.code, tt.field)
			}
		})
	}
}

func TestQueueMember(t *testing.T) {
	q := queue(func(q *CallQueue) { q.Members = []QueueMember{{User: "user_1"}, {User: "user_2", Penalty: 3}} }).(*CallQueue)
	if m := q.Member("user_2"); m == nil || m.Penalty != 3 {
		t.Errorf("Member(user_2) = %+v", m)
	}
	if m := q.Member("user_3"); m != nil {
		t.Errorf("Member(user_3) = %+v", m)
	}
}
