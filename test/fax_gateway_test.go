//go:build spandsp

package test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/test/peer"
	"dialtone/test/spandsp"
)

// faxMachine is libspandsp's fax machine behind rtpengine, which makes T.38 of its line.
type faxMachine struct {
	engine *spandsp.RTPEngine
	file   string
	peer   *spandsp.Peer
	line   *spandsp.Line
	at     netip.AddrPort
}

func newFaxMachine(t *testing.T, engine *spandsp.RTPEngine, o spandsp.Options) *faxMachine {
	t.Helper()
	o.Machine, o.ECM, o.V29, o.V17, o.MR, o.MMR, o.Ident = true, true, true, true, true, true, "555 0199"
	p, err := spandsp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	m := &faxMachine{engine: engine, file: o.File, peer: p, line: &spandsp.Line{Machine: p}}
	var c *net.UDPConn
	c, m.at = spandsp.Listen(t)
	m.line.Conn = c
	return m
}

// aim lets the machine speak to the stream of a description.
func (m *faxMachine) aim(description string) error {
	stream, err := spandsp.Stream(description)
	m.line.To = stream.Addr()
	return err
}

// talk plays the fax and says what was wrong with it.
func (m *faxMachine) talk(t *testing.T) error {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	r, err := m.line.Run(ctx)
	m.peer.Close() // which ends the file
	if err == nil && (!r.OK || r.Pages == 0) {
		err = fmt.Errorf("the machine says %q after %d pages", r.Text, r.Pages) //nolint:err113 // of this test
	}
	return err
}

var errNotAlike = errors.New("pages differ")

