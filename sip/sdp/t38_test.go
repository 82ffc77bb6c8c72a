package sdp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/sip/sdp"
)

func TestT38(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  sdp.T38
	}{
		"nothing said": {nil, sdp.T38{}},
		"everything": {
			[]string{
				"a=T38FaxVersion:3", "a=T38MaxBitRate:14400", "a=T38FaxFillBitRemoval:0", "a=T38FaxTranscodingMMR",
				"a=T38FaxTranscodingJBIG:1", "a=T38FaxRateManagement:transferredTCF", "a=T38FaxMaxBuffer:2000",
				"a=T38FaxMaxDatagram:400", "a=T38FaxUdpEC:t38UDPFec",
			},
			sdp.T38{
				Version: 3, MaxBitRate: 14400, TranscodingMMR: true, TranscodingJBIG: true,
				MaxBuffer: 2000, MaxDatagram: 400, UDPEC: sdp.ECFEC,
			},
		},
		"small letters":     {[]string{"a=t38faxversion:1", "a=t38faxudpec:T38UDPREDUNDANCY"}, sdp.T38{Version: 1, UDPEC: sdp.ECRedundancy}},
		"no correction":     {[]string{"a=T38FaxUdpEC:t38UDPNoEC"}, sdp.T38{UDPEC: sdp.ECNone}},
		"local check":       {[]string{"a=T38FaxRateManagement:localTCF"}, sdp.T38{RateManagement: sdp.LocalTCF}},
		"senseless numbers": {[]string{"a=T38FaxVersion:99", "a=T38MaxBitRate:-1", "a=T38FaxMaxDatagram:65536", "a=T38FaxUdpEC:x"}, sdp.T38{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := media(t, append([]string{"m=image 4 udptl t38"}, c.lines...)...)
			if diff := cmp.Diff(c.want, m.T38()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestT38RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := sdp.T38{
			Version: rapid.IntRange(0, 9).Draw(t, "version"), MaxBitRate: rapid.IntRange(0, 33600).Draw(t, "rate"),
			FillBitRemoval: rapid.Bool().Draw(t, "fill"), TranscodingMMR: rapid.Bool().Draw(t, "mmr"),
			TranscodingJBIG: rapid.Bool().Draw(t, "jbig"),
			RateManagement:  rapid.SampledFrom([]sdp.RateManagement{sdp.TransferredTCF, sdp.LocalTCF}).Draw(t, "management"),
			MaxBuffer:       rapid.IntRange(0, 65535).Draw(t, "buffer"), MaxDatagram: rapid.IntRange(0, 65535).Draw(t, "datagram"),
			UDPEC: rapid.SampledFrom([]sdp.UDPEC{sdp.ECUnsaid, sdp.ECRedundancy, sdp.ECFEC, sdp.ECNone}).Draw(t, "correction"),
		}
		m := sdp.Media{Attributes: want.Attributes()}
		if diff := cmp.Diff(want, m.T38()); diff != "" {
			t.Fatal(diff)
		}
	})
}
