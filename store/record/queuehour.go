package record

import "time"

// maxHourAgents bounds the agents told apart in one hour of a queue.
const maxHourAgents = 2 * MaxQueueMembers

// QueueHour is what became of the calls that joined a queue within one hour.
type QueueHour struct {
	Queue ID        `json:"queue"`
	Hour  time.Time `json:"hour"` // its beginning, UTC
	QueueCounts
	Agents map[ID]AgentCounts `json:"agents"`
}

// QueueCounts are figures of a queue over some time.
type QueueCounts struct {
	Offered            int `json:"offered" doc:"Calls that came to the queue, and callers who were called back."`
	Answered           int `json:"answered" doc:"Calls an agent took."`
	AnsweredInTime     int `json:"answered_in_time" doc:"Those among them that waited no longer than service_level_seconds."`
	Abandoned          int `json:"abandoned" doc:"Calls whose caller hung up while waiting."`
	Overflowed         int `json:"overflowed" doc:"Calls that waited and were sent on."`
	Refused            int `json:"refused" doc:"Calls that were not let in: the queue was full or empty."`
	Callbacks          int `json:"callbacks" doc:"Callers who hung up to be called back."`
	Ended              int `json:"ended" doc:"Calls that were ended or led elsewhere while waiting."`
	AnsweredWait       int `json:"answered_wait_seconds" doc:"Seconds all answered calls waited, in sum."`
	AbandonedWait      int `json:"abandoned_wait_seconds" doc:"Seconds all abandoned calls waited, in sum."`
	LongestWaitSeconds int `json:"longest_wait_seconds" doc:"Seconds the call waited that waited the longest."`
	TalkSeconds        int `json:"talk_seconds" doc:"Seconds from the answer to the end, of all answered calls in sum."`
}

// AgentCounts are figures of one agent over some time.
type AgentCounts struct {
	Rang        int `json:"rang" doc:"How often the agent was rung."`
	Answered    int `json:"answered" doc:"Calls the agent took."`
	Missed      int `json:"missed" doc:"How often the agent was rung and did not answer, was busy or declined."`
	TalkSeconds int `json:"talk_seconds" doc:"Seconds the agent's calls lasted, in sum."`
}

// Count adds a passage of a call that ended at a time. Answers within the service level,
// in seconds, are in time.
func (h *QueueHour) Count(p *QueuePassage, ended time.Time, serviceLevel int) {
	if p.Result != QueueCallback { // counted once more when the caller is called back
		h.Offered++
	}
	h.LongestWaitSeconds = max(h.LongestWaitSeconds, p.WaitSeconds)
	talk := 0
	switch p.Result {
	case QueueAnswered:
		answered := p.JoinedAt.Add(time.Duration(p.WaitSeconds) * time.Second)
		talk = max(int(ended.Sub(answered)/time.Second), 0)
		h.Answered++
		h.AnsweredWait += p.WaitSeconds
		h.TalkSeconds += talk
		if p.WaitSeconds <= serviceLevel {
			h.AnsweredInTime++
		}
	case QueueAbandoned:
		h.Abandoned++
		h.AbandonedWait += p.WaitSeconds
	case QueueOverflowed:
		h.Overflowed++
	case QueueRefused:
		h.Refused++
	case QueueCallback:
		h.Callbacks++
	default:
		h.Ended++
	}
	for i := range p.Steps {
		h.countStep(&p.Steps[i])
	}
	if p.Agent != "" && p.Result == QueueAnswered {
		h.agent(p.Agent, AgentCounts{Answered: 1, TalkSeconds: talk})
	}
}

// countStep adds how an agent was rung.
func (h *QueueHour) countStep(s *QueueStep) {
	switch s.Step {
	case StepRang:
		h.agent(s.Agent, AgentCounts{Rang: 1})
	case StepNoAnswer, StepBusy, StepDeclined:
		h.agent(s.Agent, AgentCounts{Missed: 1})
	}
}

func (h *QueueHour) agent(user ID, more AgentCounts) {
	if h.Agents == nil {
		h.Agents = map[ID]AgentCounts{}
	}
	of, known := h.Agents[user]
	if !known && len(h.Agents) >= maxHourAgents {
		return
	}
	h.Agents[user] = of.Plus(more)
}

// Plus is the sum of both.
func (c AgentCounts) Plus(o AgentCounts) AgentCounts {
	return AgentCounts{c.Rang + o.Rang, c.Answered + o.Answered, c.Missed + o.Missed, c.TalkSeconds + o.TalkSeconds}
}

// Plus is both together.
func (c QueueCounts) Plus(o QueueCounts) QueueCounts {
	return QueueCounts{
		Offered: c.Offered + o.Offered, Answered: c.Answered + o.Answered, AnsweredInTime: c.AnsweredInTime + o.AnsweredInTime,
		Abandoned: c.Abandoned + o.Abandoned, Overflowed: c.Overflowed + o.Overflowed, Refused: c.Refused + o.Refused,
		Callbacks: c.Callbacks + o.Callbacks, Ended: c.Ended + o.Ended,
		AnsweredWait: c.AnsweredWait + o.AnsweredWait, AbandonedWait: c.AbandonedWait + o.AbandonedWait,
		LongestWaitSeconds: max(c.LongestWaitSeconds, o.LongestWaitSeconds), TalkSeconds: c.TalkSeconds + o.TalkSeconds,
	}
}
