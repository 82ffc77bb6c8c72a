package pidflo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Bounds of a document that is read.
const (
	maxDocument = 64 << 10 // bytes
	maxDepth    = 32
)

// ErrNoLocation says that a document has no location in it.
var ErrNoLocation = errors.New("no location")

var errTooBig = errors.New("document is too long or too deep")

// Read is the first location of a document. Elements of namespaces that are not known are
// passed over.
func Read(b []byte) (Document, error) {
	if len(b) > maxDocument {
		return Document{}, fmt.Errorf("cannot read location: %w", errTooBig)
	}
	r := reader{d: xml.NewDecoder(bytes.NewReader(b))}
	if err := r.run(); err != nil {
		return Document{}, fmt.Errorf("cannot read location: %w", err)
	}
	if !r.found {
		return Document{}, fmt.Errorf("cannot read location: %w", ErrNoLocation)
	}
	return r.doc, nil
}

type reader struct {
	d     *xml.Decoder
	doc   Document
	path  []xml.Name
	text  strings.Builder
	found bool
	over  bool // the first tuple with a location has ended
}

func (r *reader) run() error {
	for {
		t, err := r.d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(r.path) == maxDepth {
				return errTooBig
			}
			r.path = append(r.path, t.Name)
			r.text.Reset()
			r.start(t)
		case xml.EndElement:
			r.end(t.Name)
			r.path = r.path[:len(r.path)-1]
			r.text.Reset()
		case xml.CharData:
			r.text.Write(t)
		}
	}
}

func (r *reader) start(e xml.StartElement) {
	if len(r.path) != 1 || e.Name.Local != "presence" {
		return
	}
	for _, a := range e.Attr {
		if a.Name.Local == "entity" {
			r.doc.Entity = a.Value
		}
	}
}

func (r *reader) end(name xml.Name) {
	if r.over {
		return
	}
	text := r.text.String()
	switch {
	case r.under(nsCivic, "civicAddress") && name.Space == nsCivic:
		r.civic(name.Local, text)
	case name == xml.Name{Space: nsGML, Local: "pos"}:
		r.point(text)
	case name == xml.Name{Space: nsGP, Local: "method"}:
		r.doc.Method = text
	case name == xml.Name{Space: nsPolicy, Local: "retention-expiry"}:
		r.doc.Expires = when(text)
	case name == xml.Name{Space: nsPIDF, Local: "timestamp"}:
		r.doc.Timestamp = when(text)
	case name == xml.Name{Space: nsPIDF, Local: "tuple"}:
		r.over = r.found
	}
}

// under says whether the element around the one that ends is of that name.
func (r *reader) under(space, local string) bool {
	return len(r.path) > 1 && r.path[len(r.path)-2] == xml.Name{Space: space, Local: local}
}

func (r *reader) civic(name, text string) {
	for _, e := range r.doc.Civic.elements() {
		if e.name == name {
			*e.value, r.found = text, true
		}
	}
}

func (r *reader) point(text string) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return
	}
	lat, err1 := strconv.ParseFloat(fields[0], 64)
	lon, err2 := strconv.ParseFloat(fields[1], 64)
	if err1 == nil && err2 == nil && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 {
		r.doc.Point, r.found = &Point{lat, lon}, true
	}
}

func when(text string) time.Time {
	t, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
