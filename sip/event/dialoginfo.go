package event

import (
	"encoding/xml"
	"strings"
)

// maxDialogs is how many dialogs a document tells of: few phones show a second one, and
// a datagram should not come in many pieces.
const maxDialogs = 4

// writeDialogInfo writes the state of an address as RFC 4235 section 4 has it, always
// in full. Some phones forget a lamp that has no dialog at all, so that an idle one gets
// a terminated dialog.
func writeDialogInfo(of *subject) document {
	var b strings.Builder
	b.WriteString(`" state="full"`)
	attribute(&b, "entity", of.entity)
	b.WriteString(">\n")
	for i := range of.dialogs[:min(len(of.dialogs), maxDialogs)] {
		writeDialog(&b, of, &of.dialogs[i])
	}
	if len(of.dialogs) == 0 {
		b.WriteString("<dialog")
		attribute(&b, "id", of.name)
		b.WriteString("><state>terminated</state></dialog>\n")
	}
	b.WriteString("</dialog-info>\n")
	const head = `<?xml version="1.0"?>` + "\n" + `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="`
	return document{head, b.String(), true}
}

func writeDialog(b *strings.Builder, of *subject, d *Dialog) {
	b.WriteString("<dialog")
	attribute(b, "id", d.ID)
	attribute(b, "call-id", d.CallID)
	if d.Local != "" {
		attribute(b, "local-tag", d.Local)
	}
	if d.Remote != "" {
		attribute(b, "remote-tag", d.Remote)
	}
	direction := "recipient"
	if d.Initiator {
		direction = "initiator"
	}
	attribute(b, "direction", direction)
	b.WriteString("><state>" + d.State.String() + "</state>\n<local>")
	writeIdentity(b, of.about.Name, of.entity)
	b.WriteString("<target")
	attribute(b, "uri", of.entity)
	if d.Held {
		b.WriteString(`><param pname="+sip.rendering" pval="no"/></target>`)
	} else {
		b.WriteString("/>")
	}
	b.WriteString("</local>\n<remote>")
	remote, target := "sip:anonymous@anonymous.invalid", "sip:anonymous@"+of.host
	if d.Number != "" {
		remote = "sip:" + escapeUser(d.Number) + "@" + of.host
		target = remote
	}
	writeIdentity(b, d.Name, remote)
	b.WriteString("<target")
	attribute(b, "uri", target)
	b.WriteString("/></remote>\n</dialog>\n")
}

func writeIdentity(b *strings.Builder, display, uri string) {
	b.WriteString("<identity")
	if display != "" {
		attribute(b, "display", display)
	}
	b.WriteByte('>')
	escapeText(b, uri)
	b.WriteString("</identity>")
}

func attribute(b *strings.Builder, name, value string) {
	b.WriteString(" " + name + `="`)
	escapeText(b, value)
	b.WriteByte('"')
}

// escapeText writes text for XML. What XML cannot have is replaced.
func escapeText(b *strings.Builder, s string) {
	if strings.IndexFunc(s, special) < 0 {
		b.WriteString(s)
		return
	}
	_ = xml.EscapeText(b, []byte(s)) // a Builder takes everything
}

func special(r rune) bool {
	return r < ' ' || r > '~' || r == '<' || r == '>' || r == '&' || r == '"' || r == '\''
}
