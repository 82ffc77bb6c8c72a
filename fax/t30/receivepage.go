package t30

import "errors"

// storing is a page that its Sink has not yet confirmed.
type storing struct {
	kind   byte // of the command that ended the page; 0 if there is none
	asked  bool // the far end was told that we are not ready
	done   bool
	result error
}

// ended takes the end of a page without error correction.
func (r *receiver) ended(kind byte) {
	switch {
	case r.storing.kind != 0:
		r.settle()
	case !r.known || r.dcs.ecm || r.check:
		r.garbled()
	case !r.image:
		r.repeat()
	case rows(r.data) == 0:
		r.reject()
	default:
		r.deliver(kind)
	}
}

// reject asks for a page again.
func (r *receiver) reject() {
	r.result.Rejects++
	r.tell(Event{Kind: PageRejected, Page: r.page, Code: r.dcs.code()})
	r.data = nil
	r.replyWith(fRTN)
}

// tooLarge reports whether more octets are more than is taken.
func (r *receiver) tooLarge(more int) bool {
	return r.page >= MaxPages || len(r.data)+more > MaxPage || r.total+len(r.data)+more > MaxDocument
}

// deliver hands a whole page over.
func (r *receiver) deliver(kind byte) {
	r.total += len(r.data)
	page := Page{Number: r.page, Code: r.dcs.code(), Data: r.data}
	r.data = nil
	r.storing = storing{kind: kind}
	r.until = r.now.Add(t5)
	err := r.cfg.Sink.Page(page)
	if errors.Is(err, ErrPending) {
		r.wait(storeTime)
		return
	}
	r.stored(err)
}

// stored answers the far end if it waits for that now. One that was told that we are
// not ready asks.
func (r *receiver) stored(err error) {
	if r.storing.kind == 0 || r.storing.done {
		return
	}
	r.storing.done, r.storing.result = true, err
	if !r.storing.asked && !r.up && !r.sending() {
		r.settle()
	}
}

// stillStoring goes on waiting. With error correction the far end is told; without, it
// repeats its command.
func (r *receiver) stillStoring() {
	switch {
	case r.storing.done:
		r.settle()
	case !r.now.Before(r.until):
		r.hangUp(StoreFailed)
	case r.dcs.ecm && !r.storing.asked:
		r.notReady()
	default:
		r.wait(storeTime)
	}
}

// asked takes the question whether we are ready.
func (r *receiver) asked() {
	if r.storing.kind != 0 {
		r.settle()
		return
	}
	r.repeat()
}

func (r *receiver) notReady() {
	r.storing.asked = true
	r.replyWith(fRNR)
}

// settle answers the end of a page that is stored, or says that it is not yet.
func (r *receiver) settle() {
	st := r.storing
	if !st.done {
		if r.dcs.ecm && st.asked {
			r.notReady()
		} else {
			r.wait(storeTime)
		}
		return
	}
	r.storing = storing{}
	switch {
	case st.result == nil:
		r.confirm(st.kind)
	case errors.Is(st.result, ErrUnreadable) && !r.dcs.ecm:
		r.reject()
	case errors.Is(st.result, ErrTooLarge):
		r.hangUp(TooLarge)
	default:
		r.result.Err = st.result
		r.hangUp(StoreFailed)
	}
}

// confirm takes responsibility for a page.
func (r *receiver) confirm(kind byte) {
	r.result.Pages++
	r.tell(Event{Kind: PageDone, Page: r.page, Code: r.dcs.code()})
	r.page++
	switch kind {
	case fEOM:
		r.next = identity
	case fEOP:
		r.next = goodbye
	default:
		r.next = anyCommand
	}
	r.replyWith(fMCF)
}

// broken hands over what there is of a page that will not be completed.
func (r *receiver) broken() {
	data := r.data
	if r.known && r.dcs.ecm {
		data = r.block.appendFirst(data, blockFrames)
		r.block.clear()
	}
	r.data = nil
	if len(data) == 0 || r.page >= MaxPages {
		return
	}
	_ = r.cfg.Sink.Page(Page{Number: r.page, Code: r.dcs.code(), Data: data[:min(len(data), MaxPage)], Incomplete: true})
}
