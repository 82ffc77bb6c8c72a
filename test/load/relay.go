package load

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"

	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// RelayEngine relays the RTP of calls with the daemon's media engine until ctx is done.
// ready is told the ports, two for each call; every phone hears at the same address.
func RelayEngine(ctx context.Context, calls int, phones netip.AddrPort, ready func([]netip.AddrPort)) error {
	if err := checkRelay(calls, phones); err != nil {
		return err
	}
	e, err := media.New(media.Config{Address: phones.Addr(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer e.Close()
	var ports []netip.AddrPort
	for range calls {
		a, b, err := bridge(e, phones)
		if err != nil {
			return err
		}
		ports = append(ports, a.Addr(), b.Addr())
	}
	ready(ports)
	<-ctx.Done()
	return nil
}

// bridge makes one call: a offers, b answers.
func bridge(e *media.Engine, phones netip.AddrPort) (a, b *media.Stream, err error) {
	description := []byte(RTPDescription(phones))
	open := func(beside *media.Stream) (*media.Stream, error) {
		return e.NewStream(media.Options{Peer: phones.Addr(), Symmetric: true, Beside: beside})
	}
	if a, err = open(nil); err != nil {
		return nil, nil, err
	}
	if b, err = open(a); err != nil {
		return nil, nil, err
	}
	if err = a.RemoteOffer(description); err != nil {
		return nil, nil, err
	}
	if _, err = b.Offer(media.OfferOptions{Codecs: a.Codecs()}); err != nil {
		return nil, nil, err
	}
	if err = b.RemoteAnswer(description); err != nil {
		return nil, nil, err
	}
	if _, err = a.Answer(media.AnswerOptions{Prefer: b.Codecs(), Direction: sdp.SendRecv}); err != nil {
		return nil, nil, err
	}
	return a, b, media.Join(a, b)
}

// RTPDescription is how phones at an address describe themselves: PCMU alone.
func RTPDescription(at netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\nm=audio %[2]d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n",
		at.Addr(), at.Port())
}

// checkRelay refuses more calls than there are ports for, and phones off this machine.
func checkRelay(calls int, phones netip.AddrPort) error {
	if err := within("number of calls", calls, 1, MaxRTP/2); err != nil {
		return err
	}
	return checkTarget(phones)
}
