package sip

import (
	"bytes"
	"net/netip"

	"dialtone/sip/dialog"
	"dialtone/sip/registrar"
)

// maxMessage is what the dialogs take in a datagram, in bytes. Longer messages are answered
// by the front, save calls for help.
const maxMessage = 16384

// passed is a message for the dialogs, which keep it.
func (w *worker) passed(data []byte) []byte {
	if w.mended != nil {
		return w.mended
	}
	return bytes.Clone(bytes.TrimLeft(data, "\r\n"))
}

// origin is who sent the message in hand.
func (w *worker) origin(f flow) (o dialog.Origin) {
	o.Flow = dialog.Flow{Transport: f.transport.String(), Remote: f.source, Listener: f.listener, Connection: f.connection}
	if !w.msg.Request {
		return o
	}
	a := &w.admitted
	o.User, o.Emergency, o.Replayed = a.user, a.emergency, a.replayed
	if a.trunk {
		if trunks := w.edge.trunks.Recognise(f.source); len(trunks) > 0 {
			o.Trunk = trunks[0]
		}
	}
	return o
}

// answersTo is where the answer to the request in hand goes: over UDP to its source, or
// where its Via says.
func (w *worker) answersTo(f flow) netip.AddrPort {
	if f.transport == registrar.UDP && w.msg.Request {
		return w.msg.Top.ResponseAddr(f.source)
	}
	return f.source
}
