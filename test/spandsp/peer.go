//go:build spandsp

package spandsp

/*
#cgo LDFLAGS: -lspandsp
#include "peer.h"
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Options say what the far end does.
type Options struct {
	Caller bool
	Ident  string
	// File is the TIFF to send, or to write what is received to.
	File string
	ECM  bool
	// V29 and V17 are modems it has besides V.27ter.
	V29, V17 bool
	// MR and MMR are codings besides MH.
	MR, MMR bool
	// Version is that of T.38.
	Version int
	// Gateway says that it is a gateway to a fax machine with modems, rather than a
	// terminal.
	Gateway bool
	// Machine says that it is a fax machine alone: it speaks by Say and Hear.
	Machine bool
}

// Peer is a fax call of libspandsp's. It belongs to one goroutine.
type Peer struct {
	p   *C.peer_t
	seq C.uint16_t
}

// New makes the far end of a call; Close gives it back.
func New(o Options) (*Peer, error) {
	var p *C.peer_t
	switch {
	case o.Machine:
		p = C.peer_machine(choose(o.Caller, 1))
	case o.Gateway:
		p = C.peer_gateway(choose(o.Caller, 1), choose(o.ECM, 1))
	default:
		p = C.peer_terminal(choose(o.Caller, 1))
	}
	if p == nil {
		return nil, errors.New("cannot make an end of libspandsp's")
	}
	file, ident := C.CString(o.File), C.CString(o.Ident)
	defer C.free(unsafe.Pointer(file))
	defer C.free(unsafe.Pointer(ident))
	C.t30_set_tx_ident(p.t30, ident)
	if o.Caller {
		C.t30_set_tx_file(p.t30, file, -1, -1)
	} else {
		C.t30_set_rx_file(p.t30, file, -1)
	}
	configure(p.t30, o)
	if p.core != nil {
		C.t38_set_t38_version(p.core, C.int(o.Version))
	}
	return &Peer{p: p}, nil
}

func configure(t30 *C.t30_state_t, o Options) {
	C.t30_set_ecm_capability(t30, choose(o.ECM, 1))
	C.t30_set_supported_modems(t30, C.T30_SUPPORT_V27TER|choose(o.V29, C.T30_SUPPORT_V29)|choose(o.V17, C.T30_SUPPORT_V17))
	C.t30_set_supported_compressions(t30, C.T30_SUPPORT_T4_1D_COMPRESSION|
		choose(o.MR, C.T30_SUPPORT_T4_2D_COMPRESSION)|choose(o.MMR, C.T30_SUPPORT_T6_COMPRESSION))
	C.t30_set_supported_resolutions(t30, C.T30_SUPPORT_STANDARD_RESOLUTION|C.T30_SUPPORT_FINE_RESOLUTION|
		C.T30_SUPPORT_SUPERFINE_RESOLUTION|C.T30_SUPPORT_R8_RESOLUTION|C.T30_SUPPORT_R16_RESOLUTION|
		C.T30_SUPPORT_300_300_RESOLUTION|C.T30_SUPPORT_400_400_RESOLUTION)
	C.t30_set_supported_image_sizes(t30, C.T30_SUPPORT_215MM_WIDTH|C.T30_SUPPORT_255MM_WIDTH|
		C.T30_SUPPORT_303MM_WIDTH|C.T30_SUPPORT_A4_LENGTH|C.T30_SUPPORT_UNLIMITED_LENGTH)
}

func choose(on bool, bits C.int) C.int {
	if on {
		return bits
	}
	return 0
}

// Close gives the end back.
func (t *Peer) Close() {
	C.peer_free(t.p)
	t.p = nil
}

// Tick is the time between two calls of Advance, in milliseconds.
const Tick = 20

// Advance lets Tick pass. Packets tells what is said.
func (t *Peer) Advance() { C.peer_advance(t.p) }

// Packets are the IFP packets said since the last call, each with how often it is to be
// sent; send is called for each and must not keep it.
func (t *Peer) Packets(send func(packet []byte, count int)) {
	for i := range int(t.p.packets) {
		b := unsafe.Slice((*byte)(unsafe.Pointer(C.packet_of(t.p, C.int(i)))), int(t.p.lengths[i]))
		send(b, max(1, int(t.p.counts[i])))
	}
	t.p.packets = 0
}

// Receive takes a packet; lost is how many right before it never came.
func (t *Peer) Receive(packet []byte, lost int) {
	t.seq += C.uint16_t(lost)
	C.t38_core_rx_ifp_packet(t.p.core, (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(packet))), C.int(len(packet)), t.seq)
	t.seq++
}

// Say fills a line with what a machine says next, 8,000 samples a second.
func (t *Peer) Say(line []int16) {
	C.peer_say(t.p, (*C.int16_t)(unsafe.Pointer(unsafe.SliceData(line))), C.int(len(line)))
}

// Hear lets a machine hear a line.
func (t *Peer) Hear(line []int16) {
	C.fax_rx(t.p.fax, (*C.int16_t)(unsafe.Pointer(unsafe.SliceData(line))), C.int(len(line)))
}

// Result is how a fax went.
type Result struct {
	// Text is the library's own word for it; "OK" if all is well.
	Text    string
	OK      bool
	Pages   int
	BitRate int
	ECM     bool
	BadRows int
}

// Done is how the fax went; ok is false while it is under way.
func (t *Peer) Done() (r Result, ok bool) {
	if t.p.done == 0 {
		return Result{}, false
	}
	var st C.t30_stats_t
	C.t30_get_transfer_statistics(t.p.t30, &st)
	return Result{
		Text: C.GoString(C.t30_completion_code_to_str(t.p.result)), OK: t.p.result == C.T30_ERR_OK,
		Pages: int(st.pages_tx + st.pages_rx), BitRate: int(st.bit_rate), ECM: st.error_correcting_mode != 0,
		BadRows: int(st.bad_rows),
	}, true
}
