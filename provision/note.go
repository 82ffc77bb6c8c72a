package provision

import (
	"encoding/hex"
	"net/netip"
	"regexp"
	"strings"
	"time"
	"unicode"

	"dialtone/store/record"
)

// Longest texts of a request that are kept, in bytes.
const (
	keptName  = maxName
	keptAgent = 160
)

// tokenLike matches every token, and no name that phones ask for.
var tokenLike = regexp.MustCompile("[A-Za-z0-9]{20,}")

// note is what a request leaves behind: everything copied, nothing allocated, so
// that it can be made on the hot path.
type note struct {
	time    time.Time
	count   int // requests alike, of which this is the last
	account record.ID
	device  record.ID
	mac     record.MAC
	source  netip.Addr
	digest  [3]byte // the first of the token's digest
	result  result
	method  method
	file    file
	status  int
	bytes   int
	fetched bool   // the phone has this configuration now
	hash    uint64 // of the configuration
	old     bool   // over a rotated token
	detail  string

	name, agent int
	nameBuf     [keptName]byte
	agentBuf    [keptAgent]byte
}

// fill notes a request that was answered with status and so many bytes.
func (n *note) fill(r *request, res result, status, bytes int) {
	n.time, n.source, n.result, n.method, n.file = r.now, r.source, res, r.method, r.file
	n.status, n.bytes, n.detail, n.old = status, bytes, r.detail, r.token.Old
	n.mac, n.account, n.device = r.mac, "", ""
	n.digest = [3]byte(r.digest[:3])
	if r.account != nil {
		n.account = r.account.ID
	}
	if r.device != nil {
		n.device = r.device.ID
	}
	n.fetched, n.hash = false, 0
	if res == resServed && r.file == fileConfig && r.method == methodGet && r.served != nil {
		n.fetched, n.hash = true, r.served.hash
	}
	n.name = copy(n.nameBuf[:], r.name)
	n.agent = copy(n.agentBuf[:], r.agent)
}

// key is what requests have in common that are told as one.
type key struct {
	account, device record.ID
	mac             record.MAC
	source          netip.Addr
	result          result
	method          method
	token           [3]byte
	name            [keptName]byte
}

func (n *note) key() key {
	k := key{account: n.account, device: n.device, mac: n.mac, source: n.source, result: n.result, method: n.method, token: n.digest}
	copy(k.name[:], n.nameBuf[:n.name])
	return k
}

// like says whether a request answered so has the key of the note.
func (n *note) like(r *request, res result) bool {
	var account, device record.ID
	if r.account != nil {
		account = r.account.ID
	}
	if r.device != nil {
		device = r.device.ID
	}
	return n.mac == r.mac && n.source == r.source && n.result == res && n.method == r.method &&
		n.account == account && n.device == device && n.digest == [3]byte(r.digest[:3]) &&
		string(n.nameBuf[:n.name]) == string(r.name[:min(len(r.name), keptName)])
}

// event is count such notes as the administrator reads them.
func (n *note) event(count int) record.ProvisioningEvent {
	return record.ProvisioningEvent{
		Account: n.account, Device: n.device, Time: n.time,
		Method: methodNames[n.method], File: printable(withoutTokens(n.nameBuf[:n.name])),
		Result: n.result.String(), Status: n.status, Bytes: n.bytes,
		SourceIP: ip(n.source), UserAgent: n.userAgent(), Detail: n.detail, Count: count,
	}
}

func (n *note) userAgent() string { return printable(n.agentBuf[:n.agent]) }

// token names the token in the log without giving it away.
func (n *note) token() string { return hex.EncodeToString(n.digest[:]) }

// withoutTokens is a file name without what may be a token: a URL with a part too many
// has it there, and neither the log nor the history may tell it.
func withoutTokens(name []byte) []byte {
	return tokenLike.ReplaceAll(name, []byte("…"))
}

// printable is text from outside, fit for a log and a screen.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, strings.ToValidUTF8(string(b), "?"))
}

func ip(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
