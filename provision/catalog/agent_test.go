package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var agents = []struct {
	ua   string
	want Agent // zero: refused
}{
	{"yealink SIP-T18 18.0.0.80 00:15:65:27:3e:05", Agent{"yealink", "T18", "18.0.0.80", "001565273e05"}},
	{"Yealink SIP-T21P_E2 52.80.0.3 00:15:65:4c:4c:26", Agent{"yealink", "T21P_E2", "52.80.0.3", "0015654c4c26"}},
	{"Yealink SIP-T28P 2.70.0.140 00:15:65:00:00:01", Agent{"yealink", "T28P", "2.70.0.140", "001565000001"}},
	{"Yealink SIP-T38G  38.70.0.125 00:15:65:2f:c2:7b", Agent{"yealink", "T38G", "38.70.0.125", "0015652fc27b"}},
	{"Yealink SIP-T31G 124.85.257.55 80:5e:c0:d5:7d:72", Agent{"yealink", "T31G", "124.85.257.55", "805ec0d57d72"}},
	{"Yealink SIP-T34W 124.86.0.75 24:9a:d8:88:d0:f4", Agent{"yealink", "T34W", "124.86.0.75", "249ad888d0f4"}},
	{"Yealink SIP-T46G 28.72.0.1 00:15:65:5b:53:84", Agent{"yealink", "T46G", "28.72.0.1", "0015655b5384"}},
	{"Yealink SIP VP-T49G 51.80.0.10 00:15:65:11:22:33", Agent{"yealink", "T49G", "51.80.0.10", "001565112233"}},
	{"Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0", Agent{"yealink", "T46G", "28.71.0.81", ""}},
	{"Yealink SIP-T56A  58.80.0.25 001565f429a4", Agent{"yealink", "T56A", "58.80.0.25", "001565f429a4"}},
	{"Yealink SIP-T58 58.86.0.160 80:5E:0C:00:11:AA", Agent{"yealink", "T58", "58.86.0.160", "805e0c0011aa"}},
	{"Yealink SIP-T77U 185.87.0.10 44:db:d2:bd:b5:69", Agent{"yealink", "T77U", "185.87.0.10", "44dbd2bdb569"}},
	{"Yealink SIP-T85W 185.87.0.10 44:db:d2:00:00:01", Agent{"yealink", "T85W", "185.87.0.10", "44dbd2000001"}},
	{"W52P 25.30.0.2 00:15:65:40:ae:35", Agent{"yealink", "W52P", "25.30.0.2", "00156540ae35"}},
	{"Yealink SIP-W52P 25.73.0.20 00:15:65:40:ae:35", Agent{"yealink", "W52P", "25.73.0.20", "00156540ae35"}},
	{"Yealink W70B 146.87.0.15 80:5e:0c:00:00:01", Agent{"yealink", "W70B", "146.87.0.15", "805e0c000001"}},
	{"Yealink W80DM 103.87.0.10 80:5e:0c:00:00:02", Agent{"yealink", "W80DM", "103.87.0.10", "805e0c000002"}},
	{"Yealink W90DM 130.87.0.10 80:5e:0c:00:00:03", Agent{"yealink", "W90DM", "130.87.0.10", "805e0c000003"}},
	{"Yealink W75B 175.87.0.10 80:5e:0c:00:00:04", Agent{"yealink", "W75B", "175.87.0.10", "805e0c000004"}},
	{"Yealink CP860 37.72.0.5 00:15:65:55:55:55", Agent{"yealink", "CP860", "37.72.0.5", "001565555555"}},
	{"Yealink SIP-CP920 78.85.0.5 80:5e:c0:00:00:05", Agent{"yealink", "CP920", "78.85.0.5", "805ec0000005"}},
	{"VP530P 23.70.0.40 00:15:65:31:4b:c0", Agent{"yealink", "VP530P", "23.70.0.40", "001565314bc0"}},
	{"Yealink AX83H 180.87.0.15 c4:fc:22:00:00:06", Agent{"yealink", "AX83H", "180.87.0.15", "c4fc22000006"}},
	{"yealink sip-t46u 108.86.0.75 EC1DA9000007", Agent{"yealink", "T46U", "108.86.0.75", "ec1da9000007"}},
	{"Yealink SIP-T46U 108.86.0.75", Agent{"yealink", "T46U", "108.86.0.75", ""}},
	{"", Agent{}},
	{"Yealink", Agent{}},
	{"Yealink SIP-T46U", Agent{}},
	{"Yealink SIP-T46U 108.86.0", Agent{}},
	{"Yealink SIP-T46U 108.86.0.75 00:15:65:aa:bb", Agent{}},
	{"Yealink SIP-T46U 108.86.0.75 00:15:65:aa:bb:cc more", Agent{}},
	{"Yealink SIP-T46U 108.86.0.75 0015:65aa:bb:cc:d", Agent{}},
	{"Yealink SIP-T46\xff 108.86.0.75", Agent{}},
	{"YealinkT46U 108.86.0.75", Agent{}},
	{"Polycom/5.9 PolycomVVX-VVX_411-UA/5.9.0.9373", Agent{}},
	{"curl/8.5.0", Agent{}},
	{"Yealink SIP-T" + strings.Repeat("4", 300) + " 1.2.3.4", Agent{}},
}

func TestParseUserAgent(t *testing.T) {
	for _, tt := range agents {
		got, ok := ParseUserAgent(tt.ua)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want != Agent{}) {
			t.Errorf("%q: ok %v %s", tt.ua, ok, diff)
		}
		if _, found := Find(got.Vendor, got.Model); ok && !found {
			t.Errorf("%q: model %q is not in the catalogue", tt.ua, got.Model)
		}
	}
}

func FuzzParseUserAgent(f *testing.F) {
	for _, tt := range agents {
		f.Add(tt.ua)
	}
	f.Fuzz(func(t *testing.T, ua string) {
		agent, ok := ParseUserAgent(ua)
		if !ok {
			if agent != (Agent{}) {
				t.Fatalf("refused, yet %+v", agent)
			}
			return
		}
		again, ok := ParseUserAgent(strings.TrimSpace("Yealink " + agent.Model + " " + agent.Firmware + " " + agent.MAC))
		if !ok || again != agent {
			t.Fatalf("%+v is read back as %+v", agent, again)
		}
		if len(agent.MAC) != 0 && (len(agent.MAC) != 12 || !isHex(agent.MAC)) {
			t.Fatalf("MAC %q", agent.MAC)
		}
	})
}
