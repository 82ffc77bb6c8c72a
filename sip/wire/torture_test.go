package wire

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Verdicts other than a status code.
const (
	fine    = 0  // taken
	silence = -1 // refused and not answered
)

// tortured are the messages of RFC 4475 and RFC 5118 and what becomes of them here.
// Where a legal message is taken, what its receiver then makes of it (405, 420, 415,
// 483 …) is decided elsewhere.
var tortured = []struct {
	file    string
	verdict int
	odd     Oddity
	// differs is why, where the RFC advises something else or leaves a choice.
	differs string
}{
	// RFC 4475 3.1.1, valid.
	{"rfc4475/wsinv", fine, OddFolded | OddVia | OddBranch, ""},
	{"rfc4475/intmeth", fine, OddControl, ""},
	{"rfc4475/esc01", fine, OddFolded, ""},
	{"rfc4475/escnull", fine, 0, ""},
	{"rfc4475/esc02", fine, 0, ""},
	{"rfc4475/lwsdisp", fine, 0, ""},
	{"rfc4475/longreq", fine, OddBranch, ""},
	{"rfc4475/dblreq", fine, 0, ""},
	{"rfc4475/semiuri", fine, OddFolded, ""},
	{"rfc4475/transports", fine, 0, ""},
	{"rfc4475/mpart01", fine, 0, ""},
	{"rfc4475/unreason", fine, 0, ""},
	{"rfc4475/noreason", fine, 0, ""},
	// 3.1.2, invalid.
	{"rfc4475/badinv01", 400, 0, ""},
	{"rfc4475/clerr", 400, 0, ""},
	{"rfc4475/ncl", 400, 0, ""},
	{"rfc4475/scalar02", 400, OddFolded, ""},
	{"rfc4475/scalarlg", silence, 0, ""},
	{"rfc4475/quotbal", 400, 0, ""},
	{"rfc4475/ltgtruri", 400, 0, "a repair is allowed; what is meant is for the sender to say"},
	{"rfc4475/lwsruri", 400, 0, "as above"},
	{"rfc4475/lwsstart", 400, 0, "as above"},
	{"rfc4475/trws", 400, 0, "as above"},
	{"rfc4475/escruri", 400, 0, "headers in a Request-URI may be ignored; nobody who means well sends them"},
	{"rfc4475/baddate", fine, 0, "Date decides nothing here, and the RFC advises to refuse it only where it does"},
	{"rfc4475/regbadct", 400, 0, ""},
	{"rfc4475/badaspec", 400, 0, "the blanks may be ignored; peers this is passed on to do not all do so"},
	{"rfc4475/baddn", 400, 0, "the name may be guessed; a From of two values may not"},
	{"rfc4475/badvers", 505, 0, ""},
	{"rfc4475/mismatch01", 400, 0, ""},
	{"rfc4475/mismatch02", 400, 0, "501 is allowed too; the mismatch is the graver fault"},
	{"rfc4475/bigcode", silence, 0, ""},
	// 3.2, transaction layer.
	{"rfc4475/badbranch", 400, 0, "falling back to RFC 2543 matching is allowed; it takes two senders for one"},
	// 3.3, application layer.
	{"rfc4475/insuf", silence, 0, "400 is ideal; without From, To and Call-ID no sender can tell what it answers"},
	{"rfc4475/unkscm", 416, 0, ""},
	{"rfc4475/novelsc", 416, 0, ""},
	{"rfc4475/unksm2", fine, 0, "legal; the registrar refuses an address of record that is not sip or sips"},
	{"rfc4475/bext01", fine, 0, ""},
	{"rfc4475/invut", fine, 0, ""},
	{"rfc4475/regaut01", fine, 0, ""},
	{"rfc4475/multi01", 400, 0, ""},
	{"rfc4475/mcl01", 400, 0, ""},
	{"rfc4475/bcast", fine, 0, "a response; whose top Via is not ours is dropped where responses are matched"},
	{"rfc4475/zeromf", fine, 0, ""},
	{"rfc4475/cparam01", fine, 0, ""},
	{"rfc4475/cparam02", fine, 0, ""},
	{"rfc4475/regescrt", fine, 0, ""},
	{"rfc4475/sdp01", fine, 0, ""},
	// 3.4, backward compatibility, and the archive's example.
	{"rfc4475/inv2543", fine, OddNoTag | OddBranch, ""},
	{"rfc4475/test", silence, 0, ""},

	{"rfc5118/ipv6-good", fine, 0, ""},
	{"rfc5118/ipv6-bad", 400, 0, ""},
	{"rfc5118/port-ambiguous", fine, 0, ""},
	{"rfc5118/port-unambiguous", fine, 0, ""},
	{"rfc5118/via-received-param-with-delim", fine, 0, ""},
	{"rfc5118/via-received-param-no-delim", fine, 0, ""},
	{"rfc5118/ipv6-in-sdp", 400, 0, "the RFC's own Content-Length is larger than its body (RFC 3261 18.3)"},
	{"rfc5118/mult-ip-in-header", fine, 0, ""},
	{"rfc5118/mult-ip-in-sdp", fine, 0, ""},
	{"rfc5118/ipv4-mapped-ipv6", fine, 0, ""},
	{"rfc5118/ipv6-bug-abnf-3-colons", 400, 0, "taking it is allowed; three colons are no address in any current grammar"},
	{"rfc5118/ipv6-correct-abnf-2-colons", fine, 0, ""},
}

