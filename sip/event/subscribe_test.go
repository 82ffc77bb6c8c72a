package event

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/dialog"
)

func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		to      string
		change  []string
		origin  func(*dialog.Origin)
		status  int
		headers map[string]string
	}{
		{name: "dialog", to: "1001", status: 200, headers: map[string]string{"Expires": "1800"}},
		{
			name: "compact event", to: "1001", change: []string{"Event: dialog", "o: dialog;id=7"},
			status: 200, headers: map[string]string{"Expires": "1800"},
		},
		{
			name: "shared line", to: "1001", change: []string{"Event: dialog", "Event: dialog;sla;ma"},
			status: 200, headers: map[string]string{"Expires": "1800"},
		},
		{
			name: "no Expires", to: "1001", change: []string{"Expires: 1800\r\n", ""},
			status: 200, headers: map[string]string{"Expires": "3600"},
		},
		{
			name: "long Expires", to: "1001", change: []string{"Expires: 1800", "Expires: 99999999999999999999"},
			status: 200, headers: map[string]string{"Expires": "3600"},
		},
		{
			name: "fetch", to: "1001", change: []string{"Expires: 1800", "Expires: 0"},
			status: 200, headers: map[string]string{"Expires": "0"},
		},
		{
			name: "short Expires", to: "1001", change: []string{"Expires: 1800", "Expires: 30"},
			status: 423, headers: map[string]string{"Min-Expires": "60"},
		},
		{name: "bad Expires", to: "1001", change: []string{"Expires: 1800", "Expires: soon"}, status: 400, headers: map[string]string{}},
		{name: "escaped", to: "%31001", status: 200, headers: map[string]string{"Expires": "1800"}},
		{name: "badly escaped", to: "%1", status: 404, headers: map[string]string{}},
		{name: "unknown", to: "4711", status: 404, headers: map[string]string{}},
		{name: "lamp of a mailbox", to: "*97", status: 404, headers: map[string]string{}},
		{
			name: "messages", to: "*97", change: []string{"Event: dialog", "Event: message-summary", "Accept: application/dialog-info+xml\r\n", ""},
			status: 200, headers: map[string]string{"Expires": "1800"},
		},
		{
			name: "presence", to: "1001", change: []string{"Event: dialog", "Event: presence", "application/dialog-info+xml", "application/cpim-pidf+xml, application/pidf+xml"},
			status: 200, headers: map[string]string{"Expires": "1800"},
		},
		{
			name: "wrong Accept", to: "1001", change: []string{"application/dialog-info+xml", "application/rlmi+xml, text/plain"},
			status: 406, headers: map[string]string{"Accept": "application/dialog-info+xml"},
		},
		{
			name: "any Accept", to: "1001", change: []string{"application/dialog-info+xml", "text/plain, */*;q=0.1"},
			status: 200, headers: map[string]string{"Expires": "1800"},
		},
		{
			name: "unknown event", to: "1001", change: []string{"Event: dialog", "Event: as-feature-event"},
			status: 489, headers: map[string]string{"Allow-Events": "dialog, message-summary, presence"},
		},
		{
			name: "no event", to: "1001", change: []string{"Event: dialog\r\n", ""},
			status: 489, headers: map[string]string{"Allow-Events": "dialog, message-summary, presence"},
		},
		{name: "bad id", to: "1001", change: []string{"Event: dialog", "Event: dialog;id=a/b"}, status: 400, headers: map[string]string{}},
		{name: "no contact", to: "1001", change: []string{"Contact: <sip:1002@10.0.0.2:5060>\r\n", ""}, status: 400, headers: map[string]string{}},
		{name: "contact elsewhere", to: "1001", change: []string{"<sip:1002@10.0.0.2:5060>", "<mailto:bob@example.com>"}, status: 400, headers: map[string]string{}},
		{name: "huge", to: "1001", change: []string{"call1", strings.Repeat("x", 4096)}, status: 400, headers: map[string]string{}},
		{name: "unknown dialog", to: "1001", change: []string{"To: <sip:1001@pbx.example.com>", "To: <sip:1001@pbx.example.com>;tag=x"}, status: 481, headers: map[string]string{}},
		{name: "trunk", to: "1001", origin: func(o *dialog.Origin) { o.User, o.Trunk = nil, "trunk_1" }, status: 403, headers: map[string]string{}},
		{
			name: "another account", to: "1001", origin: func(o *dialog.Origin) { o.User.Credential.Account = theirs },
			status: 404, headers: map[string]string{},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			within(t, nil, func(t *testing.T, w *world) {
				a := w.subscribing(t, tt.to, tt.change...)
				if tt.origin != nil {
					tt.origin(&a.origin)
				}
				w.Handle(a)
				synctest.Wait()
				if a.status != tt.status {
					t.Fatalf("status %d, want %d", a.status, tt.status)
				}
				if diff := cmp.Diff(tt.headers, a.headers); diff != "" {
					t.Error(diff)
				}
				sent := w.phones.take()
				if got, want := len(sent) == 1, tt.status == 200; got != want {
					t.Errorf("%d NOTIFYs", len(sent))
				}
				if tt.status != 200 && (w.Len() > 0 || w.tags.len() > 0) {
					t.Errorf("%d subscriptions, %d tags after a refusal", w.Len(), w.tags.len())
				}
			})
		})
	}
}

