package outbox

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"dialtone/store"
)

func letter() *Mail {
	return &Mail{
		MessageID: "emc_1.started.ann@example.com", Date: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		To: "Ann Ö <ann@example.com>", Subject: "EMERGENCY 911 call – Ann at Main Street", Text: "Who: Ann\n.\nWhere: 1 Main Street, Geb\u00e4ude 2\n",
		HTML: "<p>Ann</p>", Headers: []MailHeader{{"X-Dialtone-Event", "emc_1"}, {"References", "<emc_1@example.com>"}},
	}
}

func mailRow(t testing.TB, lane store.OutboxLane, m *Mail) *store.OutboxRow {
	t.Helper()
	row, err := m.Row(lane, "acct_1", "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return &row
}

// post sends one letter through relays a, b, … as a lane does.
func post(t *testing.T, n network, lane store.OutboxLane, relays ...Relay) outcome {
	t.Helper()
	for i := range relays {
		relays[i].Host, relays[i].Port = string(rune('a'+i)), 25
		if relays[i].TLS == "" {
			relays[i].TLS = TLSNone
		}
	}
	m := newMailer(MailConfig{From: "Dialtone <dialtone@example.com>", Relays: relays}, lane, n.dial, quiet(), newMetrics(nil))
	return m.send(t.Context(), mailRow(t, lane, letter()))
}

// f-tests: what two relays do, and what becomes of the mail.
func TestMailer(t *testing.T) {
	refuse := func(code int) func(int, string) error { return func(int, string) error { return no(code) } }
	refuseData := func(code int) func(*smtp.Conn, string) error {
		return func(*smtp.Conn, string) error { return no(code) }
	}
	for name, tt := range map[string]struct {
		a, b   *server // nil: nobody listens
		want   outcome
		copies [2]int // how often each got the data
		took   time.Duration
	}{
		"first takes it":             {&server{}, &server{}, outcome{result: delivered, code: 250, via: "a:25"}, [2]int{1, 0}, 0},
		"first is down":              {nil, &server{}, outcome{result: delivered, code: 250, via: "b:25"}, [2]int{0, 1}, 0},
		"first refuses for now":      {&server{rcpt: refuse(450)}, &server{}, outcome{result: delivered, code: 250, via: "b:25"}, [2]int{0, 1}, 0},
		"first refuses for good":     {&server{rcpt: refuse(550)}, &server{}, outcome{result: delivered, code: 250, via: "b:25"}, [2]int{0, 1}, 0},
		"both refuse for good":       {&server{rcpt: refuse(550)}, &server{data: refuseData(554)}, outcome{result: failed, code: 554, via: "b:25"}, [2]int{0, 1}, 0},
		"one refuses for good":       {&server{rcpt: refuse(550)}, &server{rcpt: refuse(451)}, outcome{result: retry, code: 550, via: "a:25"}, [2]int{0, 0}, 0},
		"one is down":                {nil, &server{rcpt: refuse(550)}, outcome{result: retry, code: 550, via: "b:25"}, [2]int{0, 0}, 0},
		"both are down":              {nil, nil, outcome{result: retry, via: "b:25"}, [2]int{0, 0}, 0},
		"first drops after the data": {&server{data: drop}, &server{}, outcome{result: delivered, code: 250, via: "b:25"}, [2]int{1, 1}, 0},
		"both drop after the data":   {&server{data: drop}, &server{data: drop}, outcome{result: retry, via: "b:25"}, [2]int{1, 1}, 0},
		"first stalls":               {&server{data: stall}, &server{}, outcome{result: delivered, code: 250, via: "b:25"}, [2]int{1, 1}, hedgeAfter},
		"first is a black hole":      {&server{blackHole: true}, &server{}, outcome{result: delivered, code: 250, via: "b:25"}, [2]int{0, 1}, hedgeAfter},
		"both are black holes":       {&server{blackHole: true}, &server{blackHole: true}, outcome{result: retry, via: "b:25"}, [2]int{0, 0}, hedgeAfter + urgentLimit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := network{}
				for addr, s := range map[string]*server{"a:25": tt.a, "b:25": tt.b} {
					if s != nil {
						n[addr] = serve(t, s, nil)
					}
				}
				begun := time.Now()
				got := post(t, n, store.OutboxEmergency, Relay{}, Relay{})
				if took := time.Since(begun); took != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
				if got.text == "" {
					t.Error("no text")
				}
				got.text = ""
				if got != tt.want {
					t.Errorf("outcome is %+v, want %+v", got, tt.want)
				}
				for i, s := range []*server{tt.a, tt.b} {
					if s != nil && len(s.got()) != tt.copies[i] {
						t.Errorf("relay %d got the data %d times, want %d", i, len(s.got()), tt.copies[i])
					}
				}
			})
		})
	}
}

