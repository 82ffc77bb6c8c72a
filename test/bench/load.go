package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"
)

// Goals of a daemon with 100,000 devices; of fewer, their share.
const (
	goalStart  = 10 * time.Second
	goalMemory = 12_000 // bytes a device
)

const (
	// phonesPerSite spreads the devices over accounts.
	phonesPerSite = 100
	// gcWhileCreating spares this process collections of what it creates.
	gcWhileCreating = 400
	// starts is how often the daemon is started on the full store.
	starts = 3
	// Memory has settled when it changed by less than settled between two looks.
	settled     = 0.005
	lookEvery   = 2 * time.Second
	settleLimit = 15 * time.Second
)

// load measures starting on a full store, and what it takes in memory.
func (b *bench) load() error {
	s := shape{accounts: max(b.devices/phonesPerSite, 1), phones: phonesPerSite}
	dir := filepath.Join(b.scratch, "load")
	created, err := lasts(func() error {
		defer debug.SetGCPercent(debug.SetGCPercent(gcWhileCreating))
		_, err := furnish(b.ctx, dir, s)
		return err
	})
	if err != nil {
		return err
	}
	b.report.sample("load create s", created.Seconds())
	for range starts {
		if err := b.startFull(dir); err != nil {
			return err
		}
	}
	b.reportLoad(s)
	return nil
}

// startFull starts the daemon once on the full store.
func (b *bench) startFull(dir string) error {
	d, took, err := b.startDaemon(dir)
	if err != nil {
		return err
	}
	defer d.stop()
	b.report.sample("load ready s", took.Seconds())
	cpu, err := d.cpu()
	if err != nil {
		return err
	}
	b.report.sample("load ready cpu s", cpu.Seconds())
	resident, err := b.settle(d)
	if err != nil {
		return err
	}
	b.report.sample("load resident bytes", float64(resident))
	most, err := d.memory("VmHWM")
	if err != nil {
		return err
	}
	b.report.sample("load resident at most bytes", float64(most))
	heap, err := b.metric(d, "go_memstats_heap_alloc_bytes")
	if err != nil {
		return err
	}
	limit, err := b.metric(d, "go_memstats_next_gc_bytes")
	if err != nil {
		return err
	}
	b.report.sample("load heap bytes", heap)
	b.report.sample("load heap at next collection bytes", limit)
	b.report.sample("load grown bytes", float64(resident)+max(limit-heap, 0))
	return nil
}

// settle waits until the memory of the daemon stays what it is, and gives it.
func (b *bench) settle(d *daemon) (int64, error) {
	last, err := d.memory("VmRSS")
	if err != nil {
		return 0, err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for waited := time.Duration(0); waited < settleLimit; waited += lookEvery {
		select {
		case <-look.C:
		case <-d.ended:
			return 0, errors.Join(errEnded, d.err)
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
		now, err := d.memory("VmRSS")
		if err != nil {
			return 0, err
		}
		change := math.Abs(float64(now-last)) / float64(last)
		last = now
		if change < settled {
			break
		}
	}
	return last, nil
}

func (b *bench) reportLoad(s shape) {
	r := &b.report
	n := float64(s.devices())
	ready := r.median("load ready s")
	limit := goalStart.Seconds() * n / 100_000
	r.add(row{
		Work: fmt.Sprintf("start with %d devices, %d credentials, until ready", s.devices(), s.devices()*linesPerPhone),
		Ours: fmt.Sprintf("%.1f s", ready), Goal: fmt.Sprintf("≤ %.1f s", limit), Met: met(ready <= limit),
	})
	memory := func(name string) (float64, string) {
		m := r.median("load " + name + " bytes")
		return m, fmt.Sprintf("%.2f GB, %.1f KB a device", m/1e9, m/n/1000)
	}
	_, text := memory("resident")
	most := slices.Max(r.Samples["load resident at most bytes"])
	r.add(row{Work: "– resident memory", Ours: fmt.Sprintf("%s, %.2f GB at most", text, most/1e9)})
	grown, text := memory("grown")
	r.add(row{
		Work: "– resident memory when the heap is next collected", Ours: text,
		Goal: fmt.Sprintf("≤ %.2f GB, %d KB a device", goalMemory*n/1e9, goalMemory/1000), Met: met(grown <= goalMemory*n),
	})
	r.add(row{Work: "create devices, each with 2 credentials, user, extension", Ours: fmt.Sprintf("%.0f/s", n/r.median("load create s"))})
}
