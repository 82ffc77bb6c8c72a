package provision

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dialtone/store"
	"dialtone/store/record"
)

const config = "805ec0010203.cfg"

// TestBoot is what a phone does when it is switched on.
func TestBoot(t *testing.T) {
	h := newHouse(t).serve(t)
	for _, c := range []struct {
		method, file string
		status       int
	}{
		{"GET", "805ec0010203.boot", 404},
		{"GET", "y000000000000.boot", 404},
		{"GET", "y000000000108.cfg", 404},
		{"GET", config, 200},
		{"PUT", "805ec0010203-local.cfg", 200},
	} {
		body, headers := "", []string{"User-Agent: " + t46Agent}
		if c.method == "PUT" {
			body = "#!version:1.0.0.1\n"
			headers = append(headers, "Content-Length: 18")
		}
		if got := h.ask(t, c.method, "/p/"+token+"/"+c.file, body, headers...); got.status != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.file, got.status, c.status)
		}
	}
	want := []record.ProvisioningEvent{
		{Device: h.phone.ID, Method: "GET", File: "805ec0010203.boot", Result: "no_such_file", Status: 404},
		{Method: "GET", File: "y000000000000.boot", Result: "no_such_file", Status: 404},
		{Method: "GET", File: "y000000000108.cfg", Result: "no_such_file", Status: 404},
		{Device: h.phone.ID, Method: "GET", File: config, Result: "served", Status: 200},
		{Device: h.phone.ID, Method: "PUT", File: "805ec0010203-local.cfg", Result: "uploaded", Status: 200},
	}
	for i := range want {
		want[i].Account, want[i].SourceIP, want[i].UserAgent, want[i].Count = h.account.ID, "127.0.0.1", t46Agent, 1
	}
	got := h.events(t, len(want))
	order := cmpopts.SortSlices(func(a, b record.ProvisioningEvent) bool { return a.File < b.File })
	ignore := cmpopts.IgnoreFields(record.ProvisioningEvent{}, "ID", "Time", "Bytes")
	if diff := cmp.Diff(want, got, order, ignore); diff != "" {
		t.Error(diff)
	}
}

func TestConfig(t *testing.T) {
	h := newHouse(t).serve(t)
	got := h.get(t, config)
	if got.status != 200 || !strings.Contains(got.body, "/p/"+token+"/") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got.header.Get("Content-Type") != "text/plain; charset=utf-8" || got.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("headers %v", got.header)
	}
	for _, name := range []string{"805EC0010203.CFG"[:12] + ".cfg", "80:5E:C0:01:02:03.cfg", "80-5e-c0-01-02-03.cfg"} {
		if again := h.get(t, name); again.raw != got.raw || again.body != got.body {
			t.Errorf("%s: another answer: %s", name, again.raw)
		}
	}
	head := h.ask(t, "HEAD", "/p/"+token+"/"+config, "")
	if head.raw != got.raw || head.body != "" {
		t.Errorf("HEAD: %s, want %s", head.raw, got.raw)
	}
	etag := got.header.Get("Etag")
	if same := h.get(t, config, "If-None-Match: W/"+etag); same.status != 304 || same.body != "" || same.header.Get("Etag") != etag {
		t.Errorf("unchanged: %s", same.raw)
	}
	change(t, h, h.phone.ID, func(d *record.Device) { d.Overrides.Raw = map[string]string{"phone_setting.backlight_time": "60"} })
	if changed := h.get(t, config, "If-None-Match: "+etag); changed.status != 200 || changed.header.Get("Etag") == etag {
		t.Errorf("changed: %s", changed.raw)
	}
}

func TestIfModifiedSince(t *testing.T) {
	var later atomic.Int64
	start := time.Now().Truncate(time.Second)
	clock := func() time.Time { return start.Add(time.Duration(later.Load())) }
	h := newHouse(t, func(s *Server) { s.Now = clock }).serve(t)
	first := h.get(t, config)
	then := first.header.Get("Last-Modified")
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.Provisioned() })
	later.Store(int64(time.Minute))
	date := func(d time.Duration) string { return start.Add(d).UTC().Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		status  int
		file    string
		headers []string
	}{
		"as told":                 {304, config, []string{"If-Modified-Since: " + then}},
		"later":                   {304, config, []string{"If-Modified-Since: " + date(time.Second)}},
		"now":                     {304, config, []string{"If-Modified-Since: " + date(time.Minute)}},
		"earlier":                 {200, config, []string{"If-Modified-Since: " + date(-time.Second)}},
		"to come":                 {200, config, []string{"If-Modified-Since: " + date(time.Hour)}},
		"no date":                 {200, config, []string{"If-Modified-Since: yesterday"}},
		"another tag":             {200, config, []string{"If-Modified-Since: " + then, `If-None-Match: "0"`}},
		"the tag":                 {304, config, []string{"If-Modified-Since: " + date(-time.Hour), "If-None-Match: " + first.header.Get("Etag")}},
		"a phone without a fetch": {200, "805ec0010204.cfg", []string{"If-Modified-Since: " + date(time.Minute)}},
		"another file":            {200, "phonebook.xml", []string{"If-Modified-Since: " + date(time.Minute)}},
	} {
		if got := h.get(t, c.file, c.headers...); got.status != c.status || got.header.Get("Last-Modified") == "" {
			t.Errorf("%s: %s", name, got.raw)
		}
	}
	change(t, h, h.phone.ID, func(d *record.Device) { d.Overrides.Raw = map[string]string{"phone_setting.backlight_time": "60"} })
	for name, since := range map[string]string{"as told before": then, "since": date(59 * time.Second)} {
		if got := h.get(t, config, "If-Modified-Since: "+since); got.status != 200 || got.body == first.body {
			t.Errorf("changed, %s: %s", name, got.raw)
		}
	}
}