// Mail that is no emergency goes to one relay at a time, however long that takes; the
// library's own deadline does not end it earlier than ours.
func TestMailerPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := network{"a:25": serve(t, &server{data: stall}, nil), "b:25": serve(t, &server{}, nil)}
		begun := time.Now()
		got := post(t, n, store.OutboxMail, Relay{}, Relay{})
		if took := time.Since(begun); got.result != delivered || took != mailLimit {
			t.Errorf("%+v after %s", got, took)
		}
	})
}

// A relay that hung is asked last for a while: the next mail does not wait for it again.
func TestMailerShuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hole, good := serve(t, &server{blackHole: true}, nil), serve(t, &server{}, nil)
		n := network{"a:25": hole, "b:25": good}
		relays := []Relay{{Host: "a", Port: 25, TLS: TLSNone}, {Host: "b", Port: 25, TLS: TLSNone}}
		m := newMailer(MailConfig{From: "dialtone@example.com", Relays: relays}, store.OutboxEmergency, n.dial, quiet(), newMetrics(nil))
		row := mailRow(t, store.OutboxEmergency, letter())
		var took []time.Duration
		for _, pause := range []time.Duration{0, time.Second, shunFor} {
			time.Sleep(pause)
			begun := time.Now()
			if got := m.send(t.Context(), row); got.result != delivered {
				t.Errorf("%+v", got)
			}
			took = append(took, time.Since(begun))
		}
		if diff := cmp.Diff([]time.Duration{hedgeAfter, 0, hedgeAfter}, took); diff != "" {
			t.Errorf("waits for the relay that hangs (-want +got):\n%s", diff)
		}
	})
}

// Greylisting: the second attempt of the lane is taken.
func TestMailerGreylisted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, &server{rcpt: func(n int, _ string) error {
			if n == 1 {
				return no(450)
			}
			return nil
		}}, nil)
		n := network{"a:25": s}
		m := newMailer(MailConfig{From: "dialtone@example.com", Relays: []Relay{{Host: "a", Port: 25, TLS: TLSNone}}}, store.OutboxEmergency, n.dial, quiet(), newMetrics(nil))
		rows := newFakeRows()
		row := mailRow(t, store.OutboxEmergency, letter())
		row.ID, row.Due, row.State = "1", time.Now(), store.OutboxPending
		rows.rows = append(rows.rows, row)
		l := &lane{
			name: store.OutboxEmergency, rows: rows, schedule: emergencySchedule(), workers: 2, log: quiet(),
			metrics: newMetrics(nil).lanes[store.OutboxEmergency], send: m.send,
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.run(ctx) }()
		time.Sleep(3 * time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if s.asked() != 2 || len(s.got()) != 1 || rows.states()["1"] != store.OutboxDelivered {
			t.Errorf("asked %d times, %d mails, %v", s.asked(), len(s.got()), rows.states())
		}
	})
}

// What policies make of what a relay has to show.
func TestMailerTLS(t *testing.T) {
	for name, tt := range map[string]struct {
		policy   RelayTLS
		user     string
		password string
		server   string // none, good or expired
		want     result
		secure   bool
	}{
		"mandatory":                       {TLSMandatory, "", "", "good", delivered, true},
		"mandatory, not offered":          {TLSMandatory, "", "", "none", retry, false},
		"mandatory, expired":              {TLSMandatory, "", "", "expired", retry, false},
		"opportunistic":                   {TLSOpportunistic, "", "", "good", delivered, true},
		"opportunistic, not offered":      {TLSOpportunistic, "", "", "none", delivered, false},
		"opportunistic, expired":          {TLSOpportunistic, "", "", "expired", delivered, true},
		"none":                            {TLSNone, "", "", "good", delivered, false},
		"implicit":                        {TLSImplicit, "", "", "good", delivered, true},
		"implicit, expired":               {TLSImplicit, "", "", "expired", retry, false},
		"password":                        {TLSMandatory, "me", "secret", "good", delivered, true},
		"wrong password":                  {TLSMandatory, "me", "guess", "good", retry, false},
		"password over implicit":          {TLSImplicit, "me", "secret", "good", delivered, true},
		"no password to an expired relay": {TLSOpportunistic, "me", "secret", "expired", retry, false},
		"no password in the clear":        {TLSOpportunistic, "me", "secret", "none", retry, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				expires := time.Now().Add(24 * time.Hour)
				if tt.server == "expired" {
					expires = time.Now().Add(-time.Hour)
				}
				config, pool := authority(t, expires)
				if tt.server == "none" {
					config = nil
				}
				s := &server{}
				n := network{"a:25": serve(t, s, config)}
				dial := n.dial
				if tt.policy == TLSImplicit {
					dial = func(ctx context.Context, _, addr string) (net.Conn, error) {
						ours, theirs := net.Pipe()
						select {
						case n[addr].conns <- tls.Server(theirs, config):
							return ours, nil
						case <-ctx.Done():
							return nil, ctx.Err()
						}
					}
				}
				relay := Relay{Host: "a", Port: 25, TLS: tt.policy, Username: tt.user, Password: tt.password, Roots: pool}
				m := newMailer(MailConfig{From: "dialtone@example.com", Relays: []Relay{relay}}, store.OutboxMail, dial, quiet(), newMetrics(nil))
				got := m.send(t.Context(), mailRow(t, store.OutboxMail, letter()))
				if got.result != tt.want {
					t.Fatalf("%+v, want %s", got, tt.want)
				}
				if strings.Contains(got.text, "secret") || strings.Contains(got.text, "guess") {
					t.Errorf("the password is told: %s", got.text)
				}
				if tt.want != delivered {
					return
				}
				if diff := cmp.Diff([]bool{tt.secure}, s.tls); diff != "" {
					t.Errorf("encrypted (-want +got):\n%s", diff)
				}
				if tt.user != "" && len(s.users) != 1 {
					t.Errorf("logged in as %v", s.users)
				}
			})
		})
	}
}

