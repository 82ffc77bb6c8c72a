package media

import (
	"fmt"

	"dialtone/sip/sdp"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// suites are the SRTP suites offered, the preferred first; all that sip/sdp knows.
var suites = [...]string{sdp.AEADAES128GCM, sdp.AES128CMSHA1_80, sdp.AES128CMSHA1_32, sdp.AEADAES256GCM}

// profiles are those of the suites.
var profiles = map[string]srtp.ProtectionProfile{
	sdp.AES128CMSHA1_80: srtp.ProtectionProfileAes128CmHmacSha1_80,
	sdp.AES128CMSHA1_32: srtp.ProtectionProfileAes128CmHmacSha1_32,
	sdp.AEADAES128GCM:   srtp.ProtectionProfileAeadAes128Gcm,
	sdp.AEADAES256GCM:   srtp.ProtectionProfileAeadAes256Gcm,
}

// replayWindow is how far behind a packet may come (RFC 3711 section 3.3.2).
const replayWindow = 128

// maxSSRCs is how many sources one key may have, so that the contexts stay bounded even
// against a peer that knows the key.
const maxSSRCs = 64

func newContext(c sdp.Crypto) (*srtp.Context, error) {
	profile, ok := profiles[c.Suite]
	if !ok {
		return nil, fmt.Errorf("cannot use SRTP suite %q: unknown", c.Suite)
	}
	size, err := profile.KeyLen()
	if err != nil || len(c.Key) != sdp.KeyLength(c.Suite) {
		return nil, fmt.Errorf("cannot use key of SRTP suite %q: %d bytes", c.Suite, len(c.Key))
	}
	options := []srtp.ContextOption{srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow)}
	if len(c.MKI) > 0 {
		options = append(options, srtp.MasterKeyIndicator(c.MKI))
	}
	context, err := srtp.CreateContext(c.Key[:size], c.Key[size:], profile, options...)
	if err != nil {
		return nil, fmt.Errorf("cannot use SRTP suite %q: %w", c.Suite, err)
	}
	return context, nil
}

// opener authenticates and decrypts what the peer sends.
type opener struct {
	context *srtp.Context
	header  rtp.Header
	control rtcp.Header
	last    uint32 // SSRC of the last valid packet
	sources int    // changes of it
}

// rtp decrypts in place; false if the packet is not the peer's.
func (o *opener) rtp(b []byte, ssrc uint32) ([]byte, bool) {
	if ssrc != o.last && o.sources >= maxSSRCs {
		return nil, false
	}
	clear, err := o.context.DecryptRTP(b, b, &o.header)
	if err != nil {
		return nil, false
	}
	if ssrc != o.last {
		o.last = ssrc
		o.sources++
	}
	return clear, true
}

func (o *opener) rtcp(b []byte) ([]byte, bool) {
	if o.sources >= maxSSRCs {
		return nil, false
	}
	clear, err := o.context.DecryptRTCP(b, b, &o.control)
	return clear, err == nil
}

// sealer encrypts what we send.
type sealer struct {
	context *srtp.Context
	header  rtp.Header
	control rtcp.Header
}

// rtp encrypts in place; b must have room for the tag.
func (o *sealer) rtp(b []byte) ([]byte, bool) {
	sealed, err := o.context.EncryptRTP(b, b, &o.header)
	return sealed, err == nil
}

func (o *sealer) rtcp(b []byte) ([]byte, bool) {
	sealed, err := o.context.EncryptRTCP(b, b, &o.control)
	return sealed, err == nil
}
