package record

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func did(change func(*Number)) Record {
	n := NewNumber()
	n.Number = "+13125550100"
	change(n)
	return n
}

func group(change func(*RingGroup)) Record {
	g := NewRingGroup()
	g.Name = "Sales"
	change(g)
	return g
}

func carrier(change func(*ProviderAccount)) Record {
	a := NewProviderAccount()
	a.Name, a.Provider, a.Trunk.Hosts = "Carrier", ProviderSIP, []string{"sip.example.com"}
	change(a)
	return a
}

func hours(change func(*Schedule)) Record {
	s := NewSchedule()
	s.Name, s.Timezone = "Open", "America/New_York"
	change(s)
	return s
}

func hook(url string, events ...string) Record {
	w := NewWebhook()
	w.URL, w.Events = url, events
	return w
}

// TestValidateCalling names the field each bad value is blamed on; "" is no problem.
func TestValidateCalling(t *testing.T) {
	outside := Target{Type: TargetExternal, Number: "+13125550199"}
	ann := Target{Type: TargetUser, ID: "user_1"}
	rule := func(destination string) func(*User) {
		return func(u *User) { u.Forwarding.Busy = &ForwardRule{Enabled: true, Destination: destination} }
	}
	for _, tt := range []struct {
		name, field, code string
		record            Record
	}{
		{"number", "", "", did(func(n *Number) { n.Target = &ann })},
		{"number without target", "", "", did(func(*Number) {})},
		{"national number", "number", CodeInvalid, did(func(n *Number) { n.Number = "3125550100" })},
		{"no number", "number", CodeRequired, did(func(n *Number) { n.Number = "" })},
		{"number that receives faxes", "", "", did(func(n *Number) { n.FaxEnabled = true })},
		{"faxes deleted unread", "delete_documents", CodeInvalid, did(func(n *Number) { n.DeleteDocuments = true })},
		{"faxes deleted once mailed", "", "", did(func(n *Number) { n.DeleteDocuments, n.FaxRecipients = true, []string{"a@b.c"} })},
		{"caller's name with a line break", "caller_id_name", CodeInvalid, did(func(n *Number) { n.CallerIDName = "a\r\nb" })},
		{"another number's fax box", "", "", did(func(n *Number) { n.Target = &Target{Type: TargetFax, ID: "num_1"} })},
		{"nobody's fax box", "target.id", CodeRequired, did(func(n *Number) { n.Target = &Target{Type: TargetFax} })},
		{"fax box with a line", "target", CodeInvalid, did(func(n *Number) { n.Target = &Target{Type: TargetFax, ID: "num_1", Line: 1} })},
		{"number of a queue", "", "", did(func(n *Number) { n.Target = &Target{Type: TargetCallQueue, ID: "qu_1"} })},
		{"nameless queue", "target.id", CodeRequired, did(func(n *Number) { n.Target = &Target{Type: TargetCallQueue} })},
		{"external without a number", "target.number", CodeRequired, did(func(n *Number) { n.Target = &Target{Type: TargetExternal} })},
		{"external with an identifier", "target.id", CodeInvalid, did(func(n *Number) { n.Target = &Target{Type: TargetExternal, Number: "+13125550199", ID: "x"} })},
		{"user with a number", "target.number", CodeInvalid, did(func(n *Number) { n.Target = &Target{Type: TargetUser, ID: "user_1", Number: "+13125550199"} })},
		{"nameless ring group", "target.id", CodeRequired, did(func(n *Number) { n.Target = &Target{Type: TargetRingGroup} })},

		{"ring group", "", "", group(func(g *RingGroup) { g.Members, g.Overflow = []Target{ann, outside}, &outside })},
		{"group in a group", "members[0].type", CodeInvalid, group(func(g *RingGroup) { g.Members = []Target{{Type: TargetRingGroup, ID: "rg_1"}} })},
		{"member twice", "members[1]", CodeDuplicate, group(func(g *RingGroup) { g.Members = []Target{ann, ann} })},
		{"too many members", "members", CodeTooMany, group(func(g *RingGroup) { g.Members = make([]Target, MaxRingMembers+1) })},
		{"strategy", "strategy", CodeInvalid, group(func(g *RingGroup) { g.Strategy = "random" })},
		{"ringing for ever", "timeout_seconds", CodeOutOfRange, group(func(g *RingGroup) { g.TimeoutSeconds = 301 })},

		{"user", "", "", user(func(u *User) { u.SimultaneousRing = []Target{outside} })},
		{"six at once", "simultaneous_ring", CodeTooMany, user(func(u *User) { u.SimultaneousRing = make([]Target, MaxSimultaneousRing+1) })},
		{"forward", "", "", user(rule("+1 (312) 555-0199"))},
		{"forward to a word", "forwarding.busy.destination", CodeInvalid, user(rule("mobile"))},
		{"forward to nowhere", "forwarding.busy.destination", CodeRequired, user(rule(""))},
		{"no time to answer", "forwarding.no_answer_seconds", CodeOutOfRange, user(func(u *User) { u.Forwarding.NoAnswerSeconds = 1 })},

		{"trunk", "", "", carrier(func(*ProviderAccount) {})},
		{"trunk without a host", "trunk.hosts", CodeRequired, carrier(func(a *ProviderAccount) { a.Trunk.Hosts = nil })},
		{"trunk with a path", "trunk.hosts[0]", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.Hosts = []string{"sip:a/b"} })},
		{"port 0", "trunk.hosts[0]", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.Hosts = []string{"a.example:0"} })},
		{"port 65536", "trunk.hosts[0]", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.Hosts = []string{"a.example:65536"} })},
		{"everybody", "trunk.hosts[0]", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.Hosts = []string{"0.0.0.0:5060"} })},
		{"host twice", "trunk.hosts[1]", CodeDuplicate, carrier(func(a *ProviderAccount) { a.Trunk.Hosts = []string{"a.example", "A.example."} })},
		{"transport", "trunk.transport", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.Transport = "sctp" })},
		{"digest without a password", "trunk.password", CodeRequired, carrier(func(a *ProviderAccount) { a.Trunk.Username = "u" })},
		{"digest without a user name", "trunk.username", CodeRequired, carrier(func(a *ProviderAccount) {
			a.Trunk.Authentication, a.TrunkPasswordSealed = TrunkDigest, []byte{1}
		})},
		{"codec", "trunk.codecs[0]", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.Codecs = []string{"GSM"} })},
		{"session of a second", "trunk.session_expires", CodeOutOfRange, carrier(func(a *ProviderAccount) { a.Trunk.SessionExpires = 1 })},
		{"source", "trunk.inbound_sources[0]", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.InboundSources = []string{"x"} })},
		{"conveyance", "trunk.location_conveyance", CodeInvalid, carrier(func(a *ProviderAccount) { a.Trunk.LocationConveyance = "fax" })},
		{"unknown carrier", "provider", CodeInvalid, carrier(func(a *ProviderAccount) { a.Provider = "acme" })},

		{"schedule", "", "", hours(func(s *Schedule) { s.Weekly = []WeeklyRange{{[]string{"mon"}, "22:00", "06:00"}} })},
		{"25 o'clock", "weekly[0].to", CodeInvalid, hours(func(s *Schedule) { s.Weekly = []WeeklyRange{{[]string{"mon"}, "22:00", "25:00"}} })},
		{"from midnight's end", "weekly[0].from", CodeInvalid, hours(func(s *Schedule) { s.Weekly = []WeeklyRange{{[]string{"mon"}, "24:00", "06:00"}} })},
		{"no time at all", "weekly[0].to", CodeInvalid, hours(func(s *Schedule) { s.Weekly = []WeeklyRange{{[]string{"mon"}, "09:00", "09:00"}} })},
		{"no day", "weekly[0].days", CodeRequired, hours(func(s *Schedule) { s.Weekly = []WeeklyRange{{nil, "09:00", "10:00"}} })},
		{"Lundi", "weekly[0].days[0]", CodeInvalid, hours(func(s *Schedule) { s.Weekly = []WeeklyRange{{[]string{"lun"}, "09:00", "10:00"}} })},
		{"30 February", "holidays[0].from", CodeInvalid, hours(func(s *Schedule) { s.Holidays = []Holiday{{From: "2026-02-30"}} })},
		{"holiday backwards", "holidays[0].to", CodeInvalid, hours(func(s *Schedule) { s.Holidays = []Holiday{{From: "2026-02-03", To: "2026-02-01"}} })},
		{"schedule nowhere", "timezone", CodeRequired, hours(func(s *Schedule) { s.Timezone = "" })},

		{"webhook", "", "", hook("https://hooks.example.com/x?y=z", "call.*", "call.emergency")},
		{"webhook next door", "", "", hook("http://127.0.0.1:9000/", "fax.*")},
		{"webhook at home", "", "", hook("http://[fd00::1]/", "device.*")},
		{"webhook in the clear", "url", CodeInvalid, hook("http://hooks.example.com/", "call.*")},
		{"webhook in the clear to an address", "url", CodeInvalid, hook("http://198.51.100.1/", "call.*")},
		{"webhook to a cloud's secrets", "url", CodeInvalid, hook("http://169.254.169.254/latest", "call.*")},
		{"the same over https", "url", CodeInvalid, hook("https://169.254.169.254/latest", "call.*")},
		{"the same as IPv6", "url", CodeInvalid, hook("https://[::ffff:169.254.169.254]/", "call.*")},
		{"the same as a number", "url", CodeInvalid, hook("https://2852039166/", "call.*")},
		{"the same in hexadecimal", "url", CodeInvalid, hook("https://0xa9fea9fe/", "call.*")},
		{"webhook to a file", "url", CodeInvalid, hook("file:///etc/passwd", "call.*")},
		{"webhook with a password", "url", CodeInvalid, hook("https://a:b@hooks.example.com/", "call.*")},
		{"webhook for nothing", "events", CodeRequired, hook("https://hooks.example.com/")},
		{"webhook for everything", "events[0]", CodeInvalid, hook("https://hooks.example.com/", "*")},
		{"event of nothing there is", "events[0]", CodeInvalid, hook("https://hooks.example.com/", "account.*")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.record.Validate()
			if tt.field == "" {
				if err != nil {
					t.Fatalf("Validate() = %v, want no problem", err)
				}
				return
			}
			var problems Problems
			if !errors.As(err, &problems) || problems[0].Field != tt.field || problems[0].Code != tt.code {
				t.Fatalf("Validate() = %#v, want %s at %s", err, tt.code, tt.field)
			}
		})
	}
}

