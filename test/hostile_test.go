package test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// exchange sends bytes on a connection of their own and returns all that comes back.
func exchange(t testing.TB, addr, request string) string {
	t.Helper()
	c := dial(t, addr)
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(c)
	if err != nil && len(text) == 0 {
		t.Fatal(err)
	}
	return string(text)
}

func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	var nd net.Dialer
	c, err := nd.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

var dateHeader = regexp.MustCompile(`(?m)^Date: .*\r\n`)

// TestUniformRefusal: whatever is wrong with a phone's request, the answer is the same,
// byte for byte but for the date.
func TestUniformRefusal(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, other := newOffice(t, d), newOffice(t, d)
	disabled := o.phones[1]
	d.want(t, http.StatusOK, http.MethodPatch, o.path+"/devices/"+disabled.id, object{"enabled": false})
	_, p, _ := strings.Cut(o.url, d.Provision)
	good := p + bare(o.phones[0].mac) + ".cfg"
	request := func(method, target string) string {
		return method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	}
	if got := exchange(t, d.Provision, request("GET", good)); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Fatalf("a right request: %.200s", got)
	}
	want := dateHeader.ReplaceAllString(exchange(t, d.Provision, request("GET", "/p/"+strings.Repeat("A", 32)+"/"+bare(o.phones[0].mac)+".cfg")), "")
	if !strings.HasPrefix(want, "HTTP/1.1 404 Not Found\r\n") || !strings.Contains(want, "\r\nContent-Length: 0\r\n") || !strings.HasSuffix(want, "\r\n\r\n") {
		t.Fatalf("a wrong token: %q", want)
	}
	for name, tc := range map[string]struct{ method, target string }{
		"no token":               {"GET", "/p//" + bare(o.phones[0].mac) + ".cfg"},
		"short token":            {"GET", "/p/abc/" + bare(o.phones[0].mac) + ".cfg"},
		"long token":             {"GET", "/p/" + strings.Repeat("a", 4000) + "/x.cfg"},
		"no file":                {"GET", strings.TrimSuffix(p, "/")},
		"empty file":             {"GET", p},
		"root":                   {"GET", "/"},
		"elsewhere":              {"GET", "/v1/accounts"},
		"another account's":      {"GET", p + bare(other.phones[0].mac) + ".cfg"},
		"nobody's":               {"GET", p + "805ec0ffffff.cfg"},
		"disabled":               {"GET", p + bare(disabled.mac) + ".cfg"},
		"boot":                   {"GET", p + bare(o.phones[0].mac) + ".boot"},
		"common":                 {"GET", p + "y000000000108.cfg"},
		"unknown file":           {"GET", p + "firmware.rom"},
		"short MAC":              {"GET", p + "001565.cfg"},
		"short MAC with colons":  {"GET", p + "00:15:65.cfg"},
		"13 digits":              {"GET", p + "805ec00000011.cfg"},
		"letters":                {"GET", p + "zz5ec0000001.cfg"},
		"zero MAC":               {"GET", p + "000000000000.cfg"},
		"group MAC":              {"GET", p + "ffffffffffff.cfg"},
		"mixed separators":       {"GET", p + "80:5e-c0:00:01:01.cfg"},
		"traversal":              {"GET", p + "../../../../etc/passwd"},
		"escaped traversal":      {"GET", p + "%2e%2e%2f%2e%2e%2fetc%2fpasswd"},
		"traversal to the token": {"GET", "/x/.." + good},
		"backslashes":            {"GET", p + `..\..\secret.key`},
		"NUL":                    {"GET", p + bare(o.phones[0].mac) + ".cfg%00"},
		"NUL in the middle":      {"GET", p + bare(o.phones[0].mac) + "%00.cfg"},
		"escaped name":           {"GET", p + "%38" + bare(o.phones[0].mac)[1:] + ".cfg"},
		"8 KB name":              {"GET", p + strings.Repeat("n", 8<<10) + ".cfg"},
		"8 KB of slashes":        {"GET", p + strings.Repeat("/", 8<<10)},
		"64 KB name":             {"GET", p + strings.Repeat("n", 64<<10)},
		"absolute target":        {"GET", "http://elsewhere/x"},
		"DELETE":                 {"DELETE", good},
		"PATCH":                  {"PATCH", good},
		"OPTIONS":                {"OPTIONS", good},
		"TRACE":                  {"TRACE", good},
		"CONNECT":                {"CONNECT", good},
		"no method":              {"BREW", good},
		"PUT of the config":      {"PUT", good},
		"POST of the config":     {"POST", good},
		"HEAD of nothing":        {"HEAD", p + "nothing.cfg"},
	} {
		got := dateHeader.ReplaceAllString(exchange(t, d.Provision, request(tc.method, tc.target)), "")
		if got != want {
			t.Errorf("%s: %q\nwant the answer to a wrong token: %q", name, got, want)
		}
	}
	for name, text := range map[string]string{
		"not HTTP":    "\x16\x03\x01\x02\x00\x01\x00",
		"no version":  "GET\r\n\r\n",
		"bad header":  "GET " + good + " HTTP/1.1\r\nno colon\r\n\r\n",
		"huge header": "GET " + good + " HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"two lengths": "PUT " + good + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"bad length":  "PUT " + good + " HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\n",
		"bad chunk":   "PUT " + p + bare(o.phones[0].mac) + "-local.cfg HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	} {
		if got := exchange(t, d.Provision, text); got != "" && !strings.HasPrefix(got, "HTTP/1.1 404 ") && !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			t.Errorf("%s: %.300q", name, got)
		}
	}
	if got := exchange(t, d.Provision, request("GET", good)); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Errorf("after all that, a right request: %.200s", got)
	}
}

