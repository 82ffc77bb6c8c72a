package event

import "strings"

// writePresence writes whether somebody is on the phone (RFC 3863, activities of
// RFC 4480), for clients that show contacts rather than lamps.
func writePresence(of *subject) document {
	activity, note := "", "Available"
	if len(of.dialogs) > 0 {
		activity, note = "<rpid:activities><rpid:on-the-phone/></rpid:activities>", "On the phone"
		if rank(&of.dialogs[0]) == 0 {
			note = "Ringing"
		}
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"` +
		` xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid"`)
	attribute(&b, "entity", of.entity)
	b.WriteString(">\n" + `<tuple id="phone"><status><basic>open</basic></status><note>` + note + "</note></tuple>\n" +
		`<dm:person id="person">` + activity + "<dm:note>" + note + "</dm:note></dm:person>\n</presence>\n")
	return document{head: b.String()}
}
