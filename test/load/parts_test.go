package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseResponse(t *testing.T) {
	const via = "Via: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bKload0000000a0000000b0000000c;rport=1\r\n"
	full := func(status, rest string) string { return "SIP/2.0 " + status + "\r\n" + via + rest + "\r\n" }
	tests := []struct {
		name, text string
		want       response
		ok         bool
	}{
		{"200", full("200 OK", ""), response{status: 200, phone: 11, seq: 12}, true},
		{"lower case, no blank", full("503 x", "retry-after:7\r\n"), response{status: 503, phone: 11, seq: 12, retryAfter: 7}, true},
		{"Retry-After with a comment", full("503 x", "Retry-After: 120 (busy);duration=3\r\n"), response{status: 503, phone: 11, seq: 12, retryAfter: 120}, true},
		{"Retry-After out of reach", full("503 x", "Retry-After: 99999999999999999999\r\n"), response{status: 503, phone: 11, seq: 12, retryAfter: 86400}, true},
		{
			"strongest first, MD5 taken",
			full("401 x", "WWW-Authenticate: Digest realm=\"r\", nonce=\"s\", algorithm=SHA-256, qop=\"auth\"\r\n"+
				"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", opaque=\"o\", stale=TRUE, algorithm=MD5, qop=\"auth,auth-int\"\r\n"),
			response{status: 401, phone: 11, seq: 12, challenge: challenge{
				realm: []byte("r"), nonce: []byte("n"), opaque: []byte("o"), qop: true, stale: true,
			}},
			true,
		},
		{
			"no algorithm, no blanks", full("401 x", "WWW-Authenticate:Digest realm=\"r\",nonce=\"n\"\r\n"),
			response{status: 401, phone: 11, seq: 12, challenge: challenge{realm: []byte("r"), nonce: []byte("n")}},
			true,
		},
		{"another fleet's", strings.Replace(full("200 OK", ""), "load0000000a", "load0000000b", 1), response{status: 200, phone: 11, seq: 12}, false},
		{"cut branch", "SIP/2.0 200 OK\r\nVia: z9hG4bKload0000000a00", response{status: 200}, false},
		{"a request", "OPTIONS sip:x SIP/2.0\r\n" + via + "\r\n", response{}, false},
		{"nothing", "", response{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseResponse([]byte(tt.text), 10)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(response{}, challenge{})); diff != "" || ok != tt.ok {
				t.Error(ok, diff)
			}
		})
	}
}

func FuzzParseResponse(f *testing.F) {
	f.Add([]byte("SIP/2.0 401 x\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKload0000000a0000000b0000000c\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n"))
	f.Add([]byte("SIP/2.0 503 x\r\nRetry-After: 5\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, ok := parseResponse(b, 10); ok && (r.status < 0 || r.status > 999) {
			t.Fatalf("%+v", r)
		}
	})
}

func TestHexRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Uint32().Draw(t, "v")
		if got, ok := parseHex(appendHex(nil, v)); got != v || !ok {
			t.Fatal(got, ok)
		}
	})
}

func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l latencies
		all := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)), 1, 50).Draw(t, "all")
		for _, d := range all {
			l.add(time.Duration(d))
		}
		q := rapid.Float64Range(0.01, 1).Draw(t, "q")
		got, below := l.quantile(q), 0
		for _, d := range all {
			if d <= int64(got) {
				below++
			}
		}
		if float64(below) < q*float64(len(all)) || got > l.largest {
			t.Fatalf("quantile %v is %v, with %d of %d below", q, got, below, len(all))
		}
	})
}

func TestBucketsAreFine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, 1<<62).Draw(t, "d"))
		limit := top(bucketOf(d))
		if limit < d || float64(limit-d) > float64(d)/15 {
			t.Fatalf("%v is counted as %v", d, limit)
		}
	})
}

func TestWheelGivesEveryAlarmOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &wheel{}
		dues := rapid.SliceOfN(rapid.Int64Range(1, int64(30*time.Second)), 1, 40).Draw(t, "dues")
		for i, d := range dues {
			w.add(alarm{int32(i), time.Duration(d)})
		}
		given := make([]int, len(dues))
		step := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(5*time.Second)).Draw(t, "step"))
		for now := time.Duration(0); now < 50*time.Second; now += step {
			for alarms := w.next(now); alarms != nil; alarms = w.next(now) {
				for _, a := range alarms {
					if a.due > now {
						w.add(a)
						continue
					}
					given[a.phone]++
				}
			}
		}
		for i, n := range given {
			if n != 1 {
				t.Fatalf("alarm at %v was given %d times", time.Duration(dues[i]), n)
			}
		}
	})
}

func TestAccounts(t *testing.T) {
	p := Pattern{User: "u%03d", Domain: "d%02d.example", Password: "p-%s", PerDomain: 10}
	if diff := cmp.Diff(Account{"u025", "d02.example", "p-u025"}, p.Account(25)); diff != "" {
		t.Error(diff)
	}
	got, err := ReadAccounts(strings.NewReader("# phones\n\nann, pbx.example,\na,b,c,d\n"))
	if diff := cmp.Diff([]Account{{"ann", " pbx.example", ""}, {"a", "b", "c,d"}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := ReadAccounts(strings.NewReader("a,b\n")); err == nil {
		t.Error("a line without a password was taken")
	}
}

func TestSources(t *testing.T) {
	for _, tt := range []struct {
		i    int
		want string
	}{{0, "127.0.0.1"}, {254, "127.0.0.255"}, {255, "127.0.1.0"}, {1<<24 - 3, "127.255.255.254"}, {1<<24 - 2, "127.0.0.1"}} {
		if got := sourceAddress(netip.MustParseAddr("127.0.0.1"), tt.i); got.String() != tt.want {
			t.Errorf("source %d is %v", tt.i, got)
		}
	}
}

// A registration costs the generator no memory.
func TestNoAllocation(t *testing.T) {
	w, err := newWorker(Config{
		Target: netip.MustParseAddrPort("127.0.0.1:9"), Accounts: DefaultPattern("pbx.example").Accounts(1),
		Sockets: 1, Workers: 1, T1: time.Hour, T2: time.Hour,
	}.withDefaults(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	s := &inTurn{}
	answer := func(status, rest string) []byte {
		b := appendHex([]byte("SIP/2.0 "+status+"\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKload0000000a00000000"), w.phones[0].seq)
		return append(b, "\r\n"+rest+"Contact: <sip:user000000@"+w.sockets[0].address+">\r\n\r\n"...)
	}
	challenge := func() []byte {
		return answer("401 x", "WWW-Authenticate: Digest realm=\"pbx.example\", nonce=\"0123456789\", qop=\"auth\"\r\n")
	}
	var texts [2][4096][]byte
	for i := range texts[0] {
		w.phones[0].seq++
		texts[0][i] = challenge()
		w.phones[0].seq++
		texts[1][i] = answer("200 OK", "")
	}
	w.phones[0].seq = 0
	for i := range w.wheel.slots {
		w.wheel.slots[i] = make([]alarm, 0, 1<<12)
	}
	next := 0
	once := func() {
		w.begin(0, register)
		w.handle(texts[0][next], s)
		w.handle(texts[1][next], s)
		next++
		w.out.n = 0 // not sent
	}
	if n := testing.AllocsPerRun(1000, once); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if w.Succeeded != 1001 || w.Wrong != 0 || w.Late != 0 {
		t.Errorf("%+v", w.Report)
	}
}
