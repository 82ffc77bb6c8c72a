package admin

import (
	"net/http"
	"slices"

	"dialtone/store"
	"dialtone/store/record"
)

// agentInput is what an agent is to be.
type agentInput struct {
	State  string `json:"state" doc:"available, paused or logged_out."`
	Reason string `json:"reason" doc:"Why, of a pause."`
}

func handleQueueAgents(c *call) (*answer, error) {
	s, err := c.queueState()
	if err != nil {
		return nil, err
	}
	list, q := s.Agents, c.query()
	limit := q.limit()
	after := q.cursor(func(text string) bool { return record.ID(text).Kind() == record.KindUser })
	if err := q.err(); err != nil {
		return nil, err
	}
	if after != "" {
		i := slices.IndexFunc(list, func(a QueueAgentState) bool { return string(a.User) == after })
		list = list[i+1:] // one who has left the queue since: from the beginning
	}
	return ok(cut(list, limit, func(a QueueAgentState) string { return string(a.User) })), nil
}

// queueAgent is the agent the path names.
func (c *call) queueAgent() (*QueueAgentState, error) {
	s, err := c.queueState()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.Agents, func(a QueueAgentState) bool { return a.User == c.id("user") })
	if i < 0 {
		return nil, store.ErrNotFound
	}
	return &s.Agents[i], nil
}

func handleQueueAgent(c *call) (*answer, error) {
	a, err := c.queueAgent()
	if err != nil {
		return nil, err
	}
	return ok(a), nil
}

func handleQueueAgentChange(c *call) (*answer, error) {
	is, err := c.queueAgent()
	if err != nil {
		return nil, err
	}
	var in agentInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	if in.State == "" {
		return nil, invalidField("state", record.CodeRequired, "must be available, paused or logged_out")
	}
	_, err = c.change(func(tx *store.Tx) (effect, error) {
		before, after, err := tx.SetQueueAgent(c.resource, is.User, store.AgentState{State: in.State, Reason: in.Reason})
		if err != nil {
			return effect{}, err
		}
		changes := store.AgentChanges(before, after)
		return effect{account: c.account, resource: c.resource, changes: changes, answer: &answer{status: http.StatusOK}}, nil
	})
	if err != nil {
		return nil, err
	}
	return handleQueueAgent(c)
}