func TestPublishRefused(t *testing.T) {
	w := newWorld(t, nil)
	a := w.subscribing(t, "1001")
	a.msg.Method = "PUBLISH"
	w.Handle(a)
	if a.status != 405 {
		t.Errorf("status %d, want 405", a.status)
	}
}

func TestFirstNotify(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.Handle(w.subscribing(t, "1001", "Event: dialog", "Record-Route: <sip:proxy.example.com;lr>\r\nEvent: dialog;id=7"))
		synctest.Wait()
		sent := w.phones.take()
		if len(sent) != 1 {
			t.Fatalf("%d NOTIFYs, want 1", len(sent))
		}
		n := sent[0]
		if !strings.HasPrefix(n.headers["Via"], "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK") {
			t.Errorf("Via: %s", n.headers["Via"])
		}
		delete(n.headers, "Via")
		want := notification{
			line: "NOTIFY sip:1002@10.0.0.2:5060 SIP/2.0",
			headers: map[string]string{
				"Max-Forwards": "70", "Route": "<sip:proxy.example.com;lr>",
				"From":    "<sip:1001@pbx.example.com>;tag=ourtag00000000000000000001",
				"To":      "<sip:1002@pbx.example.com>;tag=from1",
				"Call-ID": "call1@10.0.0.2", "CSeq": "1 NOTIFY", "Contact": "<sip:ourtag000000@192.0.2.1:5060>",
				"Event": "dialog;id=7", "Subscription-State": "active;expires=1800", "User-Agent": "dialtone/test",
				"Content-Type": "application/dialog-info+xml", "Content-Length": "206",
			},
			body: "<?xml version=\"1.0\"?>\n" +
				"<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"0\" state=\"full\" entity=\"sip:1001@pbx.example.com\">\n" +
				"<dialog id=\"1001\"><state>terminated</state></dialog>\n</dialog-info>\n",
		}
		if diff := cmp.Diff(want, n, cmp.AllowUnexported(notification{})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStrictRouter(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.Handle(w.subscribing(t, "1001", "Event:", "Record-Route: <sip:old.example.com>, <sip:proxy.example.com;lr>\r\nEvent:"))
		synctest.Wait()
		n := w.phones.take()[0]
		if want := "NOTIFY sip:old.example.com SIP/2.0"; n.line != want {
			t.Errorf("%s, want %s", n.line, want)
		}
		if got, want := n.headers["Route"], "<sip:proxy.example.com;lr>, <sip:1002@10.0.0.2:5060>"; got != want {
			t.Errorf("Route: %s, want %s", got, want)
		}
	})
}

