package test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"testing"

	"dialtone/test/peer"
)

// tones are what the phones of an office send in calls, in Hz.
var tones = []int{440, 700, 1000}

// callers starts a baresip for each phone of an office, registered.
func callers(t *testing.T, o *office, transport, encryption string) []*peer.Baresip {
	t.Helper()
	return callersWith(t, o, transport, encryption, "")
}

// callersWith is callers whose phones know one codec.
func callersWith(t *testing.T, o *office, transport, encryption, codec string) []*peer.Baresip {
	t.Helper()
	var list []*peer.Baresip
	for i, p := range o.phones {
		proxy := map[string][]string{"udp": o.d.SIP.UDP, "tcp": o.d.SIP.TCP, "tls": o.d.SIP.TLS}[transport][0]
		b := peer.StartBaresip(t, peer.Account{
			User: p.username, Password: p.password, Domain: o.domain, Proxy: proxy, Transport: transport,
			Tone: tones[i], Encryption: encryption, Codec: codec,
		})
		b.Await(t, "REGISTER_OK")
		list = append(list, b)
	}
	return list
}

// talk connects two phones: the first dials the second.
func talk(t *testing.T, from, to *peer.Baresip, dialled string) {
	t.Helper()
	from.Command(t, "dial", dialled)
	to.Await(t, "CALL_INCOMING")
	to.Command(t, "accept", "")
	to.Await(t, "CALL_ESTABLISHED")
	from.Await(t, "CALL_ESTABLISHED")
}

// awaitTone waits until a phone hears a tone.
func awaitTone(t *testing.T, what string, b *peer.Baresip, hertz int) {
	t.Helper()
	await(t, what, func() error {
		if !b.Hears(t, hertz) {
			return errors.New("not heard")
		}
		return nil
	})
}

// TestCallsBetweenPhones: real phones call each other over each transport, with and
// without encryption: both hear the other, hold and resume, and either hangs up.
func TestCallsBetweenPhones(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example"))})
	for _, c := range []struct{ transport, encryption string }{{"udp", ""}, {"tcp", ""}, {"tls", "srtp-mand"}} {
		t.Run(c.transport+c.encryption, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, d)
			phones := callers(t, o, c.transport, c.encryption)
			ada, ben := phones[0], phones[1]
			for i, hangsUp := range []*peer.Baresip{ada, ben} {
				talk(t, ada, ben, "1002")
				awaitTone(t, "Ben's tone at Ada's", ada, tones[1])
				awaitTone(t, "Ada's tone at Ben's", ben, tones[0])
				if calls := d.all(t, o.path+"/active_calls"); len(calls) != 1 {
					t.Errorf("active calls: %v", calls)
				}
				if i == 0 {
					ben.Command(t, "hold", "")
					ada.AwaitRequest(t, "INVITE") // its own
					ben.Command(t, "resume", "")
					awaitTone(t, "Ben's tone after hold", ada, tones[1])
					awaitTone(t, "Ada's tone after hold", ben, tones[0])
				}
				hangsUp.Command(t, "hangup", "")
				ada.Await(t, "CALL_CLOSED")
				ben.Await(t, "CALL_CLOSED")
			}
			o.awaitCalls(t, 2, func(c object) error {
				if c.str("result") != "answered" || c.str("reason") != "normal" || c.str("direction") != "internal" {
					return fmt.Errorf("record %v", c)
				}
				return nil
			})
		})
	}
}

// awaitCalls waits for the records of calls, newest first, that are as wanted.
func (o *office) awaitCalls(t *testing.T, n int, good func(object) error) []object {
	t.Helper()
	var calls []object
	await(t, "call records", func() error {
		if calls = o.d.all(t, o.path+"/calls"); len(calls) != n {
			return fmt.Errorf("%d records: %v", len(calls), calls)
		}
		for _, c := range calls {
			if err := good(c); err != nil {
				return err
			}
		}
		return nil
	})
	return calls
}

// TestBlindTransfer: the called phone sends the caller on to a third.
func TestBlindTransfer(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	o.addSeat(t, seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"})
	phones := callers(t, o, "udp", "")
	ada, ben, cleo := phones[0], phones[1], phones[2]
	talk(t, ada, ben, "1002")
	ben.Command(t, "transfer", "sip:1003@"+o.domain)
	cleo.Await(t, "CALL_INCOMING")
	cleo.Command(t, "accept", "")
	cleo.Await(t, "CALL_ESTABLISHED")
	ben.Await(t, "CALL_CLOSED")
	awaitTone(t, "Cleo's tone at Ada's", ada, tones[2])
	awaitTone(t, "Ada's tone at Cleo's", cleo, tones[0])
	cleo.Command(t, "hangup", "")
	ada.Await(t, "CALL_CLOSED")
}

// TestDigits: a digit pressed arrives.
func TestDigits(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	phones := callers(t, o, "udp", "")
	talk(t, phones[0], phones[1], "1002")
	awaitTone(t, "Ada's tone at Ben's", phones[1], tones[0])
	phones[0].Command(t, "sndcode", "5")
	phones[1].Await(t, "CALL_DTMF_START")
	phones[0].Command(t, "hangup", "")
	phones[1].Await(t, "CALL_CLOSED")
}
