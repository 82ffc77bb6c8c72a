package fax

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dialtone/fax/t30"
	"dialtone/store/record"
)

// smallDisk mounts a file system of its own for the test.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("cannot mount a small disk: %v", err)
		}
		t.Skipf("cannot mount a small disk (root only): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillUp writes a file until the disk has no byte left.
func fillUp(t *testing.T, disk string) (filler string) {
	t.Helper()
	filler = filepath.Join(disk, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 1<<20)
	for len(chunk) > 0 {
		_, err := f.Write(chunk)
		switch {
		case errors.Is(err, syscall.ENOSPC):
			chunk = chunk[:len(chunk)/2]
		case err != nil:
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return filler
}

// notReady is how RNR looks on the line: its octet in a packet of its own.
var notReady = []byte{0xc0, 1, 0x80, 0, 0, 0x37}

// A disk that fills up during a fax makes the sender wait. With room again the fax goes on;
// without, it ends in good order, and what was confirmed is told once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		room  bool // again before patience is at its end
		state string
	}{
		{"room again", true, record.FaxReceived},
		{"no room", false, record.FaxPartial},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			disk := smallDisk(t, 256)
			o := newOfficeIn(t, filepath.Join(disk, "data"))
			if !tc.room {
				o.patience.most = 4 * time.Second
			}
			var waited atomic.Bool
			o.dialer.spy = func(b []byte) {
				if bytes.Contains(b, notReady) {
					waited.Store(true)
				}
			}
			sent, err := o.Submit(t.Context(), o.aDocument(3, 100))
			if err != nil {
				t.Fatal(err)
			}
			if first := o.await(EventSending, sent.ID); first.Pages != 1 {
				t.Fatalf("%+v", first)
			}
			filler := fillUp(t, disk)
			if tc.room {
				o.until("word that we are not ready", waited.Load)
			} else {
				<-o.dialer.last.Done()
			}
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
			in := o.await(EventReceived, "")
			var out record.Fax
			o.until("end of the attempt", func() bool {
				out, err = o.store.Fax(o.account, sent.ID)
				return err == nil && (out.State == record.FaxDelivered || out.State == record.FaxQueued && out.Attempts > 0)
			})
			if in.State != tc.state || in.Pages < out.Pages || out.Pages < 1 || !waited.Load() {
				t.Errorf("received %+v\nsent %+v\nnot ready was said: %t", in, out, waited.Load())
			}
			if n := len(withoutLines(t, o.rows(&in), 100)); n != in.TotalPages*100 {
				t.Errorf("%d rows of %d pages", n, in.TotalPages)
			}
			if !tc.room && (in.Reason != "store_failed" || out.State != record.FaxQueued) {
				t.Errorf("received %+v\nsent %+v", in, out)
			}
		})
	}
}

// A fax is not begun that a full disk could not end.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 128)
	o := newOfficeIn(t, filepath.Join(disk, "data"))
	filler := fillUp(t, disk)
	if _, err := o.Receive(t.Context(), &Incoming{Account: o.account, Number: o.number}); !errors.Is(err, ErrBusy) {
		t.Errorf("on a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	o.over(o.begin(), t30.CallDropped)
}
