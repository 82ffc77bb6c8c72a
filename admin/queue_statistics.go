package admin

import (
	"cmp"
	"slices"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// The longest times statistics are shown for.
const (
	maxStatisticsDays  = 366
	maxStatisticsHours = 31 * 24
	usualStatistics    = 7 // days
)

// QueueStatistics are figures of a queue over some time.
type QueueStatistics struct {
	From    time.Time         `json:"from" doc:"Beginning of the first hour."`
	To      time.Time         `json:"to" doc:"End of the last hour."`
	Total   QueueFigures      `json:"total" doc:"Everything together."`
	Periods []QueuePeriod     `json:"periods" doc:"The hours or days in which calls came, the oldest first."`
	Agents  []AgentStatistics `json:"agents" doc:"The agents who were rung, by user."`
}

// QueueFigures are counts and what follows from them.
type QueueFigures struct {
	record.QueueCounts
	ServiceLevelPercent  float64 `json:"service_level_percent" doc:"Calls answered in time, of those answered, abandoned and overflowed, per cent; 100 without any."`
	AverageAnsweredWait  float64 `json:"average_answered_wait_seconds" doc:"Seconds an answered call waited on average."`
	AverageAbandonedWait float64 `json:"average_abandoned_wait_seconds" doc:"Seconds an abandoned call waited on average."`
	AverageTalk          float64 `json:"average_talk_seconds" doc:"Seconds an answered call lasted on average."`
}

// QueuePeriod is one hour or day.
type QueuePeriod struct {
	Start time.Time `json:"start" doc:"Its beginning."`
	QueueFigures
}

// AgentStatistics are figures of one agent.
type AgentStatistics struct {
	User record.ID `json:"user" doc:"The user."`
	Name string    `json:"name" doc:"Name of the user; empty for one who is gone."`
	record.AgentCounts
}

func handleQueueStatistics(c *call) (*answer, error) {
	found, err := c.callQueue()
	if err != nil {
		return nil, err
	}
	zone := c.zone()
	q := c.query()
	from, to, by := q.time("from"), q.time("to"), q.oneOf("by", "hour", "day")
	from, to = statisticsSpan(q, from, to, by == "hour", c.server.now().In(zone))
	if err := q.err(); err != nil {
		return nil, err
	}
	hours, err := c.server.Store.QueueHours(c.account, found.ID, from, to)
	if err != nil {
		return nil, err
	}
	s := &QueueStatistics{From: from, To: to, Periods: periods(hours, by == "hour", zone)}
	var sum record.QueueCounts
	agents := map[record.ID]record.AgentCounts{}
	for _, h := range hours {
		sum = sum.Plus(h.QueueCounts)
		for user, counts := range h.Agents {
			agents[user] = agents[user].Plus(counts)
		}
	}
	s.Total = figures(sum)
	c.view(func(v *store.View) { s.Agents = agentStatistics(v, agents) })
	return ok(s), nil
}

// zone is the account's time zone.
func (c *call) zone() *time.Location {
	name := ""
	c.view(func(v *store.View) {
		if a, there := v.Account(c.account); there {
			name = a.Timezone
		}
	})
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // checked when it was written
	}
	return zone
}

// statisticsSpan is the time asked for in whole hours, UTC.
func statisticsSpan(q *query, from, to time.Time, hourly bool, now time.Time) (start, end time.Time) {
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		year, month, day := now.Date()
		from = time.Date(year, month, day-usualStatistics, 0, 0, 0, 0, now.Location())
	}
	start, end = from.UTC().Truncate(time.Hour), to.UTC().Add(time.Hour-1).Truncate(time.Hour)
	longest := maxStatisticsDays * 24 * time.Hour
	if hourly {
		longest = maxStatisticsHours * time.Hour
	}
	switch {
	case end.Before(start):
		q.problems.Add("to", record.CodeInvalid, "must not be before from")
	case end.Sub(start) > longest:
		q.problems.Add("from", record.CodeOutOfRange, "must be at most %d days before to", int(longest/(24*time.Hour)))
	}
	return start, end
}

// periods sums hours up by day of a time zone, or leaves them hours.
func periods(hours []record.QueueHour, hourly bool, zone *time.Location) (list []QueuePeriod) {
	sums := map[time.Time]record.QueueCounts{}
	for _, h := range hours {
		at := h.Hour
		if !hourly {
			year, month, day := at.In(zone).Date()
			at = time.Date(year, month, day, 0, 0, 0, 0, zone).UTC()
		}
		sums[at] = sums[at].Plus(h.QueueCounts)
	}
	for at, sum := range sums {
		list = append(list, QueuePeriod{at, figures(sum)})
	}
	slices.SortFunc(list, func(a, b QueuePeriod) int { return a.Start.Compare(b.Start) })
	return list
}

func figures(n record.QueueCounts) QueueFigures {
	f := QueueFigures{
		QueueCounts: n, ServiceLevelPercent: 100,
		AverageAnsweredWait: average(n.AnsweredWait, n.Answered), AverageAbandonedWait: average(n.AbandonedWait, n.Abandoned),
		AverageTalk: average(n.TalkSeconds, n.Answered),
	}
	if all := n.Answered + n.Abandoned + n.Overflowed; all > 0 {
		f.ServiceLevelPercent = 100 * average(n.AnsweredInTime, all)
	}
	return f
}

func average(sum, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

func agentStatistics(v *store.View, counts map[record.ID]record.AgentCounts) []AgentStatistics {
	list := make([]AgentStatistics, 0, len(counts))
	for user, n := range counts {
		a := AgentStatistics{User: user, AgentCounts: n}
		if u, there := store.Get[*record.User](v, user); there {
			a.Name = u.Name
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b AgentStatistics) int { return cmp.Compare(a.User, b.User) })
	return list
}