// rowsIn are the rows of a TIFF, all pages.
func rowsIn(t *testing.T, file []byte) (rows [][]byte) {
	t.Helper()
	doc, err := tiff.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range doc.Pages {
		if _, err := doc.Rows(i, func(row []byte) error {
			rows = append(rows, bytes.Clone(row))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// alike compares the last rows of what came with those that were sent.
func alike(sent, came [][]byte) error {
	above := len(came) - len(sent)
	if above < 0 {
		return fmt.Errorf("%w: %d rows of %d", errNotAlike, len(came), len(sent))
	}
	for y := range sent {
		if !bytes.Equal(sent[y], came[above+y]) {
			return fmt.Errorf("%w in row %d of %d", errNotAlike, y, len(sent))
		}
	}
	return nil
}

// attempts is how often a fax through audio is tried, which stands no gap: a machine too
// busy to be on time breaks a call off.
const attempts = 3

// TestFaxMachine: faxes go both ways between the daemon and a fax machine with a modem,
// whose gateway is rtpengine.
func TestFaxMachine(t *testing.T) {
	t.Parallel()
	engine := spandsp.StartRTPEngine(t)
	for name, direction := range map[string]func(*testing.T, *spandsp.RTPEngine){"from it": fromMachine, "to it": toMachine} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direction(t, engine)
		})
	}
}

// fromMachine: a machine calls a number. The document is what it sent, to the pixel.
func fromMachine(t *testing.T, engine *spandsp.RTPEngine) {
	o := machine(t, start(t, options{}), "+13125550701", 100)
	far := o.gateway(t)
	file := filepath.Join(t.TempDir(), "page.tif")
	sent := writePage(t, file)
	var err error
	for n := range attempts {
		if err = o.faxFrom(t, newFaxMachine(t, engine, spandsp.Options{Caller: true, File: file}), far, fmt.Sprint("in", n), sent); err == nil {
			return
		}
		t.Logf("call %d: %v", n+1, err)
	}
	t.Error(err)
}

func (o *office) faxFrom(t *testing.T, m *faxMachine, far *peer.Handset, id string, sent [][]byte) error {
	offer, err := m.engine.Offer(id, spandsp.Force, spandsp.DescribeAudio(m.at))
	if err != nil {
		t.Fatal(err)
	}
	a := far.DialWith(t, "+13125550701", offer)
	answer, err := m.engine.Answer(id, spandsp.Force, a.Await(t, 200).Body)
	if err == nil {
		err = m.aim(answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	err = m.talk(t)
	in := o.inboundFax(t)
	if deleted := m.engine.Delete(id); deleted != nil {
		t.Error(deleted)
	}
	if err != nil {
		return fmt.Errorf("%w; received %v", err, in)
	}
	if in.str("status") != "received" || in["pages"] != 1.0 || in["ecm"] != true || in["rate"] != 14400.0 || in.str("station") != "555 0199" {
		t.Errorf("received %v", in)
	}
	return alike(sent, rowsIn(t, o.document(t, in.id(), "tiff")))
}

// writePage writes a page that looks like one, and returns its rows.
func writePage(t *testing.T, name string) (rows [][]byte) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := tiff.NewWriter(f, tiff.Options{Coding: t4.MH})
	if err == nil {
		err = w.StartPage(tiff.Page{Width: 1728, XDPI: 204.14, YDPI: 195.58})
	}
	for y := range 300 {
		row := make([]byte, 1728/8)
		for x := y / 20 % 7; x < len(row) && y%20 > 6; x += 3 + (x+y/20)%5 {
			row[x] = byte(0x7e >> (y % 3))
		}
		rows = append(rows, row)
		err = errors.Join(err, w.Row(row))
	}
	if err = errors.Join(err, w.EndPage(0, 0)); err != nil {
		t.Fatal(err)
	}
	return rows
}

// topLine is how many rows the line above a page takes, and a few.
const topLine = 60

// toMachine: a fax handed in reaches a machine. Its gateway is asked for T.38 once it has
// answered with audio.
func toMachine(t *testing.T, engine *spandsp.RTPEngine) {
	o := newOffice(t, start(t, options{}))
	far := o.gateway(t)
	o.trunk(t, "Carrier", []string{far.Addr().String()}, object{"options_ping": false})
	from := o.d.create(t, o.path+"/numbers", object{"number": "+12125550801", "outbound_enabled": true}).id()
	for n := range attempts {
		m := newFaxMachine(t, engine, spandsp.Options{File: filepath.Join(t.TempDir(), "in.tif")})
		id, number := fmt.Sprint("out", n), fmt.Sprintf("+1415555010%d", n)
		sent := o.sendFax(t, number, 1, map[string]string{"number": from})
		b := far.Calls.Await(t, "call", func(c *peer.PhoneCall) bool { return bytes.Contains([]byte(c.Invite().String()), []byte(number)) })
		b.Answer(t)
		aimed := make(chan error, 1)
		b.OnOffer(func(offer peer.Message) (int, string) {
			answer, err := m.switchTo(id, offer.Body)
			aimed <- err
			return 200, answer
		})
		if err := <-aimed; err != nil {
			t.Fatal(err)
		}
		err := m.talk(t)
		if deleted := engine.Delete(id); deleted != nil {
			t.Error(deleted)
		}
		if err != nil {
			t.Logf("call %d: %v", n+1, err)
			continue
		}
		f := o.awaitFax(t, sent.id(), "delivered")
		if f["pages"] != 1.0 || f["ecm"] != true || f.str("station") != "555 0199" {
			t.Errorf("sent %v", f)
		}
		came, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		if err := alike(rowsIn(t, o.document(t, sent.id(), "tiff"))[topLine:], rowsIn(t, came)); err != nil {
			t.Error(err)
		}
		return
	}
	t.Error("no fax reached the machine")
}

// switchTo answers an offer of T.38 with the machine's line.
func (m *faxMachine) switchTo(id, offer string) (string, error) {
	there, err := m.engine.Offer(id, spandsp.Decode, offer)
	if err == nil {
		err = m.aim(there)
	}
	if err != nil {
		return "", err
	}
	return m.engine.Answer(id, spandsp.Decode, spandsp.DescribeAudio(m.at))
}