func TestConnectionContact(t *testing.T) {
	for transport, want := range map[string]string{
		"tcp": "<sip:ourtag000000@192.0.2.1:5060;transport=tcp>", "tls": "<sip:ourtag000000@192.0.2.1:5060;transport=tls>",
		"wss": "<sip:ourtag000000@192.0.2.1:5060;transport=ws>",
	} {
		within(t, nil, func(t *testing.T, w *world) {
			a := w.subscribing(t, "1001")
			a.origin.Flow.Transport, a.origin.Flow.Connection, a.origin.Flow.Host = transport, 9, ""
			w.Handle(a)
			synctest.Wait()
			n := w.phones.take()[0]
			if got := n.headers["Contact"]; got != want {
				t.Errorf("Contact: %s, want %s", got, want)
			}
			if via := "SIP/2.0/" + strings.ToUpper(transport) + " 192.0.2.1:5060"; !strings.HasPrefix(n.headers["Via"], via) {
				t.Errorf("Via: %s, want %s", n.headers["Via"], via)
			}
		})
	}
}

func TestFetch(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.Publish(ringing("a"), Line("alice@pbx.example.com"))
		w.Handle(w.subscribing(t, "1001", "Expires: 1800", "Expires: 0"))
		synctest.Wait()
		n := w.phones.take()[0]
		if n.state() != "terminated;reason=timeout" || !strings.Contains(n.body, "<state>early</state>") {
			t.Errorf("%s\n%s", n.state(), n.body)
		}
		if w.Len() != 0 || w.tags.len() != 0 || len(w.book.accounts) != 0 {
			t.Errorf("%d subscriptions, %d tags, %d accounts are left", w.Len(), w.tags.len(), len(w.book.accounts))
		}
	})
}

func TestRefresh(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		a := w.subscribed(t, "1001")
		time.Sleep(1000 * time.Second)
		b := a.again(t, 2, "10.0.0.2:5060>", "10.0.0.7:5070>")
		w.Handle(b)
		synctest.Wait()
		if b.status != 200 || b.headers["Expires"] != "1800" {
			t.Fatalf("%d, Expires %s", b.status, b.headers["Expires"])
		}
		n := w.phones.take()
		if len(n) != 1 || n[0].state() != "active;expires=1800" || n[0].headers["CSeq"] != "2 NOTIFY" || n[0].line != "NOTIFY sip:1002@10.0.0.7:5070 SIP/2.0" {
			t.Errorf("%+v", n)
		}
		for _, tt := range []struct {
			name   string
			change []string
			cseq   int
			status int
		}{
			{"old CSeq", nil, 2, 500},
			{"another Call-ID", []string{"call1", "call2"}, 3, 481},
			{"another From tag", []string{"from1", "from2"}, 3, 481},
			{"another event", []string{"Event: dialog", "Event: presence", "Accept: application/dialog-info+xml\r\n", ""}, 3, 481},
			{"another id", []string{"Event: dialog", "Event: dialog;id=1"}, 3, 481},
			{"too short", []string{"Expires: 1800", "Expires: 1"}, 3, 423},
		} {
			c := a.again(t, tt.cseq, tt.change...)
			if w.Handle(c); c.status != tt.status {
				t.Errorf("%s: status %d, want %d", tt.name, c.status, tt.status)
			}
		}
		end := a.again(t, 9, "Expires: 1800", "Expires: 0")
		w.Handle(end)
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || n[0].state() != "terminated;reason=timeout" || end.headers["Expires"] != "0" {
			t.Errorf("after the end: %+v", n)
		}
		if w.Len() != 0 || w.tags.len() != 0 {
			t.Errorf("%d subscriptions, %d tags are left", w.Len(), w.tags.len())
		}
	})
}