// The mail on the wire: one recipient, the given Message-ID, both parts, a signature; the
// same bytes at every attempt.
func TestMailOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		n := network{"a:25": serve(t, s, nil)}
		for range 2 {
			if got := post(t, n, store.OutboxEmergency, Relay{}); got.result != delivered {
				t.Fatalf("%+v", got)
			}
		}
		texts := s.got()
		if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
			t.Errorf("attempts differ:\n%s", diff)
		}
		m, err := mail.ReadMessage(strings.NewReader(texts[0]))
		if err != nil {
			t.Fatal(err)
		}
		header := map[string]string{}
		for _, name := range []string{"Message-Id", "From", "X-Dialtone-Event", "References", "Date", "Subject", "User-Agent", "X-Mailer"} {
			header[name], err = new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
			if err != nil {
				t.Error(err)
			}
		}
		want := map[string]string{
			"Message-Id": "<emc_1.started.ann@example.com>", "From": `"Dialtone" <dialtone@example.com>`, "X-Dialtone-Event": "emc_1",
			"References": "<emc_1@example.com>", "Date": "Sun, 01 Mar 2026 12:00:00 +0000", "Subject": letter().Subject, "User-Agent": "", "X-Mailer": "",
		}
		if diff := cmp.Diff(want, header); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{letter().Text, letter().HTML}, parts(t, m)); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
	})
}

func parts(t *testing.T, m *mail.Message) (texts []string) {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.ReplaceAll(string(b), "\r\n", "\n"))
	}
}

func TestDKIM(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseDKIMKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	msg, err := message(letter(), "dialtone@example.com", &DKIM{Domain: "example.com", Selector: "s1", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if _, err := msg.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	signature, _, _ := strings.Cut(text.String(), "\r\nFrom:")
	if !strings.Contains(text.String(), "DKIM-Signature:") || !strings.Contains(text.String(), "d=example.com") || !strings.Contains(text.String(), "s=s1") {
		t.Errorf("no signature in\n%s", signature)
	}
	if _, err := ParseDKIMKey([]byte("no key")); err == nil {
		t.Error("a key of no form is taken")
	}
}

func TestMailRow(t *testing.T) {
	for name, change := range map[string]func(*Mail){
		"no recipient":        func(m *Mail) { m.To = "" },
		"two recipients":      func(m *Mail) { m.To = "a@example.com, b@example.com" },
		"recipient injects":   func(m *Mail) { m.To = "a@example.com>\r\nRCPT TO:<b@example.com" },
		"bad sender":          func(m *Mail) { m.From = "nobody" },
		"no Message-ID":       func(m *Mail) { m.MessageID = "" },
		"Message-ID injects":  func(m *Mail) { m.MessageID = "a@b>\r\nBcc: c@d.example" },
		"no date":             func(m *Mail) { m.Date = time.Time{} },
		"subject injects":     func(m *Mail) { m.Subject = "x\r\nBcc: c@d.example" },
		"header injects":      func(m *Mail) { m.Headers = []MailHeader{{"X-A", "x\nBcc: c@d.example"}} },
		"header name injects": func(m *Mail) { m.Headers = []MailHeader{{"X-A: x\r\nBcc", "c@d.example"}} },
	} {
		m := letter()
		change(m)
		if _, err := m.Row(store.OutboxMail, "", "", time.Now()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	row := mailRow(t, store.OutboxEmergency, letter())
	got, err := ReadMail(row)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(letter(), got); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
}