// TestOversizeUpload: a phone may store a megabyte and no more.
func TestOversizeUpload(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	ada := o.phones[0]
	local := o.url + bare(ada.mac) + "-local.cfg"
	if a := fetch(t, http.MethodPut, local, ada.agent, bytes.Repeat([]byte("x"), 1<<20)); a.status != http.StatusOK {
		t.Errorf("a megabyte: %.100s", a)
	}
	_, path, _ := strings.Cut(local, d.Provision)
	tooLong := strings.Repeat("y", 1<<20+1)
	for name, body := range map[string]string{
		"announced": "Content-Length: 1048577\r\n\r\n" + tooLong,
		"chunked":   "Transfer-Encoding: chunked\r\n\r\n100001\r\n" + tooLong + "\r\n0\r\n\r\n",
	} {
		c := dial(t, d.Provision)
		go func() { _, _ = io.WriteString(c, "PUT "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+body) }()
		// The answer may be lost with a connection that is closed while we still send.
		if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
			if resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s", name, resp.Status)
			}
			_ = resp.Body.Close()
		}
		_, _ = io.Copy(io.Discard, c) // until it is closed
	}
	if a := fetch(t, http.MethodGet, local, ada.agent, nil); len(a.raw) != 1<<20 || a.raw[0] != 'x' {
		t.Errorf("what is stored has %d bytes", len(a.raw))
	}
	o.device(t, ada)
	large := append(append([]byte(`{"name":"`), bytes.Repeat([]byte("x"), 2<<20)...), `"}`...)
	if a := d.call(t, http.MethodPatch, o.path, large); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("an API body of 2 MB: %.200s", a)
	}
}

// TestSlowClients: who sends a byte now and then is cut off, on both listeners, and
// keeps nobody else waiting.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	path := strings.TrimPrefix(o.url, "http://"+d.Provision) + bare(o.phones[0].mac) + "-local.cfg"
	dribble := strings.Repeat("a", 1000)
	header := "GET / HTTP/1.1\r\nHost: " + dribble
	clients := []struct{ name, addr, sent, dribble string }{
		{"header to provision", d.Provision, "", header},
		{"header to admin", d.Admin, "", header},
		{"body to provision", d.Provision, "PUT " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", dribble},
	}
	ended := make(chan error, len(clients))
	for _, slow := range clients {
		c := dial(t, slow.addr)
		go func() {
			_, err := io.WriteString(c, slow.sent)
			tick := time.NewTicker(500 * time.Millisecond)
			defer tick.Stop()
			for i := 0; err == nil; i++ {
				<-tick.C
				_, err = c.Write([]byte{slow.dribble[i%len(slow.dribble)]})
			}
			ended <- fmt.Errorf("%s: %w", slow.name, err)
		}()
		go func() { _, _ = io.Copy(io.Discard, c) }()
	}
	config(t, o.url, o.phones[0])
	o.device(t, o.phones[0])
	for range clients {
		if err := <-ended; errors.Is(err, os.ErrDeadlineExceeded) { // ours, after patience
			t.Errorf("a slow client is still served: %v", err)
		}
	}
}

