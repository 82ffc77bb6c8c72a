package store

import (
	"strings"
	"time"

	"dialtone/store/record"
)

// Keys of the outbox; an account of "" is the platform:
//
//	o/p/<lane>/<account>/<id>                  a row that waits
//	o/d/<lane>/<account>/<queue>/<due ms>/<id> when it may be tried
//	o/f/<account>/<id>                         a row that is sent or given up; its lane stands in the value
//	o/x/<until ms>/<account>/<id>              when that is to be deleted
//	o/q/<account>/<queue>/<id>                 rows of a queue, in both states
//	o/n/<account>/<queue>                      how many of a webhook's have been finished
//	o/s/<account>/<queue>/<number>             identifier of the one with that number
//	o/c/<lane>/<account>                       how many wait
const (
	prefixOutboxPending  = "o/p/"
	prefixOutboxDue      = "o/d/"
	prefixOutboxFinished = "o/f/"
	prefixOutboxUntil    = "o/x/"
	prefixOutboxList     = "o/q/"
	prefixOutboxNumber   = "o/n/"
	prefixOutboxSlot     = "o/s/"
	prefixOutboxCount    = "o/c/"
)

func outboxPendingPrefix(lane OutboxLane, account record.ID) []byte {
	return []byte(prefixOutboxPending + string(lane) + "/" + string(account) + "/")
}

func outboxPendingKey(lane OutboxLane, account record.ID, id string) []byte {
	return append(outboxPendingPrefix(lane, account), id...)
}

func outboxDuePrefix(lane OutboxLane, q OutboxQueue) []byte {
	return []byte(prefixOutboxDue + string(lane) + "/" + string(q.Account) + "/" + q.Name + "/")
}

func outboxDueKey(row *OutboxRow) []byte {
	key := append(outboxDuePrefix(row.Lane, row.queue()), uint64BE(uint64(row.Due.UnixMilli()))...)
	return append(append(key, '/'), row.ID...)
}

// cutOutboxDue takes the rest of a due key behind its lane apart.
func cutOutboxDue(rest string) (q OutboxQueue, due time.Time, id string, ok bool) {
	account, rest, _ := strings.Cut(rest, "/")
	name, rest, ok := strings.Cut(rest, "/")
	const stamp = 8 + len("/")
	if !ok || len(rest) < stamp {
		return q, due, "", false
	}
	q = OutboxQueue{record.ID(account), name}
	return q, time.UnixMilli(int64(beUint64([]byte(rest[:8])))).UTC(), rest[stamp:], true
}

func outboxFinishedPrefix(account record.ID) []byte {
	return []byte(prefixOutboxFinished + string(account) + "/")
}

func outboxFinishedKey(account record.ID, id string) []byte {
	return append(outboxFinishedPrefix(account), id...)
}

func outboxUntilKey(until time.Time, account record.ID, id string) []byte {
	key := append([]byte(prefixOutboxUntil), uint64BE(uint64(until.UnixMilli()))...)
	return append(key, "/"+string(account)+"/"+id...)
}

// cutOutboxUntil takes such a key apart.
func cutOutboxUntil(key []byte) (until int64, account record.ID, id string) {
	rest := key[len(prefixOutboxUntil):]
	owner, id, _ := strings.Cut(string(rest[8+len("/"):]), "/")
	return int64(beUint64(rest[:8])), record.ID(owner), id
}

func outboxListPrefix(account record.ID, queue string) []byte {
	return []byte(prefixOutboxList + string(account) + "/" + queue + "/")
}

func outboxListKey(account record.ID, queue, id string) []byte {
	return append(outboxListPrefix(account, queue), id...)
}

func outboxNumberKey(account record.ID, queue string) []byte {
	return []byte(prefixOutboxNumber + string(account) + "/" + queue)
}

func outboxSlotKey(account record.ID, queue string, n uint64) []byte {
	return append([]byte(prefixOutboxSlot+string(account)+"/"+queue+"/"), uint64BE(n)...)
}

func outboxCountKey(lane OutboxLane, account record.ID) []byte {
	return []byte(prefixOutboxCount + string(lane) + "/" + string(account))
}

// outboxPlace is the form of a row's identifier.
func outboxPlace(id string) bool {
	stamp, ok := strings.CutPrefix(id, outboxID)
	return ok && stamped(stamp)
}