func TestState(t *testing.T) {
	h := newHouse(t).serve(t)
	first := h.get(t, "805ec0010204.cfg", "User-Agent: "+t54Agent)
	sum := sha256.Sum256([]byte(first.body))
	hash := binary.BigEndian.Uint64(sum[:8])
	got := *h.state(t, h.second.ID, func(s *record.DeviceState) bool { return s.Provisioned() })
	got.LastProvisionedAt = h.phone.CreatedAt // whatever it was
	want := record.DeviceState{
		Device: h.second.ID, Account: h.account.ID, LastProvisionedAt: h.phone.CreatedAt, LastIP: "127.0.0.1",
		UserAgent: t54Agent, Model: "T54W", Firmware: "96.86.0.75", FetchedHash: hash,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if now, ok := h.server.Hash(h.second.ID); !ok || now != hash {
		t.Errorf("would fetch %x, has fetched %x", now, hash)
	}
	if h.server.outdated(h.second.ID) {
		t.Error("outdated though nothing has changed")
	}
	change(t, h, h.account.ID, func(a *record.Account) { a.Language = "fr" })
	if !h.server.outdated(h.second.ID) {
		t.Error("not outdated though the language has changed")
	}
	h.ask(t, "HEAD", "/p/"+token+"/805ec0010204.cfg", "")
	h.events(t, 2)
	if !h.server.outdated(h.second.ID) {
		t.Error("HEAD counted as a fetch")
	}
}

// A phone whose model nobody entered gets the file of what it says it is, at once.
func TestModelFromAgent(t *testing.T) {
	h := newHouse(t).serve(t)
	unknown := h.get(t, "805ec0010204.cfg", "User-Agent: curl/8.0")
	first := h.get(t, "805ec0010204.cfg", "User-Agent: "+t54Agent)
	change(t, h, h.second.ID, func(d *record.Device) { d.Model = "T54W" })
	named := h.get(t, "805ec0010204.cfg", "User-Agent: curl/8.0")
	if first.body != named.body || first.body == unknown.body {
		t.Error("the User-Agent's model was not used")
	}
}

func TestUnknownMAC(t *testing.T) {
	h := newHouse(t).serve(t)
	agent := "Yealink SIP-T31G 124.85.257.55 80:5e:c0:d5:7d:72"
	for range 2 {
		for _, file := range []string{"805ec0d57d72.boot", "805ec0d57d72.cfg"} {
			if got := h.get(t, file, "User-Agent: "+agent); got.status != 404 {
				t.Errorf("%s: %d", file, got.status)
			}
		}
	}
	var seen []record.UnknownMAC
	eventually(t, func() bool {
		page, err := h.store.UnknownMACs(store.UnknownMACQuery{Account: h.account.ID})
		if err != nil {
			t.Fatal(err)
		}
		seen = page.Items
		return len(seen) == 1 && seen[0].Count == 2
	})
	want := record.UnknownMAC{
		MAC: "80:5e:c0:d5:7d:72", Account: h.account.ID, SourceIP: "127.0.0.1", UserAgent: agent,
		Vendor: "yealink", Model: "T31G", Firmware: "124.85.257.55", Count: 2,
	}
	if diff := cmp.Diff(want, seen[0], cmpopts.IgnoreFields(want, "FirstSeen", "LastSeen")); diff != "" {
		t.Error(diff)
	}
}

func TestPhonebook(t *testing.T) {
	h := newHouse(t).serve(t)
	got := h.get(t, "phonebook.xml")
	if got.status != 200 || !strings.Contains(got.body, "<Name>Ann &amp; Co</Name><Telephone>1001</Telephone>") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if again := h.get(t, "phonebook.xml"); again.raw != got.raw {
		t.Errorf("another answer: %s", again.raw)
	}
	if got := h.ask(t, "PUT", "/p/"+token+"/phonebook.xml", "x", "Content-Length: 1"); got.status != 404 {
		t.Errorf("PUT: %d", got.status)
	}
}
