package render

import (
	"slices"

	"dialtone/provision/catalog"
)

// accounts writes every account of a desk phone, the unused ones as clears.
func (w *writer) accounts(p *Phone) {
	next := 0
	for n := 1; n <= p.Model.Accounts; n++ {
		for next < len(p.Lines) && p.Lines[next].Number < n {
			next++
		}
		if next < len(p.Lines) && p.Lines[next].Number == n {
			w.account(n, &p.Lines[next], p)
		} else {
			w.noAccount(n)
		}
	}
	w.top()
}

// account writes one registration.
func (w *writer) account(n int, l *Line, p *Phone) {
	w.at("account.", n)
	w.num("enable", 1)
	w.text("label", l.Label)
	w.text("display_name", l.DisplayName)
	w.text("user_name", l.Username)
	w.text("auth_name", l.Username)
	w.text("password", l.Password)
	w.server(l)
	w.num("sip_server.1.expires", l.Expires)
	w.num("transport_type", int(l.Proxy.Transport)) // the short name readers of this file are promised
	if p.Model.Family == catalog.Legacy {
		w.legacyServer(l)
	}
	w.num("nat.rport", 1)
	w.num("nat.udp_update_enable", 1) // keep the NAT's mapping open
	w.media(p, l.Proxy.Transport)
	if f := p.Settings.Features; f != nil {
		w.optFlag("auto_answer", f.AutoAnswerEnabled)
	} else {
		w.clear("auto_answer")
	}
	w.at("voice_mail.number.", n)
	w.prefix = w.prefix[:len(w.prefix)-1]
	w.text("", l.Voicemail)
}

// server writes where to register. The domain is the registrar's name, the proxy is the daemon's listener, so that
// the domain need not resolve.
func (w *writer) server(l *Line) {
	w.text("sip_server.1.address", l.Domain)
	w.num("sip_server.1.port", l.Proxy.Port)
	w.num("sip_server.1.transport_type", int(l.Proxy.Transport))
	if l.Proxy.Host == "" {
		w.num("outbound_proxy_enable", 0)
		w.clear("outbound_proxy.1.address")
		w.clear("outbound_proxy.1.port")
		return
	}
	w.num("outbound_proxy_enable", 1)
	w.text("outbound_proxy.1.address", l.Proxy.Host)
	w.num("outbound_proxy.1.port", l.Proxy.Port)
}

// legacyServer repeats the server under the names firmware up to V7x reads.
func (w *writer) legacyServer(l *Line) {
	w.text("sip_server_host", l.Domain)
	w.num("sip_server_port", l.Proxy.Port)
	w.num("transport", int(l.Proxy.Transport))
	w.num("expires", l.Expires)
	w.text("outbound_host", l.Proxy.Host)
	w.num("outbound_port", l.Proxy.Port)
}

// noAccount takes an account away.
func (w *writer) noAccount(n int) {
	w.at("account.", n)
	w.num("enable", 0)
	w.clear("label")
	w.clear("display_name")
	w.clear("user_name")
	w.clear("auth_name")
	w.clear("password")
}

// Yealink's numbers for how digits and media are sent.
var (
	dtmfTypes = map[string]int{"inband": 0, "rfc4733": 1, "info": 2}
	srtpModes = map[string]int{"off": 0, "optional": 1, "required": 2}
)

// srtpCiphers are the suites every Yealink that asks for a list and every SRTP peer has.
const srtpCiphers = "AES_CM_128_HMAC_SHA1_80,AES_CM_128_HMAC_SHA1_32"

// defaultCodecs in order of preference, where no layer names any.
var defaultCodecs = []string{"g722", "pcmu", "pcma"}

// allCodecs are the codecs written for every account, with the place each has in firmware up to V7x (0: none).
var allCodecs = [...]struct {
	name   string
	legacy int
}{{"pcmu", 1}, {"pcma", 2}, {"g729", 5}, {"g722", 6}, {"opus", 0}}

// media writes codecs, digits and encryption of the account whose prefix is set. Over TLS media is encrypted where
// the other side can; over other transports the keys would be readable, so it is not.
func (w *writer) media(p *Phone, t Transport) {
	var codecs []string
	dtmf := "rfc4733"
	if a := p.Settings.Audio; a != nil {
		codecs = a.Codecs
		if a.DTMF != nil {
			dtmf = *a.DTMF
		}
	}
	w.codecs(codecs, p.Model.Family == catalog.Legacy)
	w.num("dtmf.type", dtmfTypes[dtmf])
	srtp := 0
	if t == TLS {
		srtp = srtpModes["optional"]
	}
	if n := p.Settings.Network; n != nil && n.SRTP != nil {
		srtp = srtpModes[*n.SRTP]
	}
	w.num("srtp_encryption", srtp)
	if t == TLS || srtp > 0 {
		w.text("srtp.cipher_list", srtpCiphers)
	} else {
		w.clear("srtp.cipher_list")
	}
}

func (w *writer) codecs(order []string, legacy bool) {
	if len(order) == 0 {
		order = defaultCodecs
	}
	length := len(w.prefix)
	for _, c := range allCodecs {
		priority := slices.Index(order, c.name) + 1
		w.prefix = append(w.prefix[:length], "codec."...)
		switch {
		case legacy && c.legacy == 0:
			continue
		case legacy:
			w.number(c.legacy)
		default:
			w.prefix = append(append(w.prefix, c.name...), '.')
		}
		w.flag("enable", priority > 0)
		w.positive("priority", priority)
	}
	w.prefix = w.prefix[:length]
}
