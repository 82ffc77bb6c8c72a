package dialog

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/emiago/sipgo/sip"
)

const (
	// maxParts bounds the parts of a body that comes in, maxNesting their depth.
	maxParts   = 16
	maxNesting = 3
)

// body writes an SDP and parts: one alone as it is, several as multipart/mixed.
func body(sdp []byte, parts []Part) (contentType string, data []byte) {
	all := parts
	if sdp != nil {
		all = append([]Part{{ContentType: typeSDP, Data: sdp}}, parts...)
	}
	switch len(all) {
	case 0:
		return "", nil
	case 1:
		return all[0].ContentType, all[0].Data
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range all {
		h := textproto.MIMEHeader{"Content-Type": {harmless(p.ContentType)}}
		if p.ContentID != "" {
			h.Set("Content-ID", "<"+harmless(p.ContentID)+">")
		}
		if p.Disposition != "" {
			h.Set("Content-Disposition", harmless(p.Disposition))
		}
		part, err := w.CreatePart(h)
		if err == nil {
			_, err = part.Write(p.Data)
		}
		if err != nil { // a buffer does not fail
			return "", nil
		}
	}
	_ = w.Close()
	return fmt.Sprintf("multipart/mixed;boundary=%q", w.Boundary()), b.Bytes()
}

// partsOf takes a body apart; nested multiparts are flattened.
func partsOf(m sip.Message) []Part {
	if len(m.Body()) == 0 {
		return nil
	}
	contentType := value(m, "Content-Type")
	if contentType == "" {
		contentType = typeSDP // RFC 3261 has no default; phones that omit it mean this
	}
	return appendParts(nil, Part{ContentType: contentType, Disposition: value(m, "Content-Disposition"), Data: m.Body()}, 0)
}

func appendParts(dst []Part, p Part, depth int) []Part {
	kind, params, err := mime.ParseMediaType(p.ContentType)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return append(dst, p)
	}
	if depth == maxNesting || params["boundary"] == "" {
		return dst
	}
	r := multipart.NewReader(bytes.NewReader(p.Data), params["boundary"])
	for len(dst) < maxParts {
		part, err := r.NextRawPart()
		if err != nil {
			break
		}
		data, err := io.ReadAll(part)
		if err != nil {
			break
		}
		dst = appendParts(dst, Part{
			ContentType: part.Header.Get("Content-Type"), Disposition: part.Header.Get("Content-Disposition"),
			ContentID: strings.Trim(part.Header.Get("Content-ID"), "<>"), Data: data,
		}, depth+1)
	}
	return dst
}

// sdpOf is the session description in a message, nil when it has none.
func sdpOf(m sip.Message) []byte {
	for _, p := range partsOf(m) {
		kind, _, err := mime.ParseMediaType(p.ContentType)
		if err == nil && kind == typeSDP && !strings.HasPrefix(strings.ToLower(p.Disposition), "early-session") {
			return p.Data
		}
	}
	return nil
}