// TestGuessing: ten thousand wrong tokens fill no log, and a right token from the same
// source is served all the while.
func TestGuessing(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	const guesses, clients = 10_000, 8
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			c := dial(t, d.Provision)
			r := bufio.NewReader(c)
			for i := range guesses / clients {
				if _, err := fmt.Fprintf(c, "GET /p/%032d/%s.cfg HTTP/1.1\r\nHost: a\r\n\r\n", n*guesses+i, bare(o.phones[0].mac)); err != nil {
					t.Error(err)
					return
				}
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Errorf("guess %d: %v", i, err)
					return
				}
				if resp.StatusCode != http.StatusNotFound {
					t.Errorf("guess %d: %s", i, resp.Status)
				}
				_ = resp.Body.Close() // which has nothing left
			}
		})
	}
	for range 20 {
		config(t, o.url, o.phones[0])
	}
	wg.Wait()
	config(t, o.url, o.phones[0])
	limited, bad := metric(t, d, `dialtone_provision_requests_total{result="source_limited"}`), metric(t, d, `dialtone_provision_requests_total{result="bad_token"}`)
	if limited+bad != guesses || limited < guesses/2 {
		t.Errorf("%v guesses counted, %v of them limited", limited+bad, limited)
	}
}

// metric reads one from /metrics, 0 when it is not there.
func metric(t testing.TB, d *daemon, name string) (value float64) {
	t.Helper()
	a := d.call(t, http.MethodGet, "/metrics", nil)
	for line := range strings.Lines(string(a.raw)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			if _, err := fmt.Sscan(rest, &value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return value
}

// TestBadInput: each gets a clear problem and leaves everything as it was.
func TestBadInput(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	ada := o.phones[0]
	device := o.path + "/devices/" + ada.id
	before := answers(t, o)
	megabyte := strings.Repeat("n", 1<<20-100)
	for _, tc := range []struct {
		name, method, path string
		body               any
		status             int
		code, field        string
	}{
		{"not JSON", "POST", o.path + "/users", []byte("{name"), 400, "", ""},
		{"two documents", "POST", o.path + "/users", []byte("{}{}"), 400, "", ""},
		{"an array", "POST", o.path + "/users", []byte("[]"), 422, "", ""},
		{"a field twice", "PATCH", device, []byte(`{"name":"a","name":"b"}`), 400, "", ""},
		{"not UTF-8", "PATCH", device, []byte("{\"name\":\"\xff\"}"), 400, "", ""},
		{"nested too deep", "PATCH", device, []byte(strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)), 400, "", ""},
		{"unknown field", "PATCH", device, object{"colour": "red"}, 422, "unknown_field", "colour"},
		{"unknown nested field", "POST", o.path + "/extensions", object{"number": "1003", "target": object{"type": "user", "id": ada.user, "x": 1}}, 422, "unknown_field", "target.x"},
		{"wrong type", "PATCH", device, object{"name": 7}, 422, "wrong_type", "name"},
		{"wrong type in a list", "PATCH", o.path, object{"emergency_recipients": []any{1}}, 422, "wrong_type", "emergency_recipients[0]"},
		{"number too large", "PATCH", o.path, []byte(`{"extension_length":1e99}`), 422, "", "extension_length"},
		{"missing", "POST", o.path + "/users", object{"name": "x"}, 422, "required", "email"},
		{"read-only", "PATCH", device, object{"revision": 1}, 422, "read_only", "revision"},
		{"name of a megabyte", "PATCH", device, object{"name": megabyte}, 422, "too_long", "name"},
		{"name with a line break", "PATCH", device, object{"name": "a\r\nb"}, 422, "invalid", "name"},
		{"label with a line break", "PATCH", o.path + "/button_templates/" + o.template, object{"buttons": []object{{"position": 1, "type": "line", "label": "a\nb"}}}, 422, "invalid", "buttons[0].label"},
		{"short MAC", "POST", o.path + "/devices", object{"type": "deskphone", "mac": "00:15:65"}, 422, "invalid", "mac"},
		{"13 digits", "POST", o.path + "/devices", object{"type": "deskphone", "mac": "8000000000001"}, 422, "invalid", "mac"},
		{"letters", "POST", o.path + "/devices", object{"type": "deskphone", "mac": "zz:zz:zz:zz:zz:zz"}, 422, "invalid", "mac"},
		{"MAC twice", "POST", o.path + "/devices", object{"type": "deskphone", "mac": strings.ToUpper(bare(ada.mac))}, 409, "not_unique", "mac"},
		{"its own base", "PATCH", device, object{"base": ada.id, "slot": 1}, 422, "", "base"},
		{"another account's record", "PATCH", device, object{"location": "loc_00000000000000000000000000"}, 422, "not_found", "location"},
		{"emergency number", "POST", o.path + "/extensions", object{"number": "911", "target": object{"type": "user", "id": ada.user}}, 0, "", ""},
		{"fax box of no number", "POST", o.path + "/extensions", object{"number": "1009", "target": object{"type": "fax", "id": "num_x"}}, 422, "not_found", "target.id"},
		{"weak password", "POST", o.path + "/credential_lists/" + o.list + "/credentials", object{"username": "eve", "password": "secret"}, 422, "weak_password", "password"},
		{"user name twice", "POST", o.path + "/credential_lists/" + o.list + "/credentials", object{"username": strings.ToUpper(ada.username)}, 409, "not_unique", "username"},
		{"in use", "DELETE", o.path + "/locations/" + o.location, nil, 409, "in_use", ""},
		{"no such record", "GET", o.path + "/devices/dev_nothing", nil, 404, "not_found", ""},
		{"identifier with a slash", "GET", o.path + "/devices/..%2f..%2faccounts", nil, 404, "not_found", ""},
		{"no such path", "GET", o.path + "/nothing", nil, 404, "not_found", ""},
		{"wrong method", "PUT", device, object{}, 405, "method_not_allowed", ""},
		{"page of none", "GET", o.path + "/devices?limit=0", nil, 422, "", "limit"},
		{"bad cursor", "GET", o.path + "/devices?cursor=%00", nil, 422, "", "cursor"},
	} {
		a := d.call(t, tc.method, tc.path, tc.body)
		if tc.status != 0 && a.status != tc.status || a.status/100 != 4 {
			t.Errorf("%s: %.300s, want %d", tc.name, a, tc.status)
			continue
		}
		if got := a.header.Get("Content-Type"); got != "application/problem+json" || a.body.str("title") == "" || a.body.str("detail") == "" || len(a.raw) > 4096 {
			t.Errorf("%s: not a clear problem (%s): %.300s", tc.name, got, a)
		}
		errs := a.body.list("errors")
		if tc.field != "" && (len(errs) == 0 || errs[0].str("field") != tc.field || tc.code != "" && errs[0].str("code") != tc.code) {
			t.Errorf("%s: %s, want field %s code %q", tc.name, a, tc.field, tc.code)
		}
		if tc.field == "" && tc.code != "" && a.code() != tc.code {
			t.Errorf("%s: %s, want code %s", tc.name, a, tc.code)
		}
	}
	if got := answers(t, o); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("something has changed:\n%v\nbefore\n%v", got, before)
	}
}

// TestOddLabels: what is odd and right is kept, and reaches the phone whole.
func TestOddLabels(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	labels := []string{`Quote " ' & <b>`, "Café Zürich", "📞 𝔇𝔢𝔰𝔨", "a = b", "# no comment", "%NULL"}
	var buttons []object
	for i, l := range labels {
		buttons = append(buttons, object{"position": i + 2, "type": "speed_dial", "label": l, "target": object{"destination": "1001"}})
	}
	buttons = append(buttons, object{"position": 200, "type": "speed_dial", "label": "Far", "target": object{"destination": "1001"}})
	d.want(t, http.StatusOK, http.MethodPatch, o.path+"/button_templates/"+o.template, object{"buttons": buttons})
	s := config(t, o.url, o.phones[0])
	for i, l := range labels {
		if got := s[fmt.Sprintf("linekey.%d.label", i+2)]; got != l {
			t.Errorf("label %q is written %q", l, got)
		}
	}
	for _, key := range d.all(t, o.path+"/devices/"+o.phones[0].id+"/buttons") {
		if key["position"] == 200.0 && key.str("verdict") != "position_out_of_range_for_model" {
			t.Errorf("key beyond the model: %v", key)
		}
	}
}
