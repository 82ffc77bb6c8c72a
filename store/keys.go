package store

import (
	"encoding/binary"
	"time"

	"dialtone/store/record"
)

// Key layout of the records engine. One letter names the table; parts are joined
// by NUL where a part has no fixed alphabet. DESIGN.md describes the values.
//
//	m/format, m/revision                     bookkeeping
//	m/import/<account>                       account that is being imported
//	r/<id>                                   a record
//	u/<space> NUL <value>                    id of the record that has the value
//	f/<id>/<referrer>                        referrer needs id; value: field, "!" before it for an owner
//	d/<device>                               device state
//	a/<account>/<seq>, A/<account>           audit entry, head of the chain
//	c/<account>/<column><block>              column of 256 audit entries, for searches
//	t/<account>                              tombstone of a deleted account
//	h/<table>/<account>/…                    histories
//	x/<account>/<device>                     deleted device whose history is to go
//	p/<device>                               files a phone has uploaded
//	i/<digest>, e/<expires ms>/<digest>      answers to idempotency keys
//	o/…                                      outbox, see outbox_keys.go
//	s/<tag>                                  subscription of a phone to a lamp
var (
	keyFormat   = []byte("m/format")
	keyRevision = []byte("m/revision")
)

const (
	prefixRecord    = "r/"
	prefixUnique    = "u/"
	prefixReferrer  = "f/"
	prefixState     = "d/"
	prefixAudit     = "a/"
	prefixAuditHead = "A/"
	prefixColumn    = "c/"
	prefixTombstone = "t/"
	prefixHistory   = "h/"
	prefixErased    = "x/"
	prefixUpload    = "p/"
	prefixReplay    = "i/"
	prefixExpiry    = "e/"
)

// Tables of histories. A ledger has three: its own, "_order" and "_count".
const (
	tableEvent       = "event"
	tableEventDevice = "event_device"
	tableEventSeq    = "event_seq"
	tableFailure     = "failure"
	tableUnknownMAC  = "unknown"
	tableCall        = "call"
	tableCallCount   = "call_count"
	tableCallTrace   = "call_trace"
	tableQueueHour   = "queue_hour"
	tableFaxWindow   = "fax_window"
	tableFax         = "fax"
	tableFaxOpen     = "fax_open"
	tableFaxPage     = "fax_page"
	tableFaxDelete   = "fax_delete"

	tableRecording     = "recording"
	tableRecordingCall = "recording_call"
	tableRecordingOpen = "recording_open"
	tableTranscription = "transcription"
	tableTranscript    = "transcript"

	tableEmergency       = "emergency"
	tableEmergencyOpen   = "emergency_open"
	tableEmergencyWindow = "emergency_window"
	tableEmergencyTest   = "emergency_test"
)

// historyTables are all of them.
func historyTables() []string {
	tables := []string{tableEvent, tableEventDevice, tableEventSeq, tableCall, tableCallCount, tableCallTrace, tableQueueHour, tableFaxWindow, tableFax, tableFaxOpen, tableFaxPage, tableFaxDelete}
	tables = append(tables, tableEmergency, tableEmergencyOpen, tableEmergencyWindow, tableEmergencyTest)
	tables = append(tables, tableRecording, tableRecordingCall, tableRecordingOpen, tableTranscription, tableTranscript)
	for _, l := range []string{tableFailure, tableUnknownMAC} {
		tables = append(tables, l, l+"_order", l+"_count")
	}
	return tables
}

func recordKey(id record.ID) []byte { return []byte(prefixRecord + string(id)) }

func uniqueKey(u record.Unique) []byte {
	return []byte(prefixUnique + u.Space + "\x00" + u.Value)
}

func importKey(account record.ID) []byte { return []byte("m/import/" + string(account)) }

func referrerPrefix(id record.ID) []byte { return []byte(prefixReferrer + string(id) + "/") }

func referrerKey(id, referrer record.ID) []byte {
	return append(referrerPrefix(id), referrer...)
}

func stateKey(device record.ID) []byte { return []byte(prefixState + string(device)) }

func tombstoneKey(account record.ID) []byte { return []byte(prefixTombstone + string(account)) }

func historyPrefix(table string, account record.ID) []byte {
	return []byte(prefixHistory + table + "/" + string(account) + "/")
}

func historyKey(table string, account record.ID, rest string) []byte {
	return append(historyPrefix(table, account), rest...)
}

func auditPrefix(account record.ID) []byte { return []byte(prefixAudit + string(account) + "/") }

func auditKey(account record.ID, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(auditPrefix(account), seq)
}

func auditHeadKey(account record.ID) []byte { return []byte(prefixAuditHead + string(account)) }

func columnPrefix(account record.ID) []byte { return []byte(prefixColumn + string(account) + "/") }

func columnKey(account record.ID, c column, block uint64) []byte {
	return binary.BigEndian.AppendUint64(append(columnPrefix(account), byte(c)), block)
}

func erasedKey(account, device record.ID) []byte {
	return []byte(prefixErased + string(account) + "/" + string(device))
}

func uploadKey(device record.ID) []byte { return []byte(prefixUpload + string(device)) }

func replayKey(digest string) []byte { return []byte(prefixReplay + digest) }

func replayExpiryKey(expires time.Time, digest string) []byte {
	key := binary.BigEndian.AppendUint64([]byte(prefixExpiry), uint64(expires.UnixMilli()))
	return append(append(key, '/'), digest...)
}

// expirySize is the length of the part of an expiry key between prefix and digest.
const expirySize = 8 + len("/")

// expiryOf is the time in an expiry key in milliseconds.
func expiryOf(key []byte) int64 { return int64(beUint64(key[len(prefixExpiry):][:8])) }

func beUint64(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func uint64BE(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
