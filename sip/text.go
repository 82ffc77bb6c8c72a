package sip

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"dialtone/sip/call"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// maxText bounds a text, in octets: it has to fit into one datagram with its header.
const maxText = 1000

// Errors of Text.
var (
	// ErrNoPhone says that an extension leads to no phone: it is gone, or rings a group.
	ErrNoPhone = errors.New("the extension is no phone's")
	// ErrNotRegistered says that none of its phones is registered.
	ErrNotRegistered = errors.New("no phone is registered")
)

// Text sends a text (RFC 3428) to every phone of an extension at once. It is delivered when
// one of them has taken it; the error tells why none has, and may be ErrNoPhone or
// ErrNotRegistered.
func (s *Server) Text(ctx context.Context, account, extension record.ID, text string) error {
	lines := s.linesOf(account, extension)
	if len(lines) == 0 {
		return fmt.Errorf("cannot send text to %q: %w", extension, ErrNoPhone)
	}
	var bindings []registrar.Binding
	for _, aor := range lines {
		bindings = append(bindings, s.registrar.Lookup(nil, []byte(aor), s.now())...)
	}
	if len(bindings) == 0 {
		return fmt.Errorf("cannot send text to %q: %w", extension, ErrNotRegistered)
	}
	message := alone{
		method: "MESSAGE", lines: []string{"Content-Type: text/plain;charset=UTF-8", "Priority: emergency"},
		body: strings.ToValidUTF8(text[:min(len(text), maxText)], ""),
	}
	failed := make([]error, len(bindings))
	var wg sync.WaitGroup
	for i := range bindings {
		wg.Go(func() {
			status, err := s.ask(ctx, &bindings[i], message)
			if err == nil && status/100 != 2 {
				err = fmt.Errorf("%s answered %d", bindings[i].AOR, status)
			}
			failed[i] = err
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err == nil {
			return nil
		}
	}
	return errors.Join(failed...)
}

// linesOf are the addresses of record of an extension's phones.
func (s *Server) linesOf(account, extension record.ID) (aors []string) {
	s.store.View(func(v *store.View) {
		dir := call.Directory(v)
		e := dir.ExtensionByID(extension)
		if e == nil || e.Account != account {
			return
		}
		switch e.Target.Type {
		case record.TargetUser:
			for _, l := range dir.Lines(e.Target.ID) {
				aors = append(aors, l.AOR)
			}
		case record.TargetDeviceLine:
			d := dir.Device(e.Target.ID)
			if d == nil {
				return
			}
			for _, l := range d.Lines {
				if line, ok := dir.Line(l.Credential); ok && l.Line == e.Target.Line {
					aors = append(aors, line.AOR)
				}
			}
		}
	})
	return aors
}
