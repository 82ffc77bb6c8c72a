package call

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/registrar"
	"dialtone/sip/transaction"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

const (
	office   = "pbx.example"
	patience = 30 * time.Second
)

// dead is an address nothing can be sent to.
var dead = netip.MustParseAddrPort("127.0.0.1:1")

// records are what an account's tests are about: ann 1001, bob 1002 with two phones,
// cid 1003, the group 1100 of ann and cid, the number +13125550100 for bob, and a trunk.
type records struct {
	store            *store.Store
	account, trunk   record.ID
	users            map[string]*record.User
	number           record.ID
	log              *slog.Logger
	mu               sync.Mutex
	bindings         map[string][]registrar.Binding
	written          []record.CallRecord
	traces           []record.CallTrace
	events           []Event
	places           []trunk.Destination
	acquired, failed int
	full             bool
	changed          chan struct{}
	sources          map[netip.AddrPort]bool // of the trunk
}

func newRecords(t testing.TB) *records {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("CALL_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	r := &records{
		store: st, users: map[string]*record.User{}, log: log, bindings: map[string][]registrar.Binding{},
		changed: make(chan struct{}), sources: map[netip.AddrPort]bool{},
	}
	if err := st.Update(t.Context(), r.fill); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *records) fill(tx *store.Tx) error {
	a := record.NewAccount()
	a.Name, a.Email = "Acme", "owner@example.com"
	err := tx.Create(a)
	r.account = a.ID
	d := record.NewDomain()
	d.Account, d.Domain = a.ID, office
	err = errors.Join(err, tx.Create(d))
	list := record.NewCredentialList()
	list.Account, list.Name = a.ID, "phones"
	err = errors.Join(err, tx.Create(list))
	at := record.NewAttachment()
	at.Account, at.Domain, at.List = a.ID, d.ID, list.ID
	err = errors.Join(err, tx.Create(at))
	for i, name := range []string{"ann", "bob", "cid"} {
		u := record.NewUser()
		u.Account, u.Name, u.Email = a.ID, strings.ToUpper(name[:1])+name[1:], name+"@example.com"
		err = errors.Join(err, tx.Create(u))
		r.users[name] = u
		phones := []string{name}
		if name == "bob" {
			phones = []string{"bob", "bob2"}
		}
		for j, phone := range phones {
			err = errors.Join(err, r.addPhone(tx, u, d, list, phone, i*4+j))
		}
		e := record.NewExtension()
		e.Account, e.Number, e.Target = a.ID, fmt.Sprint(1001+i), record.Target{Type: record.TargetUser, ID: u.ID}
		err = errors.Join(err, tx.Create(e))
	}
	g := record.NewRingGroup()
	g.Account, g.Name = a.ID, "Sales"
	g.Members = []record.Target{{Type: record.TargetUser, ID: r.users["ann"].ID}, {Type: record.TargetUser, ID: r.users["cid"].ID}}
	err = errors.Join(err, tx.Create(g))
	e := record.NewExtension()
	e.Account, e.Number, e.Target = a.ID, "1100", record.Target{Type: record.TargetRingGroup, ID: g.ID}
	err = errors.Join(err, tx.Create(e))
	p := record.NewProviderAccount()
	p.Account, p.Name, p.Provider = a.ID, "Carrier", record.ProviderSIP
	p.Trunk.Hosts = []string{"127.0.0.1:5999"}
	p.Trunk.Emergency = true
	err = errors.Join(err, tx.Create(p))
	r.trunk = p.ID
	n := record.NewNumber()
	n.Account, n.Number, n.ProviderAccount = a.ID, "+13125550100", p.ID
	n.Target = &record.Target{Type: record.TargetUser, ID: r.users["bob"].ID}
	err = errors.Join(err, tx.Create(n))
	r.number = n.ID
	return err
}

func (r *records) addPhone(tx *store.Tx, u *record.User, d *record.Domain, list *record.CredentialList, name string, n int) error {
	c := record.NewCredential()
	c.Account, c.List, c.Username = r.account, list.ID, name
	c.ID = record.NewID(record.KindCredential, tx.Now())
	c.PasswordSealed = r.store.Seal(c.ID, store.FieldPassword, "Correct7Horse9Battery")
	err := tx.Create(c)
	dev := record.NewDevice()
	dev.Account, dev.Type, dev.MAC = r.account, record.Deskphone, fmt.Sprintf("80:5e:c0:00:00:%02x", n)
	dev.Lines = []record.Line{{Credential: c.ID, Domain: d.ID, User: u.ID}}
	return errors.Join(err, tx.Create(dev))
}

