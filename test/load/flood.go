package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"dialtone/internal/udpio"
)

// FloodKind is what a flood consists of.
type FloodKind string

// The kinds.
const (
	Garbage   FloodKind = "garbage"   // octets by chance, some beginning like SIP
	Strangers FloodKind = "strangers" // REGISTERs of users nobody knows, without credentials
	Guesses   FloodKind = "guesses"   // the same with credentials that are wrong
)

// FloodPlan is a flood. Zero values are the defaults.
type FloodPlan struct {
	Target    netip.AddrPort // on the loopback
	Kind      FloodKind      // default Strangers
	Domain    string         // of the REGISTERs; default the target's address
	Rate      float64        // datagrams a second; default 1000
	Duration  time.Duration  // at most [MaxDuration]
	Addresses int            // spoofed sources, 127.0.0.1 upwards; default 1
	Seed      uint64         // of all chance; default 1
}

// FloodReport is what a flood came to.
type FloodReport struct {
	Target   string    `json:"target"`
	Kind     FloodKind `json:"kind"`
	Rate     float64   `json:"rate"`
	Seconds  float64   `json:"seconds"`
	Sent     uint64    `json:"sent"`
	Unsent   uint64    `json:"unsent"`  // the kernel took no more
	Answers  uint64    `json:"answers"` // datagrams that came back
	Statuses Counts    `json:"statuses"`
}

func (p FloodPlan) withDefaults() FloodPlan {
	if p.Kind == "" {
		p.Kind = Strangers
	}
	if p.Domain == "" {
		p.Domain = p.Target.Addr().String()
	}
	if p.Rate == 0 {
		p.Rate = 1000
	}
	p.Addresses, p.Seed = max(p.Addresses, 1), max(p.Seed, 1)
	p.Target = netip.AddrPortFrom(p.Target.Addr().Unmap(), p.Target.Port())
	return p
}

func (p FloodPlan) validate() error {
	switch p.Kind {
	case Garbage, Strangers, Guesses:
	default:
		return fmt.Errorf("cannot flood with %q: %w", p.Kind, ErrBound)
	}
	for _, err := range []error{
		checkTarget(p.Target),
		within("rate", p.Rate, 0.001, MaxRate),
		within("duration", p.Duration, 1, MaxDuration),
		within("source addresses", p.Addresses, 1, 1<<24),
		within("length of domain", len(p.Domain), 1, maxDomain),
	} {
		if err != nil {
			return err
		}
	}
	if p.Addresses > 1 && p.Target.Addr().Is6() {
		return fmt.Errorf("cannot spoof sources over IPv6: %w", ErrBound)
	}
	return nil
}

// Flood sends what no honest phone would, from one port of each address.
func Flood(ctx context.Context, plan FloodPlan) (FloodReport, error) {
	plan = plan.withDefaults()
	if err := plan.validate(); err != nil {
		return FloodReport{}, err
	}
	local := netip.AddrPortFrom(netip.IPv4Unspecified(), 0) // sends from any address of ours
	if plan.Target.Addr().Is6() {
		local = netip.AddrPortFrom(plan.Target.Addr(), 0)
	}
	conn, err := udpio.Listen(ctx, local.String(), udpio.Options{ReadBuffer: socketBuffer, WriteBuffer: socketBuffer})
	if err != nil {
		return FloodReport{}, err
	}
	f := &flooder{
		FloodPlan: plan, conn: conn, chance: rand.New(rand.NewPCG(plan.Seed, 0)),
		memory: make([]byte, batchSize*maxDatagram),
		report: FloodReport{Target: plan.Target.String(), Kind: plan.Kind, Rate: plan.Rate, Statuses: Counts{}},
	}
	var reader sync.WaitGroup
	reader.Go(f.read)
	f.send(ctx)
	err = conn.Close()
	reader.Wait()
	return f.report, err
}

type flooder struct {
	FloodPlan
	conn   *udpio.Conn
	chance *rand.Rand
	count  uint64
	memory []byte
	out    []udpio.Packet
	report FloodReport // what was sent is send's, the answers are read's
}

