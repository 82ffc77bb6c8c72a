package provision

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"dialtone/internal/httpx"
	"dialtone/store/record"
)

// refusal is a request that must be refused, and why.
type refusal struct {
	name, method, target string
	result               result
	headers              []string
	body                 string
}

func (h *house) refusals() []refusal {
	base := "/p/" + token + "/"
	own := "/p/" + h.store.DeviceToken(h.second) + "/"
	length := []string{"Content-Length: 3"}
	return []refusal{
		{name: "bad token", target: "/p/" + strings.Repeat("x", 32) + "/" + config, result: resBadToken},
		{name: "empty token", target: "/p//" + config, result: resBadToken},
		{name: "no token", target: "/" + config, result: resBadToken},
		{name: "long token", target: "/p/" + strings.Repeat("x", 2000) + "/" + config, result: resBadToken},
		{name: "token in capitals", target: "/p/" + strings.ToUpper(token) + "/" + config, result: resBadToken},
		{name: "foreign MAC", target: base + "805ec0010205.cfg", result: resForeignMAC},
		{name: "foreign token", target: "/p/" + otherToken + "/" + config, result: resForeignMAC},
		{name: "unknown MAC", target: base + "805ec0010209.cfg", result: resUnknownMAC},
		{name: "common file", target: base + "y000000000108.cfg", result: resNoSuchFile},
		{name: "boot file", target: base + "805ec0010203.boot", result: resNoSuchFile},
		{name: "unknown file", target: base + "firmware.rom", result: resNoSuchFile},
		{name: "nothing uploaded", target: base + "805ec0010203-local.cfg", result: resNoSuchFile},
		{name: "directory", target: base, result: resBadName},
		{name: "short MAC", target: base + "00:15:65.cfg", result: resBadName},
		{name: "long MAC", target: base + "805ec00102034.cfg", result: resBadName},
		{name: "no MAC", target: base + "805ec001020g.cfg", result: resBadName},
		{name: "traversal", target: base + "../../etc/passwd", result: resBadName},
		{name: "traversal to a file", target: base + "x/../" + config, result: resBadName},
		{name: "encoded traversal", target: base + "..%2f" + config, result: resBadName},
		{name: "zero byte", target: base + config + "%00", result: resBadName},
		{name: "encoded slash", target: "/p%2f" + token + "/" + config, result: resBadToken},
		{name: "double slash", target: base + "/" + config, result: resBadName},
		{name: "double slash before", target: "//p/" + token + "/" + config, result: resBadToken},
		{name: "2 KB name", target: base + strings.Repeat("8", 2<<10) + ".cfg", result: resBadName},
		{name: "other device's URL", target: own + config, result: resWrongDeviceURL},
		{name: "DELETE", method: "DELETE", target: base + config, result: resBadMethod},
		{name: "odd method", method: "BREW", target: base + config, result: resBadMethod},
		{name: "PUT of a configuration", method: "PUT", target: base + config, result: resBadMethod, headers: length, body: "abc"},
		{name: "PUT of an unknown file", method: "PUT", target: base + "x.xml", result: resNoSuchFile, headers: length, body: "abc"},
		{name: "PUT for an unknown MAC", method: "PUT", target: base + "805ec0010209-local.cfg", result: resUnknownMAC, headers: length, body: "abc"},
		{name: "PUT for a foreign MAC", method: "PUT", target: base + "805ec0010205-local.cfg", result: resForeignMAC, headers: length, body: "abc"},
		{name: "PUT with a bad token", method: "PUT", target: "/p/wrong/805ec0010203-local.cfg", result: resBadToken, headers: length, body: "abc"},
		{name: "PUT too large", method: "PUT", target: base + "805ec0010203-local.cfg", result: resTooLarge, headers: []string{"Content-Length: 2000000"}, body: strings.Repeat("x", 8<<10)},
		{
			name: "PUT too large in chunks", method: "PUT", target: base + "805ec0010203-local.cfg", result: resTooLarge,
			headers: []string{"Transfer-Encoding: chunked"}, body: strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 17) + "0\r\n\r\n",
		},
	}
}

// TestRefusals: every refusal is the same answer to the byte, and says why inside.
func TestRefusals(t *testing.T) {
	h := newHouse(t).serve(t)
	want := h.get(t, "805ec0010209.cfg")
	closing := h.ask(t, "PUT", "/p/wrong/x", "abc", "Content-Length: 3")
	if want.status != 404 || want.body != "" || want.raw+"\r\nConnection: close" != closing.raw {
		t.Fatalf("%q, %q", want.raw, closing.raw)
	}
	for _, c := range h.refusals() {
		t.Run(c.name, func(t *testing.T) {
			counter := h.server.metrics.requests[c.result]
			before := h.counted(t, counter)
			method, expected := c.method, want.raw
			if method == "" {
				method = "GET"
			}
			if len(c.headers) > 0 {
				expected = closing.raw
			}
			got := h.ask(t, method, c.target, c.body, c.headers...)
			if got.raw != expected || got.body != "" {
				t.Errorf("got %q, want %q", got.raw, expected)
			}
			if h.counted(t, counter) != before+1 {
				t.Errorf("not counted as %s", c.result)
			}
		})
	}
}

