package admin

import (
	"net/http"
	"reflect"

	"dialtone/store"
	"dialtone/store/record"
)

const callQueuePath = "/v1/accounts/{account}/call_queues/{call_queue}"

func callQueues() *collection[*record.CallQueue] {
	return inAccount(collection[*record.CallQueue]{
		path: "/v1/accounts/{account}/call_queues", param: "call_queue", noun: "call queue",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name"},
		blank: record.NewCallQueue,
	})
}

// callQueueOperations are about what goes on in one queue.
func callQueueOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: callQueuePath + "/state", event: "call_queue.read_state", scope: record.ScopeRead,
			summary: "Shows who waits in a queue now, and what its agents do.",
			answer:  typeOf[*QueueState](), status: http.StatusOK, handle: handleQueueState,
		},
		{
			method: http.MethodGet, path: callQueuePath + "/agents", event: "queue_agent.list", scope: record.ScopeRead,
			summary: "Lists the agents of a queue in their order, with what they do now.", answer: typeOf[QueueAgentState](), list: true,
			status: http.StatusOK, handle: handleQueueAgents,
		},
		{
			method: http.MethodGet, path: callQueuePath + "/agents/{user}", event: "queue_agent.read", scope: record.ScopeRead,
			summary: "Reads one agent of a queue.", answer: typeOf[*QueueAgentState](), status: http.StatusOK, handle: handleQueueAgent,
		},
		{
			method: http.MethodPatch, path: callQueuePath + "/agents/{user}", event: store.EventQueueAgentUpdate, scope: record.ScopeWrite,
			summary: "Logs an agent in to a queue or out of it, pauses one or lets one come back.", body: []reflect.Type{typeOf[agentInput]()},
			required: []string{"state"}, answer: typeOf[*QueueAgentState](), status: http.StatusOK, handle: handleQueueAgentChange,
		},
		{
			method: http.MethodGet, path: callQueuePath + "/statistics", event: "call_queue.read_statistics", scope: record.ScopeRead,
			summary: "Shows what became of a queue's callers, by hour or by day of the account's time zone.",
			query: []parameter{
				{name: "from", doc: "From the hour of this time on; midnight 7 days ago when absent."},
				{name: "to", doc: "Up to the hour of this time; now when absent. At most 366 days, 31 by hour."},
				{name: "by", doc: "hour or day; day when absent."},
			},
			answer: typeOf[*QueueStatistics](), status: http.StatusOK, handle: handleQueueStatistics,
		},
	}
}

// callQueue is the queue the path names.
func (c *call) callQueue() (*record.CallQueue, error) {
	var q *record.CallQueue
	known := false
	c.view(func(v *store.View) { q, known = store.Get[*record.CallQueue](v, c.id("call_queue")) })
	if !known || q.Account != c.account {
		return nil, store.ErrNotFound
	}
	c.resource = q.ID
	return q, nil
}
