package e911

import (
	"flag"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/route"
	"dialtone/store/record"
)

var update = flag.Bool("update", false, "write the golden files")

// stages are mails by name.
func stages() map[string]func() (*record.EmergencyCall, string) {
	made := func(edit func(o *office, d *route.Decision, c *record.EmergencyCall) string) func() (*record.EmergencyCall, string) {
		return func() (*record.EmergencyCall, string) {
			o, d := newOffice(), decision(nil)
			c := NewPlan(o, d, noon)
			c.ID, c.CallID = "emer_01kkkkkkkkkkkkkkkkkkkkkkkk", "call_01kkkkkkkkkkkkkkkkkkkkkkkk"
			_, c.Conveyed = conveyance(c, &d.Emergency.Ways[0], o.trunks["prva_1"], false, "dialtone.example")
			return c, edit(o, d, c)
		}
	}
	return map[string]func() (*record.EmergencyCall, string){
		"started": made(func(_ *office, _ *route.Decision, _ *record.EmergencyCall) string { return record.StageStarted }),
		"answered": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Outcome, c.AnsweredAt = record.EmergencyAnswered, noon.Add(5*time.Second)
			c.Attempts = []record.EmergencyAttempt{{Name: "First", Status: 503}, {Name: "Silent"}, {Name: "Carrier", Status: 200, Answered: true}}
			return record.StageAnswered
		}),
		"failed": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Outcome, c.EndedAt, c.Conveyed.Method, c.Conveyed.Refused, c.Conveyed.Lines = record.EmergencyNotConnected, noon.Add(9*time.Second), "none", true, nil
			c.Attempts = []record.EmergencyAttempt{{Name: "Carrier", Status: 424}, {Name: "Carrier", Status: 503}}
			return record.StageFailed
		}),
		"ended": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Outcome, c.AnsweredAt, c.EndedAt, c.HungUpBy = record.EmergencyEnded, noon.Add(5*time.Second), noon.Add(88*time.Second), record.HungUpByCallee
			return record.StageEnded
		}),
		"cancelled": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Outcome, c.EndedAt, c.HungUpBy = record.EmergencyCancelled, noon.Add(2*time.Second), record.HungUpByCaller
			return record.StageEnded
		}),
		"callback": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Outcome = record.EmergencyEnded
			c.Callbacks = []record.EmergencyCallback{{From: "+13125550911", CallID: "call_2"}}
			return record.StageCallback
		}),
		"recovered": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Outcome, c.Recovered, c.EndedAt = record.EmergencyInterrupted, true, noon.Add(time.Minute)
			return record.StageStarted
		}),
		"test": made(func(_ *office, _ *route.Decision, c *record.EmergencyCall) string {
			c.Test, c.Number, c.Dialled = true, "933", "933"
			return record.StageStarted
		}),
		"bare": made(func(o *office, d *route.Decision, c *record.EmergencyCall) string {
			*c = *NewPlan(o, decision(func(d *route.Decision) {
				d.From = route.Identity{Name: "Eve\r\nBcc: all@example.com\x00<b>", Credential: "loose"}
				d.Emergency.Callback, d.Emergency.Ways = "", nil
			}), noon)
			c.ID = "emer_01kkkkkkkkkkkkkkkkkkkkkkkk"
			return record.StageStarted
		}),
	}
}

func TestMails(t *testing.T) {
	for name, make := range stages() {
		for _, language := range []string{"en", "fr"} {
			t.Run(name+" "+language, func(t *testing.T) {
				c, stage := make()
				m := Compose(c, stage, noon.Add(10*time.Second), record.EmergencyRecipient{Address: "guard@example.com", Language: language}, "dialtone.example")
				var b strings.Builder
				b.WriteString("Message-ID: " + m.MessageID + "\nDate: " + m.Date.String() + "\nTo: " + m.To + "\nSubject: " + m.Subject + "\n")
				for _, h := range m.Headers {
					b.WriteString(h.Name + ": " + h.Value + "\n")
				}
				got := b.String() + "\n" + m.Text + "\n" + m.HTML
				file := filepath.Join("testdata", name+"."+language+".txt")
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Error(diff)
				}
				sameFacts(t, m.Text, m.HTML)
				if strings.ContainsAny(m.Subject, "\r\n\x00") {
					t.Errorf("subject %q", m.Subject)
				}
			})
		}
	}
}

var row = regexp.MustCompile(`<tr><th[^>]*>(.*?)</th><td>(?:<a [^>]*>)?(.*?)(?:</a>)?</td></tr>`)

// sameFacts compares the lines of a text with the rows of its HTML.
func sameFacts(t *testing.T, text, page string) {
	t.Helper()
	var rows, lines []string
	for _, m := range row.FindAllStringSubmatch(page, -1) {
		rows = append(rows, html.UnescapeString(m[1]+": "+m[2]))
	}
	_, rest, _ := strings.Cut(text, "\n\n")
	facts, _, _ := strings.Cut(rest, "\n\n")
	for line := range strings.SplitSeq(strings.TrimSpace(facts), "\n") {
		lines = append(lines, line)
	}
	if diff := cmp.Diff(lines, rows); diff != "" {
		t.Errorf("text and HTML differ: %s", diff)
	}
}

func TestSubjects(t *testing.T) {
	o := newOffice()
	for _, tt := range []struct {
		language string
		test     bool
		want     string
	}{
		{"en", false, "EMERGENCY 911 call – Ann Arbor (1001) at Headquarters"},
		{"en", true, "TEST 933 call – Ann Arbor (1001) at Headquarters"},
		{"fr", false, "URGENCE appel 911 – Ann Arbor (1001) à Headquarters"},
		{"fr", true, "TEST appel 933 – Ann Arbor (1001) à Headquarters"},
		{"", false, "EMERGENCY 911 call – Ann Arbor (1001) at Headquarters"},
	} {
		c := NewPlan(o, decision(nil), noon)
		if tt.test {
			c.Test, c.Number = true, "933"
		}
		m := Compose(c, record.StageStarted, noon, record.EmergencyRecipient{Address: "a@example.com", Language: tt.language}, "d.example")
		if m.Subject != tt.want {
			t.Errorf("%q, want %q", m.Subject, tt.want)
		}
	}
}
