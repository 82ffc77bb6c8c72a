package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"
	_ "time/tzdata" // as in the daemon

	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

const (
	// goalRender is for one T46U, in microseconds.
	goalRender = 60
	// renders is how many make one sample.
	renders = 5000
)

// render measures making a configuration from records: what a cache miss costs.
func (b *bench) render() (err error) {
	dir := filepath.Join(b.scratch, "render")
	one, err := furnish(b.ctx, dir, shape{accounts: 1, phones: 100})
	if err != nil {
		return err
	}
	st, err := openStore(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	builder := view.New(view.Config{
		Secrets: st, SIP: view.Listeners{Host: "pbx.example.com", UDP: 5060, TCP: 5060}, URL: "https://phones.example.com", Uploads: true,
	})
	var buf []byte
	for range b.rounds {
		before, err := ownCPU()
		if err != nil {
			return err
		}
		wall, err := lasts(func() (err error) {
			buf, err = renderOften(st, builder, one.phone.ID, buf)
			return err
		})
		if err != nil {
			return err
		}
		after, err := ownCPU()
		if err != nil {
			return err
		}
		b.report.sample("render cpu µs", microseconds(after-before)/renders)
		b.report.sample("render wall µs", microseconds(wall)/renders)
	}
	took := b.report.median("render cpu µs")
	b.report.add(row{
		Work: fmt.Sprintf("render of a T46U, 2 lines, 20 keys, %.1f KB, from records: CPU", float64(len(buf))/1000),
		Ours: fmt.Sprintf("%.1f µs", took), Goal: fmt.Sprintf("≤ %d µs", goalRender), Met: met(took <= goalRender),
	})
	return nil
}

func renderOften(st *store.Store, builder *view.Builder, id record.ID, buf []byte) (_ []byte, err error) {
	for range renders {
		st.View(func(v *store.View) {
			d, ok := store.Get[*record.Device](v, id)
			if !ok {
				err = store.ErrNotFound
				return
			}
			buf, _, err = builder.Render(v, d, view.Request{}, buf[:0])
		})
		if err != nil {
			return nil, err
		}
	}
	return buf, nil
}

// ownCPU is the CPU time of this process, user and system.
func ownCPU() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