// A trunk gets what its carrier takes.
func TestTrunkDefaults(t *testing.T) {
	for _, tt := range []struct {
		provider, username string
		hosts, codecs      []string
		authentication     string
	}{
		{ProviderTelnyx, "me", []string{"sip.telnyx.com"}, []string{CodecG722, CodecPCMU, CodecPCMA}, TrunkDigest},
		{ProviderTwilio, "", []string{"acme.pstn.twilio.com"}, []string{CodecPCMU}, TrunkIP},
		{ProviderBandwidth, "", []string{"192.0.2.1:5060"}, []string{CodecPCMU}, TrunkIP},
		{ProviderSIP, "", []string{"[2001:db8::1]:5060", "2001:db8::2"}, []string{CodecPCMU, CodecPCMA}, TrunkIP},
	} {
		t.Run(tt.provider, func(t *testing.T) {
			a := carrier(func(a *ProviderAccount) {
				a.Provider, a.Trunk.Username, a.TrunkPasswordSealed = tt.provider, tt.username, []byte{1}
				if a.Trunk.Hosts = slices.Clone(tt.hosts); tt.provider == ProviderTelnyx {
					a.Trunk.Hosts = nil
				}
			}).(*ProviderAccount)
			if err := a.Validate(); err != nil {
				t.Fatal(err)
			}
			got := a.Trunk
			if !slices.Equal(got.Hosts, tt.hosts) || !slices.Equal(got.Codecs, tt.codecs) || got.Authentication != tt.authentication || got.Transport != TransportUDP {
				t.Errorf("trunk = %+v", got)
			}
		})
	}
}

