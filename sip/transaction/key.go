package transaction

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// clientKey names a client transaction (RFC 3261 17.1.3): the branch, which is ours, and
// the method.
func clientKey(m sip.Message) string {
	via, cseq := m.Via(), m.CSeq()
	if via == nil || cseq == nil {
		return ""
	}
	b := branch(via)
	if b == "" {
		return ""
	}
	return b + " " + string(cseq.MethodName)
}

// serverKey names a server transaction (RFC 3261 17.2.3), that of the INVITE for an ACK;
// for a CANCEL as CANCEL asks for its own. Without a branch that can be trusted it is
// all that RFC 2543 has.
func serverKey(req *sip.Request, method sip.RequestMethod) string {
	via := req.Via()
	if via == nil {
		return ""
	}
	if method == sip.ACK {
		method = sip.INVITE
	}
	var b strings.Builder
	if id := branch(via); strings.HasPrefix(id, sip.RFC3261BranchMagicCookie) && len(id) > len(sip.RFC3261BranchMagicCookie) {
		b.Grow(len(id) + len(via.Host) + len(method) + 8)
		b.WriteString(id)
	} else {
		from, callID, cseq := req.From(), req.CallID(), req.CSeq()
		if from == nil || callID == nil || cseq == nil {
			return ""
		}
		tag, _ := from.Params.Get("tag")
		b.WriteString(tag + " " + callID.Value() + " " + strconv.FormatUint(uint64(cseq.SeqNo), 10))
	}
	b.WriteByte(' ')
	b.WriteString(via.Host)
	b.WriteByte(':')
	b.WriteString(strconv.Itoa(via.Port))
	b.WriteByte(' ')
	b.WriteString(string(method))
	return b.String()
}

// branch is the branch of a Via; the names of parameters have no case.
func branch(via *sip.ViaHeader) string {
	for _, kv := range via.Params {
		if strings.EqualFold(kv.K, "branch") {
			return kv.V
		}
	}
	return ""
}