// change edits a user.
func (r *records) change(t testing.TB, name string, edit func(*record.User)) {
	t.Helper()
	err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		u, err := store.Load[*record.User](tx, r.users[name].ID)
		if err != nil {
			return err
		}
		edit(u)
		return tx.Replace(u, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// bind registers a phone at an address.
func (r *records) bind(name string, at netip.AddrPort, contact string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	aor := name + "@" + office
	r.bindings[aor] = append(r.bindings[aor], registrar.Binding{AOR: aor, Contact: contact, Source: at, Transport: registrar.UDP})
}

// Lookup is Bindings.
func (r *records) Lookup(dst []registrar.Binding, aor []byte, _ time.Time) []registrar.Binding {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(dst, r.bindings[string(aor)]...)
}

// Call is Records.
func (r *records) Call(c record.CallRecord, tr record.CallTrace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written = append(r.written, c)
	r.traces = append(r.traces, tr)
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *records) notify(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// kinds are the events of whole calls so far.
func (r *records) kinds() (list []EventKind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind != EventDialog {
			list = append(list, e.Kind)
		}
	}
	return list
}

// record waits for the call record number n, from 0.
func (r *records) record(t testing.TB, n int) record.CallRecord {
	t.Helper()
	timeout := time.After(patience)
	for {
		r.mu.Lock()
		if len(r.written) > n {
			defer r.mu.Unlock()
			return r.written[n]
		}
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("call record %d was not written", n)
		}
	}
}

// The trunks.

func (r *records) Destinations(context.Context, record.ID) ([]trunk.Destination, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.places) == 0 {
		return nil, trunk.ErrNoAddress
	}
	return r.places, nil
}

func (r *records) Acquire(record.ID) (func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full {
		return nil, trunk.ErrChannels
	}
	r.acquired++
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.acquired--
	}), nil
}

func (r *records) AcquireInbound(id record.ID) (func(), error) { return r.Acquire(id) }
func (r *records) AcquireEmergency(id record.ID) func() {
	r.mu.Lock()
	r.acquired++
	r.mu.Unlock()
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.acquired--
	})
}

func (r *records) Failed(record.ID, netip.AddrPort, string, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
}
func (r *records) Worked(record.ID, netip.AddrPort)     {}
func (r *records) Recognise(netip.AddrPort) []record.ID { return []record.ID{r.trunk} }

// pbx is the room with a real endpoint and real media over loopback. What an edge does it
// does as if everybody were who he says he is.
type pbx struct {
	*records
	*Manager
	endpoint *dialog.Endpoint
	engine   *media.Engine
	local    netip.AddrPort
	udp      net.PacketConn
	t        testing.TB
}

func newPBX(t testing.TB, change ...func(*Config)) *pbx {
	t.Helper()
	p := &pbx{records: newRecords(t), t: t}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.local, p.udp = netip.MustParseAddrPort(udp.LocalAddr().String()), udp
	if p.engine, err = media.New(media.Config{Address: netip.MustParseAddr("127.0.0.1")}); err != nil {
		t.Fatal(err)
	}
	p.endpoint = dialog.New(dialog.Config{
		Carrier: p, Product: "test/1", Log: p.records.log,
		Invite: func(l *dialog.Leg) { p.Manager.Invite(l) },
		Trace:  func(id string, sent bool, m []byte, f dialog.Flow) { p.Manager.Trace(id, sent, m, f) },
	})
	cfg := Config{
		Endpoint: p.endpoint, Dial: p.Dial, Media: p.engine, Trunks: p.records, Store: p.records.store, Bindings: p.records,
		Records: p.records, Notify: p.records.notify, Log: p.records.log,
	}
	for _, f := range change {
		f(&cfg)
	}
	p.Manager = New(cfg)
	var wg sync.WaitGroup
	wg.Go(p.serve)
	t.Cleanup(func() {
		p.Manager.Close()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		p.endpoint.Close(ctx)
		p.free()
		p.engine.Close()
		_ = udp.Close()
		wg.Wait()
	})
	return p
}

// free checks that nothing is left of calls that are over.
func (p *pbx) free() {
	p.t.Helper()
	if n := p.Manager.Len(); n != 0 {
		p.t.Errorf("%d calls left", n)
	}
	if n := p.endpoint.Len(); n != 0 {
		p.t.Errorf("%d dialogs left", n)
	}
	if n := p.engine.Len(); n != 0 {
		p.t.Errorf("%d streams left", n)
	}
	checkEmpty(p.t, p.Manager)
	p.mu().Lock()
	defer p.mu().Unlock()
	if p.acquired != 0 {
		p.t.Errorf("%d channels left", p.acquired)
	}
}

// noCalls lets no call be within the limits.
func (p *pbx) noCalls() {
	p.Manager.mu.Lock()
	defer p.Manager.mu.Unlock()
	p.config.Limits.MaxCalls = 0
}