func TestRefreshOfCredentialThatIsGone(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		a := w.subscribed(t, "1001")
		w.names.excluded[watchAOR] = true
		b := a.again(t, 2)
		w.Handle(b)
		synctest.Wait()
		n := w.phones.take()
		if b.status != 403 || len(n) != 1 || n[0].state() != "terminated;reason=rejected" || n[0].body != "" {
			t.Errorf("%d %+v", b.status, n)
		}
	})
}

func TestExpiry(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		time.Sleep(1800*time.Second + graceExpires - time.Millisecond)
		synctest.Wait()
		if w.Len() != 1 {
			t.Fatal("ended too early")
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if n := w.phones.take(); len(n) != 1 || n[0].state() != "terminated;reason=timeout" {
			t.Errorf("%+v", n)
		}
		if w.Len() != 0 || w.tags.len() != 0 {
			t.Errorf("%d subscriptions, %d tags are left", w.Len(), w.tags.len())
		}
	})
}

func TestJitter(t *testing.T) {
	w := newWorld(t, nil, func(c *Config) { c.Rand = func() float64 { return 1 } })
	for asked, want := range map[int]int{60: 60, 100: 90, 3600: 3240, 100_000: 3240} {
		if got := w.grant(asked); got != want {
			t.Errorf("asked %d: %d, want %d", asked, got, want)
		}
	}
}

func TestLimits(t *testing.T) {
	limits := func(l Limits) option { return func(c *Config) { c.Limits = l } }
	for _, tt := range []struct {
		name   string
		limits Limits
		others bool // of other phones and users
		status int
	}{
		{"user", Limits{PerUser: 2}, false, 503},
		{"user, the others", Limits{PerUser: 2}, true, 200},
		{"account", Limits{PerAccount: 2}, true, 503},
		{"total", Limits{Total: 2}, true, 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			within(t, nil, func(t *testing.T, w *world) {
				var last *asking
				for _, name := range []string{"1001", "1002", "1003"} {
					last = w.subscribing(t, name)
					if tt.others {
						last.origin.User.Credential.Username = "u" + name
					}
					w.Handle(last)
				}
				if last.status != tt.status {
					t.Fatalf("status %d, want %d", last.status, tt.status)
				}
				if tt.status == 503 && last.headers["Retry-After"] == "" {
					t.Error("no Retry-After")
				}
			}, limits(tt.limits))
		})
	}
}

// A phone that is switched off and on subscribes anew and forgets what it had.
func TestRestartedPhoneTakesItsOldPlace(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		w.subscribed(t, "1002")
		w.phones.answers(func(Outgoing) (int, error) { return 0, nil })
		for range 5 {
			a := w.subscribing(t, "1001")
			if w.Handle(a); a.status != 200 {
				t.Fatalf("status %d, want 200", a.status)
			}
			synctest.Wait()
		}
		if w.Len() != 2 {
			t.Errorf("%d subscriptions, want 2", w.Len())
		}
	}, func(c *Config) { c.Limits.PerUser = 2 })
}

func TestRestartedPhoneIsProbed(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.subscribed(t, "1001")
		w.phones.answers(func(o Outgoing) (int, error) {
			if strings.Contains(string(o.Data), "Call-ID: call1@") {
				return 481, nil
			}
			return 200, nil
		})
		w.subscribed(t, "1001")
		if w.Len() != 1 || w.tags.len() != 1 {
			t.Errorf("%d subscriptions, %d tags, want 1 each", w.Len(), w.tags.len())
		}
	})
}

func TestAnswerThatCannotBeSent(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		a := w.subscribing(t, "1001")
		a.lost = true
		w.Handle(a)
		synctest.Wait()
		if w.Len() != 0 || w.tags.len() != 0 || len(w.phones.take()) != 0 {
			t.Error("something is left")
		}
	})
}
