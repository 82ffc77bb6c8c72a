package wire

import (
	"errors"
	"strings"
	"testing"
	"unsafe"
)

// FuzzScan: nothing found lies outside the message, no name holds a blank or control
// character, folding makes no difference, and the answer to a message is one that
// matches it.
func FuzzScan(f *testing.F) {
	f.Add([]byte(register))
	for _, tt := range edits {
		if m := strings.Replace(register, tt.old, tt.with, 1); len(m) < 4096 {
			f.Add([]byte(m))
		}
	}
	for _, tt := range tortured {
		f.Add(tortureMessage(f, tt.file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Message
		err := Scan(b, &m)
		for _, part := range parts(&m) {
			if !within(b, part) {
				t.Fatalf("%q is not part of the message", part)
			}
		}
		if err == nil {
			checkNames(t, &m)
		}
		if m.Answerable {
			checkAnswer(t, &m, err)
		}
		checkUnfolded(t, b, err)
		checkSkimmed(t, b, &m, err)
	})
}

func checkNames(t *testing.T, m *Message) {
	names := [][]byte{m.Method, m.RequestURI, m.CallID, m.CSeqMethod, m.Top.Host, m.Top.Transport, m.Top.Branch, m.From.Tag, m.To.Tag, m.From.NameAddr.URI, m.To.NameAddr.URI}
	for _, c := range m.Contacts {
		names = append(names, c.URI)
	}
	for _, name := range names {
		for _, c := range name {
			if c <= ' ' || c == 0x7f {
				t.Fatalf("name %q", name)
			}
		}
	}
}

// checkSkimmed: whoever only skims a legal message answers it alike.
func checkSkimmed(t *testing.T, b []byte, want *Message, err error) {
	var m Message
	if !Skim(b, &m) || err != nil {
		return
	}
	r := Response{Status: 503, Source: testSource, Key: testKey}
	if got, want := AppendResponse(nil, &m, &r), AppendResponse(nil, want, &r); string(got) != string(want) {
		t.Fatalf("skimmed\n%s\nscanned\n%s", got, want)
	}
	if string(m.Method) != string(want.Method) || string(m.UserAgent) != string(want.UserAgent) || len(m.Authorization) != len(want.Authorization) {
		t.Fatalf("skimmed %+v\nscanned %+v", m, want)
	}
}

// checkUnfolded: a message reads the same without folding.
func checkUnfolded(t *testing.T, b []byte, want error) {
	unfolded := append([]byte{}, b...)
	Unfold(unfolded)
	var m Message
	if err := Scan(unfolded, &m); !errors.Is(err, want) {
		t.Fatalf("%v, unfolded %v: %q", want, err, unfolded)
	}
	if m.Odd&OddFolded != 0 {
		t.Fatalf("still folded: %q", unfolded)
	}
}

// checkAnswer: what was fit to be read is fit to be answered, and no answer has more
// lines than it should.
func checkAnswer(t *testing.T, m *Message, refused error) {
	response := AppendResponse(nil, m, &Response{Status: 400, Source: testSource, Key: testKey})
	if lines := strings.Count(string(response), "\n"); lines != len(m.Vias)+7 || strings.Count(string(response), "\r") != lines {
		t.Fatalf("answer has %d lines: %q", lines, response)
	}
	if refused != nil || len(response) > MaxMessage {
		return
	}
	var answer Message
	if err := Scan(response, &answer); err != nil {
		// Adding parameters to the longest lines makes them too long.
		if !errors.Is(err, ErrHeaderTooLong) {
			t.Fatalf("%v: %q", err, response)
		}
		return
	}
	if string(answer.CallID) != string(m.CallID) || answer.CSeq != m.CSeq || string(answer.Top.Branch) != string(m.Top.Branch) || string(answer.From.Tag) != string(m.From.Tag) {
		t.Fatalf("answer %q does not match", response)
	}
}

// parts are the slices of a message.
func parts(m *Message) [][]byte {
	all := [][]byte{
		m.Method, m.RequestURI, m.Reason, m.CallID, m.CSeqMethod, m.cseqValue, m.Expires, m.UserAgent, m.Event, m.Body,
		m.Top.Value, m.Top.Transport, m.Top.Host, m.Top.Params, m.Top.Branch, m.Top.Received, m.Top.MAddr,
	}
	for _, u := range []URI{m.Target, m.From.URI, m.To.URI} {
		all = append(all, u.Scheme, u.User, u.Host, u.Params, u.Headers)
	}
	for _, p := range []Party{m.From, m.To} {
		all = append(all, p.Value, p.Tag, p.NameAddr.Display, p.NameAddr.URI, p.NameAddr.Params)
	}
	for _, c := range m.Contacts {
		all = append(all, c.Display, c.URI, c.Params)
	}
	for _, list := range [][][]byte{m.Vias, m.Authorization, m.ProxyAuthorization, m.Path, m.Supported, m.Require, m.ProxyRequire} {
		all = append(all, list...)
	}
	return all
}

func within(b, part []byte) bool {
	if len(part) == 0 {
		return true
	}
	from := uintptr(unsafe.Pointer(unsafe.SliceData(part))) - uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return from < uintptr(len(b)) && from+uintptr(len(part)) <= uintptr(len(b))
}