// fillTrunk lets the trunk have no channel.
func (p *pbx) fillTrunk() {
	p.mu().Lock()
	defer p.mu().Unlock()
	p.full = true
}

func (p *pbx) mu() *sync.Mutex { return &p.records.mu }

// checkEmpty checks that a manager remembers no call.
func checkEmpty(t testing.TB, m *Manager) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.legs) != 0 || len(m.load) > 1 || m.load[""] != 0 {
		t.Errorf("left: %d legs, load %v", len(m.legs), m.load)
	}
	m.lamps.mu.Lock()
	defer m.lamps.mu.Unlock()
	if len(m.lamps.byAOR) != 0 || len(m.lamps.users) != 0 {
		t.Errorf("lamps left: %v", m.lamps.byAOR)
	}
}

// quiet waits until no call is left.
func (p *pbx) quiet() {
	p.t.Helper()
	eventually(p.t, "end of all calls", func() bool {
		return p.Manager.Len() == 0 && p.endpoint.Len() == 0 && p.engine.Len() == 0
	})
}

// serve takes what comes to the socket, in order.
func (p *pbx) serve() {
	for b := make([]byte, 65535); ; {
		n, from, err := p.udp.ReadFrom(b)
		if err != nil {
			return
		}
		source, o := netip.MustParseAddrPort(from.String()), dialog.Origin{}
		m, err := sip.ParseMessage(b[:n])
		if req, ok := m.(*sip.Request); ok && err == nil {
			o = p.origin(req, source)
		}
		p.endpoint.Receive(bytes.Clone(b[:n]), datagrams{p.udp, source}, o)
	}
}

// datagrams is the way to an address.
type datagrams struct {
	socket net.PacketConn
	to     netip.AddrPort
}

func (d datagrams) Send(b []byte) error {
	_, err := d.socket.WriteTo(b, net.UDPAddrFromAddrPort(d.to))
	return err
}

func (d datagrams) Reliable() bool { return false }

// Line is the way to an address.
func (p *pbx) Line(_ dialog.Flow, to netip.AddrPort) (transaction.Line, error) {
	return datagrams{p.udp, to}, nil
}

// origin believes what From says.
func (p *pbx) origin(req *sip.Request, source netip.AddrPort) dialog.Origin {
	flow, _ := p.Ready(context.Background(), dialog.Flow{Transport: "udp", Remote: source})
	o := dialog.Origin{Flow: flow}
	p.mu().Lock()
	fromTrunk := p.sources[source]
	p.mu().Unlock()
	if fromTrunk {
		o.Trunk = p.trunk
		return o
	}
	p.records.store.View(func(v *store.View) {
		o.User, _ = v.SIPUser([]byte(office), []byte(req.From().Address.User))
	})
	o.Emergency = req.Recipient.User == "911"
	return o
}

// The edge: dialog.Carrier.

func (p *pbx) Ready(_ context.Context, f dialog.Flow) (dialog.Flow, error) {
	if f.Remote.Port() == 1 {
		return f, net.ErrClosed
	}
	f.Local, f.Host, f.Port = p.local, p.local.Addr().String(), int(p.local.Port())
	return f, nil
}

func (p *pbx) Dial(ctx context.Context, transport string, to netip.AddrPort, _ string) (dialog.Flow, error) {
	return p.Ready(ctx, dialog.Flow{Transport: transport, Remote: to})
}
func (p *pbx) Await(netip.AddrPort) func()                   { return func() {} }
func (p *pbx) Track(string)                                  {}
func (p *pbx) Forget(string)                                 {}
func (p *pbx) Pending(string, uint32, netip.AddrPort) func() { return func() {} }

// phone is a registered phone of ann, bob, bob2 or cid.
func (p *pbx) phone(name string) *peer.Handset {
	p.t.Helper()
	h := peer.StartHandset(p.t, peer.Account{User: name, Password: "x", Domain: office, Proxy: p.local.String()})
	p.bind(name, h.Addr(), h.Contact())
	return h
}

// carrier is another host of the trunk.
func (p *pbx) carrier() *peer.Handset {
	p.t.Helper()
	h := peer.StartHandset(p.t, peer.Account{User: "carrier", Password: "x", Domain: "carrier.example", Proxy: p.local.String()})
	p.mu().Lock()
	defer p.mu().Unlock()
	p.places = append(p.places, trunk.Destination{Transport: "udp", Address: h.Addr(), Host: h.Addr().String()})
	p.sources[h.Addr()] = true
	return h
}

// eventually waits until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%s: not in time", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}

// ringing is the next call that comes to a phone.
func ringing(t testing.TB, h *peer.Handset) *peer.PhoneCall {
	t.Helper()
	return h.Calls.Await(t, "call", func(*peer.PhoneCall) bool { return true })
}
