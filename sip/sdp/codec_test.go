package sdp_test

import (
	"testing"

	"dialtone/sip/sdp"
)

func TestSame(t *testing.T) {
	codec := func(name string, clock, channels int, fmtp string) sdp.Codec {
		return sdp.Codec{Name: name, Clock: clock, Channels: channels, Fmtp: fmtp}
	}
	for name, c := range map[string]struct {
		a, b sdp.Codec
		want bool
	}{
		"case of the name":      {codec("pcmu", 8000, 1, ""), pcmu, true},
		"another name":          {pcma, pcmu, false},
		"another clock":         {codec("L16", 8000, 1, ""), codec("L16", 16000, 1, ""), false},
		"another width":         {codec("L16", 44100, 1, ""), codec("L16", 44100, 2, ""), false},
		"width not written":     {codec("PCMU", 8000, 0, ""), pcmu, true},
		"nameless":              {sdp.Codec{PT: 96}, sdp.Codec{PT: 96}, false},
		"opus of any wishes":    {codec("opus", 48000, 2, "useinbandfec=1"), codec("OPUS", 48000, 2, "stereo=1"), true},
		"opus as mono":          {codec("opus", 48000, 1, ""), codec("opus", 48000, 2, ""), true},
		"G722 with true rate":   {codec("G722", 16000, 1, ""), g722, true},
		"events of any range":   {codec("telephone-event", 8000, 1, "0-16"), event, true},
		"events, another clock": {codec("telephone-event", 48000, 1, "0-15"), event, false},
		"G729 with annex B":     {codec("G729", 8000, 1, "annexb=yes"), g729, true},
		"iLBC modes":            {codec("iLBC", 8000, 1, "mode=20"), codec("iLBC", 8000, 1, "mode=30"), false},
		"iLBC mode by default":  {codec("iLBC", 8000, 1, ""), codec("ilbc", 8000, 1, "Mode = 30"), true},
		"AMR packing":           {codec("AMR-WB", 16000, 1, "mode-set=0,1; octet-align=1"), codec("AMR-WB", 16000, 1, ""), false},
		"H264 packing":          {codec("H264", 90000, 1, "packetization-mode=1"), codec("H264", 90000, 1, "packetization-mode=0"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.a.Same(c.b) != c.want || c.b.Same(c.a) != c.want {
				t.Errorf("%v and %v", c.a.Same(c.b), c.b.Same(c.a))
			}
		})
	}
}

func TestRtpmapG722AtItsTrueRate(t *testing.T) {
	m := media(t, "m=audio 4 RTP/AVP 9", "a=rtpmap:9 G722/16000")
	if m.Codecs[0] != g722 {
		t.Errorf("%+v", m.Codecs[0])
	}
}

func TestStatic(t *testing.T) {
	if c, ok := sdp.Static(13); !ok || c.Name != "CN" || !c.ComfortNoise() {
		t.Errorf("%+v", c)
	}
	if _, ok := sdp.Static(96); ok {
		t.Error("96 is dynamic")
	}
}

func TestFmtpBeforeRtpmap(t *testing.T) {
	m := media(t, "m=audio 4 RTP/AVP 96", "a=fmtp:96 mode=20", "a=fmtp:96 mode=30", "a=rtpmap:96 iLBC/8000")
	if mode, ok := m.Codecs[0].Param("MODE"); !ok || mode != "20" {
		t.Errorf("mode %q, %v", mode, ok)
	}
}
