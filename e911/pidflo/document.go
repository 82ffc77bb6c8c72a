package pidflo

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"time"
)

// ContentType is what a document is sent as (RFC 3863 section 5).
const ContentType = "application/pidf+xml"

// Namespaces of a document.
const (
	nsPIDF   = "urn:ietf:params:xml:ns:pidf"
	nsGP     = "urn:ietf:params:xml:ns:pidf:geopriv10"
	nsCivic  = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
	nsPolicy = "urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"
	nsGML    = "http://www.opengis.net/gml"
)

// MethodManual says that somebody entered the location by hand (RFC 4119 section 6.1).
const MethodManual = "Manual"

// Point is a place in WGS 84.
type Point struct{ Latitude, Longitude float64 } // degrees north and east

// Document is one location.
type Document struct {
	// Entity is whom it is about, a pres: or sip: URI.
	Entity string
	Civic  Civic
	Point  *Point // nil: none is known
	// Method is how the location was found out; empty is not told.
	Method string
	// Timestamp is when it was put together; Expires how long whoever gets it may keep it.
	Timestamp, Expires time.Time
}

// Append writes the document. The order of the elements is the schemas'. A point comes
// before the civic address, since both describe one place (RFC 5491 section 3.4 rule 8).
func (d *Document) Append(dst []byte) []byte {
	w := writer{b: dst}
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<presence xmlns="` + nsPIDF + `" xmlns:gp="` + nsGP + `" xmlns:ca="` + nsCivic +
		`" xmlns:gbp="` + nsPolicy + `" xmlns:gml="` + nsGML + `" entity="`)
	w.text(d.Entity)
	w.raw(`">` + "\n" + ` <tuple id="location">` + "\n  <status>\n   <gp:geopriv>\n    <gp:location-info>\n")
	if d.Point != nil {
		w.raw(`     <gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>` + degrees(d.Point.Latitude) + " " + degrees(d.Point.Longitude) + "</gml:pos></gml:Point>\n")
	}
	if !d.Civic.IsZero() {
		w.civic(&d.Civic)
	}
	w.raw("    </gp:location-info>\n    <gp:usage-rules>\n     <gbp:retransmission-allowed>true</gbp:retransmission-allowed>\n")
	w.element("     ", "gbp:retention-expiry", stamp(d.Expires))
	w.raw("    </gp:usage-rules>\n")
	w.element("    ", "gp:method", d.Method)
	w.raw("   </gp:geopriv>\n  </status>\n")
	w.element("  ", "timestamp", stamp(d.Timestamp))
	w.raw(" </tuple>\n</presence>\n")
	return w.b
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// stamp is a time as XML Schema's dateTime has it, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type writer struct{ b []byte }

func (w *writer) raw(s string) { w.b = append(w.b, s...) }

// text writes s so that it can be nothing but text; what XML 1.0 does not have becomes
// U+FFFD.
func (w *writer) text(s string) {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer does not fail
	w.b = append(w.b, b.Bytes()...)
}

func (w *writer) element(indent, name, value string) {
	if value == "" {
		return
	}
	w.raw(indent + "<" + name + ">")
	w.text(value)
	w.raw("</" + name + ">\n")
}

func (w *writer) civic(c *Civic) {
	w.raw("     <ca:civicAddress>\n")
	for _, e := range c.elements() {
		w.element("      ", "ca:"+e.name, *e.value)
	}
	w.raw("     </ca:civicAddress>\n")
}