func TestSplitHost(t *testing.T) {
	for in, want := range map[string]struct {
		host string
		port uint16
	}{
		"sip.example.com":      {"sip.example.com", 0},
		"sip.example.com:5061": {"sip.example.com", 5061},
		"192.0.2.1:5060":       {"192.0.2.1", 5060},
		"2001:db8::1":          {"2001:db8::1", 0},
		"[2001:db8::1]:5060":   {"2001:db8::1", 5060},
	} {
		if host, port := SplitHost(in); host != want.host || port != want.port {
			t.Errorf("SplitHost(%q) = %q, %d", in, host, port)
		}
	}
}

// By the clocks on the wall, also where they are put back and forward.
func TestScheduleOpen(t *testing.T) {
	day := []string{"mon", "tue", "wed", "thu", "fri"}
	s := hours(func(s *Schedule) {
		s.Weekly = []WeeklyRange{
			{day, "09:00", "17:00"},
			{[]string{"sat"}, "22:00", "02:30"},
			{[]string{"sun"}, "02:30", "03:00"},
		}
		s.Holidays = []Holiday{{From: "2026-12-25", To: "2026-12-26"}, {From: "2026-11-26"}}
	}).(*Schedule)
	for _, tt := range []struct {
		name, at string // UTC
		want     bool
	}{
		{"first minute", "2026-01-05T14:00:00Z", true},
		{"before", "2026-01-05T13:59:59Z", false},
		{"first closed minute", "2026-01-05T22:00:00Z", false},
		{"the same hour in summer", "2026-07-06T13:00:00Z", true},
		{"an hour before in summer", "2026-07-06T12:59:00Z", false},
		{"Saturday night", "2026-01-11T03:00:00Z", true},
		{"past midnight", "2026-01-11T07:29:00Z", true},
		{"Sunday evening", "2026-01-12T03:30:00Z", false},
		{"01:30 before clocks go back", "2026-11-01T05:30:00Z", true},
		{"01:30 after clocks go back", "2026-11-01T06:30:00Z", true},
		{"02:30 after clocks go back", "2026-11-01T07:30:00Z", true},
		{"03:00 after clocks go forward over 02:30", "2026-03-08T07:00:00Z", false},
		{"holiday", "2026-12-25T15:00:00Z", false},
		{"holiday of one day", "2026-11-26T15:00:00Z", false},
		{"the day after", "2026-11-27T15:00:00Z", true},
		{"midnight begins a holiday there", "2026-12-25T04:59:00Z", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Open(at); got != tt.want {
				t.Errorf("Open(%s) = %v", tt.at, got)
			}
		})
	}
}