func tortureMessage(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "torture", file+".dat"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTorture(t *testing.T) {
	for _, tt := range tortured {
		t.Run(tt.file, func(t *testing.T) {
			var m Message
			err := Scan(tortureMessage(t, tt.file), &m)
			verdict := verdictOf(err, &m)
			if verdict != tt.verdict {
				t.Fatalf("verdict %d (%v), want %d", verdict, err, tt.verdict)
			}
			if verdict == fine && m.Odd != tt.odd {
				t.Fatalf("oddities %05b, want %05b", m.Odd, tt.odd)
			}
		})
	}
}

func verdictOf(err error, m *Message) int {
	var e *Error
	switch {
	case err == nil:
		return fine
	case !m.Answerable || !errors.As(err, &e):
		return silence
	}
	return e.Status
}

// TestTortureIsWhole: no message of the RFCs is without a row.
func TestTortureIsWhole(t *testing.T) {
	files, err := filepath.Glob("testdata/torture/*/*.dat")
	if err != nil || len(files) != len(tortured) {
		t.Fatalf("%d files, %d rows, error %v", len(files), len(tortured), err)
	}
	for _, tt := range tortured {
		if len(tortureMessage(t, tt.file)) == 0 {
			t.Errorf("%s is empty", tt.file)
		}
	}
}

// TestTortureFields: what was found in the messages that are hardest to read.
func TestTortureFields(t *testing.T) {
	for _, tt := range []struct {
		file, method, target, host, to, from, tag, callID, branch string
		vias, contacts, body                                      int
	}{
		{
			"rfc4475/wsinv", "INVITE", "vivekg", "chair-dnrc.example.com", "sip:vivekg@chair-dnrc.example.com", "sip:jdrosen@example.com",
			"98asjd8", "wsinv.ndaksdj@192.0.2.1", "390skdjuw", 2, 1, 150,
		},
		{
			"rfc4475/intmeth", "!interesting-Method0123456789_*+`.%indeed'~",
			"1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*", "example.com",
			"sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com", "sip:mundane@example.com",
			"_token~1'+`*%!-.", `intmeth.word%ZK-!.*_+'@word` + "`" + `~)(><:\/"][?}{`, "z9hG4bK-.!%66*_+`'~", 1, 0, 0,
		},
		{
			"rfc4475/dblreq", "REGISTER", "", "example.com", "sip:j.user@example.com", "sip:j.user@example.com",
			"43251j3j324", "dblreq.0ha0isndaksdj99sdfafnl3lk233412", "z9hG4bKkdjuw23492", 1, 1, 0,
		},
		{
			"rfc4475/semiuri", "OPTIONS", "user;par=u%40example.net", "example.com", "sip:j_user@example.com", "sip:caller@example.org",
			"33242", "semiuri.0ha0isndaksdj", "z9hG4bKkdjuw", 1, 0, 0,
		},
		{
			"rfc5118/port-ambiguous", "REGISTER", "", "2001:db8::10:5070", "sip:user@example.com", "sip:user@example.com",
			"81x2", "SSG9559905523997077@hlau_4100", "z9hG4bKas3-111", 1, 1, 0,
		},
	} {
		t.Run(tt.file, func(t *testing.T) {
			var m Message
			if err := Scan(tortureMessage(t, tt.file), &m); err != nil {
				t.Fatal(err)
			}
			got := strings.Join([]string{
				string(m.Method), string(m.Target.User), string(m.Target.Host), string(m.To.NameAddr.URI), string(m.From.NameAddr.URI),
				string(m.From.Tag), string(m.CallID), string(m.Top.Branch),
			}, "\n")
			want := strings.Join([]string{tt.method, tt.target, tt.host, tt.to, tt.from, tt.tag, tt.callID, tt.branch}, "\n")
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if len(m.Vias) != tt.vias || len(m.Contacts) != tt.contacts || len(m.Body) != tt.body {
				t.Errorf("%d Via headers, %d contacts, body of %d bytes", len(m.Vias), len(m.Contacts), len(m.Body))
			}
		})
	}
}

// TestUnfold: a folded message reads the same without folding, and no value has a line
// break in it any more.
func TestUnfold(t *testing.T) {
	for _, tt := range tortured {
		if tt.verdict != fine || tt.odd&OddFolded == 0 {
			continue
		}
		b := tortureMessage(t, tt.file)
		Unfold(b)
		var m Message
		if err := Scan(b, &m); err != nil || m.Odd != tt.odd&^OddFolded {
			t.Errorf("%s: error %v, oddities %05b", tt.file, err, m.Odd)
		}
		m.Body = nil
		for _, part := range parts(&m) {
			if strings.ContainsAny(string(part), "\r\n") {
				t.Errorf("%s: line break in %q", tt.file, part)
			}
		}
	}
}