// TestRefusedAccounts: refusals that need the account or device to be otherwise.
func TestRefusedAccounts(t *testing.T) {
	h := newHouse(t).serve(t)
	want := h.get(t, "805ec0010209.cfg")
	for name, c := range map[string]struct {
		result result
		set    func()
		reset  func()
	}{
		"disabled": {
			resDisabled,
			func() { change(t, h, h.phone.ID, func(d *record.Device) { d.Enabled = false }) },
			func() { change(t, h, h.phone.ID, func(d *record.Device) { d.Enabled = true }) },
		},
		"network": {
			resNetwork,
			func() {
				change(t, h, h.account.ID, func(a *record.Account) { a.ProvisionNetworks = []string{"192.0.2.0/24", "2001:db8::/32"} })
			},
			func() {
				change(t, h, h.account.ID, func(a *record.Account) { a.ProvisionNetworks = []string{"192.0.2.0/24", "127.0.0.1"} })
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.set()
			if got := h.get(t, config); got.raw != want.raw || got.body != "" {
				t.Errorf("got %q", got.raw)
			}
			if n := h.counted(t, h.server.metrics.requests[c.result]); n != 1 {
				t.Errorf("counted %d times as %s", n, c.result)
			}
			c.reset()
			if got := h.get(t, config); got.status != 200 {
				t.Errorf("then %d", got.status)
			}
		})
	}
}

// TestWrongTokens: guessing costs the guesser, not the phone beside him.
func TestWrongTokens(t *testing.T) {
	const guesses = 10_000
	h := newHouse(t).serve(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReader(c)
	go func() {
		for i := range guesses {
			_, _ = fmt.Fprintf(c, "GET /p/%032d/%s HTTP/1.1\r\nHost: a\r\n\r\n", i, config)
		}
		_, _ = fmt.Fprintf(c, "GET /p/%s/%s HTTP/1.1\r\nHost: a\r\n\r\n", token, config)
	}()
	for range guesses {
		if got := read(t, r, "GET"); got.status != 404 {
			t.Fatalf("guessed: %q", got.raw)
		}
	}
	if got := read(t, r, "GET"); got.status != 200 {
		t.Errorf("the right token after so many wrong ones: %q", got.raw)
	}
	limited, told := h.counted(t, h.server.metrics.requests[resLimited]), h.counted(t, h.server.metrics.requests[resBadToken])
	if limited+told != guesses || told > 2*wrongBurst {
		t.Errorf("%d told, %d limited", told, limited)
	}
	for _, ev := range h.events(t, 1) {
		if ev.Result != record.FetchServed {
			t.Errorf("recorded %+v", ev)
		}
	}
}

// TestNotesAreCopies: what a request leaves behind is its own, though the server reads
// the next one into the same bytes.
func TestNotesAreCopies(t *testing.T) {
	h := newHouse(t).serve(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReader(c)
	const n = 50
	for i := range n {
		_, _ = fmt.Fprintf(c, "GET /p/%s/file%02d.rom HTTP/1.1\r\nHost: a\r\nUser-Agent: agent %02d\r\n\r\n", token, i, i)
		read(t, r, "GET")
	}
	got := map[string]bool{}
	for _, ev := range h.events(t, n) {
		got[ev.File+ev.UserAgent] = true
	}
	for i := range n {
		if want := fmt.Sprintf("file%02d.romagent %02d", i, i); !got[want] {
			t.Errorf("no event of %s", want)
		}
	}
}

func TestMalformed(t *testing.T) {
	h := newHouse(t, func(s *Server) { s.Limits = httpx.Limits{Header: 200 * time.Millisecond} }).serve(t)
	want := h.ask(t, "PUT", "/p/wrong/x", "abc", "Content-Length: 3")
	for name, text := range map[string]string{
		"no HTTP":      "\x16\x03\x01\x02\x00\r\n\r\n",
		"huge header":  "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"slow headers": "GET / HTTP/1.1\r\nHost: a\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			go func() { _, _ = io.WriteString(c, text) }()
			if got := read(t, bufio.NewReader(c), "GET"); got.raw != want.raw || got.body != "" {
				t.Errorf("got %q, want %q", got.raw, want.raw)
			}
		})
	}
}