func TestWebhookWants(t *testing.T) {
	w := hook("https://hooks.example.com/", "call.*", "fax.received").(*Webhook)
	for event, want := range map[string]bool{
		"call.ended": true, "call.emergency": true, "fax.received": true, "fax.sent": false, "device.online": false, "callback.x": false,
	} {
		if got := w.Wants(event); got != want {
			t.Errorf("Wants(%s) = %v", event, got)
		}
	}
	w.Enabled = false
	if w.Wants("call.ended") {
		t.Error("a disabled webhook wants events")
	}
}

func TestWebhookAddr(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1": true, "192.168.1.1": true, "198.51.100.1": true, "2001:db8::1": true,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "fe80::1": false, "0.0.0.0": false, "::": false,
		"224.0.0.1": false, "255.255.255.255": false, "100.100.100.200": false, "fd00:ec2::254": false,
	} {
		if got := WebhookAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("WebhookAddr(%s) = %v", addr, got)
		}
	}
}

func TestCallID(t *testing.T) {
	now := time.Now()
	first, second := NewCallID(now), NewCallID(now.Add(time.Millisecond))
	if !IsCallID(first) || first >= second {
		t.Errorf("identifiers %s, %s", first, second)
	}
	for _, bad := range []string{"", "call_", "call_x", strings.ToUpper(first), first + "0", "dev_" + first[5:]} {
		if IsCallID(bad) {
			t.Errorf("%q is a call's identifier", bad)
		}
	}
}

// A trace keeps what fits and counts the rest.
func TestTraceIsBounded(t *testing.T) {
	message := TraceMessage{Local: "a", Remote: "b", Message: strings.Repeat("x", MaxTrace/4)}
	short := CallTrace{Messages: []TraceMessage{message, message}}
	if diff := cmp.Diff(short, short.Bounded()); diff != "" {
		t.Errorf("a short trace is changed:\n%s", diff)
	}
	long := CallTrace{Messages: []TraceMessage{message, message, message, message, message}, Dropped: 1}.Bounded()
	if len(long.Messages) != 3 || long.Dropped != 3 {
		t.Errorf("%d messages kept, %d dropped", len(long.Messages), long.Dropped)
	}
}
