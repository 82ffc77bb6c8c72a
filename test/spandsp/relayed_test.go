//go:build spandsp

package spandsp_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/sip/sdp"
	"dialtone/test/spandsp"
)

var bookFormat = t30.Format{Resolution: t30.Fine}

// TestRelayed: faxes go both ways, over real sockets, between our terminal and a fax
// machine that speaks G.711 alone: rtpengine turns one into the other. What arrives is
// alike to the pixel.
func TestRelayed(t *testing.T) {
	type relayed struct{ sending, ecm bool }
	cases := []relayed{{false, true}}
	if soak() {
		cases = []relayed{{true, true}, {true, false}, {false, true}, {false, false}}
	}
	engine := spandsp.StartRTPEngine(t)
	for i, c := range cases {
		t.Run(fmt.Sprintf("sending %t ECM %t", c.sending, c.ecm), func(t *testing.T) {
			// Audio stands no gap. A machine too busy to be on time breaks a call off.
			const calls = 3
			why := ""
			for n := range calls {
				if why = relay(t, engine, fmt.Sprintf("fax%d.%d", i, n), c.sending, c.ecm); why == "" {
					return
				}
				t.Logf("call %d: %s", n+1, why)
			}
			t.Error(why)
		})
	}
}

// join makes a call: offered is what one end offers, answered what the other one answers.
// What comes back is where each of them sends to.
func join(e *spandsp.RTPEngine, id, how, offered, answered string) (offerer, answerer sdp.Media, err error) {
	there, err := e.Offer(id, how, offered)
	if err == nil {
		answerer, err = spandsp.Stream(there)
	}
	if err != nil {
		return offerer, answerer, err
	}
	back, err := e.Answer(id, how, answered)
	if err == nil {
		offerer, err = spandsp.Stream(back)
	}
	return offerer, answerer, err
}

// relay sends a fax through rtpengine, and says what was wrong with it. Who sends calls:
// T.38 is offered and becomes audio, or audio is offered and becomes T.38.
func relay(t *testing.T, engine *spandsp.RTPEngine, id string, sending, ecm bool) (why string) {
	b := newBook(1, bookFormat)
	o := spandsp.Options{
		Machine: true, Caller: !sending, Ident: "555 0199", ECM: ecm, V29: true, V17: true, MR: true, MMR: ecm,
		File: filepath.Join(t.TempDir(), "in.tif"),
	}
	caps := t30.AllCaps()
	caps.ECM, caps.MMR = ecm, ecm
	got := &tray{}
	ours := t30.Config{Caller: sending, Ident: "+1 555 0100", Caps: caps, Source: b, Sink: got}
	if !sending {
		o.File = b.write(t)
	}
	machine, err := spandsp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	near, nearAt := spandsp.Listen(t)
	far, farAt := spandsp.Listen(t)
	how, offered, answered := spandsp.Decode, describeT38(nearAt), spandsp.DescribeAudio(farAt)
	if !sending {
		how, offered, answered = spandsp.Force, spandsp.DescribeAudio(farAt), describeT38(nearAt)
	}
	toUs, toThem, err := join(engine, id, how, offered, answered)
	if !sending {
		toUs, toThem = toThem, toUs
	}
	if err != nil {
		t.Fatal(err)
	}
	if toUs.Kind != "image" || toThem.Kind != "audio" {
		t.Fatalf("streams are %q and %q", toUs.Kind, toThem.Kind)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	heard := make(chan error, 1)
	var their spandsp.Result
	go func() {
		var err error
		their, err = (&spandsp.Line{Machine: machine, Conn: far, To: toThem.Addr()}).Run(ctx)
		heard <- err
	}()
	agreed := toUs.T38()
	terminal := t38.New(t38.Config{Fax: ours, Version: agreed.Version, MaxDatagram: agreed.MaxDatagram})
	our, err := talk(ctx, terminal, near, toUs.Addr())
	theirErr := <-heard
	machine.Close() // which ends the file
	if err := engine.Delete(id); err != nil {
		t.Error(err)
	}
	if err != nil || theirErr != nil || our.Outcome != t30.OK || !their.OK {
		return fmt.Sprintf("we say %q %v, the machine %q %v; network %+v", our.Outcome, err, their.Text, theirErr, our.Network)
	}
	if our.Last.ECM != ecm {
		return fmt.Sprintf("sent as %+v", our.Last)
	}
	pages := got.pages
	if sending {
		pages = read(t, o.File)
	}
	return b.compare(pages, false)
}