// send sends at the rate, in bursts a millisecond apart.
func (f *flooder) send(ctx context.Context) {
	pause := time.NewTicker(time.Millisecond)
	defer pause.Stop()
	start := time.Now()
	for ctx.Err() == nil {
		now := min(time.Since(start), f.Duration)
		for due := uint64(now.Seconds() * f.Rate); f.count < due; {
			f.burst(min(due-f.count, batchSize))
		}
		f.report.Seconds = now.Seconds()
		if now == f.Duration {
			break
		}
		<-pause.C
	}
	f.await()
}

// await leaves the last answers some time.
func (f *flooder) await() {
	const lastAnswers = 50 * time.Millisecond
	<-time.After(lastAnswers)
}

func (f *flooder) burst(n uint64) {
	f.out = f.out[:0]
	room := f.memory[:0]
	for range n {
		p := udpio.Packet{Peer: f.Target, Local: sourceAddress(f.Target.Addr(), int(f.count%uint64(f.Addresses)))}
		if f.Kind == Garbage {
			room = f.garbage(room[len(room):])
		} else {
			room = f.stranger(room[len(room):], p.Local)
		}
		p.Data = room
		f.out = append(f.out, p)
		f.count++
	}
	failed, _ := f.conn.Write(f.out)
	f.report.Sent += n - uint64(failed)
	f.report.Unsent += uint64(failed)
}

// read counts the answers.
func (f *flooder) read() {
	in := udpio.NewBatch(batchSize, maxDatagram)
	for {
		if err := f.conn.Read(in); errors.Is(err, net.ErrClosed) {
			return
		}
		f.report.Answers += uint64(len(in.Packets))
		for _, p := range in.Packets {
			if status, ok := statusOf(p.Data); ok {
				f.report.Statuses[strconv.Itoa(status)]++
			}
		}
	}
}

// garbage is up to 1,000 octets by chance; every second datagram starts like SIP.
func (f *flooder) garbage(dst []byte) []byte {
	const most = 1000
	if f.chance.IntN(2) == 0 {
		dst = append(append(append(dst, "REGISTER sip:"...), f.Domain...), " SIP/2.0\r\nVia: "...)
	}
	for range f.chance.IntN(most) + 1 {
		dst = append(dst, byte(f.chance.Uint32()))
	}
	return dst
}

func (f *flooder) stranger(dst []byte, source netip.Addr) []byte {
	a, b := f.chance.Uint32(), f.chance.Uint32()
	dst = append(append(append(dst, "REGISTER sip:"...), f.Domain...), " SIP/2.0\r\nVia: SIP/2.0/UDP "...)
	dst = append(appendHex(appendHex(append(source.AppendTo(dst), ";branch=z9hG4bK"...), a), b), ";rport\r\nMax-Forwards: 70\r\n"...)
	dst = append(f.aor(append(dst, "From: "...), a), ";tag="...)
	dst = f.aor(append(appendHex(dst, b), "\r\nTo: "...), a)
	dst = append(appendHex(appendHex(append(dst, "\r\nCall-ID: "...), b), a), "\r\nCSeq: 1 REGISTER\r\nContact: <sip:x@"...)
	dst = append(source.AppendTo(dst), ":5060>\r\n"...)
	if f.Kind == Guesses {
		dst = appendHex(append(dst, `Authorization: Digest username="s`...), a)
		dst = append(append(append(dst, `", realm="`...), f.Domain...), `", nonce="`...)
		dst = append(append(append(appendHex(dst, b), `", uri="sip:`...), f.Domain...), `", response="`...)
		dst = append(appendHex(appendHex(appendHex(appendHex(dst, a), b), b), a), "\", algorithm=MD5\r\n"...)
	}
	return append(dst, "Expires: 3600\r\nContent-Length: 0\r\n\r\n"...)
}

func (f *flooder) aor(dst []byte, user uint32) []byte {
	dst = append(appendHex(append(dst, "<sip:s"...), user), '@')
	return append(append(dst, f.Domain...), '>')
}
