package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Bounds on processes.
const (
	stopWait  = 15 * time.Second // from asking a process to end to killing it
	startWait = time.Minute      // for a server to be ready
	pollEvery = 2 * time.Millisecond
	// tick is the unit of CPU times in /proc (proc(5), USER_HZ).
	tick = 10 * time.Millisecond
)

// process is a server started for a measurement.
type process struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc
	errors bytes.Buffer // what it wrote to standard error
	ended  chan struct{}
	err    error // of Wait, once ended
}

// start runs a program until ctx ends or stop is called.
func start(ctx context.Context, env []string, program string, args ...string) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	p := &process{cancel: cancel, ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, program, args...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = &p.errors
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopWait
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("cannot start %q: %w", program, err)
	}
	go func() {
		defer close(p.ended)
		p.err = p.cmd.Wait()
	}()
	return p, nil
}

// stop ends the process and waits for its end.
func (p *process) stop() {
	p.cancel()
	<-p.ended
}

// ready polls until ok says yes, and fails when the process ends before.
func (p *process) ready(ctx context.Context, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		select {
		case <-poll.C:
			if ok() {
				return nil
			}
		case <-p.ended:
			return fmt.Errorf("%s ended: %w: %s", p.cmd.Path, errors.Join(p.err, errEnded), strings.TrimSpace(p.errors.String()))
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", p.cmd.Path, ctx.Err())
		}
	}
}

var errEnded = errors.New("not to be expected")

// cpu is the CPU time of the process and its children, user and system.
func (p *process) cpu() (time.Duration, error) {
	pid := p.cmd.Process.Pid
	total, err := cpuOf(pid)
	if err != nil {
		return 0, err
	}
	children, err := childrenOf(pid)
	if err != nil {
		return 0, err
	}
	for _, child := range children {
		d, err := cpuOf(child)
		if err != nil {
			return 0, err
		}
		total += d
	}
	return total, nil
}

// statFields are the fields of /proc/<pid>/stat behind the name, which may hold
// anything: the first is the third of proc(5).
func statFields(pid int) ([]string, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	const enough = 20
	if len(fields) < enough {
		return nil, fmt.Errorf("cannot read the state of process %d: %q", pid, b)
	}
	return fields, nil
}

func cpuOf(pid int) (time.Duration, error) {
	fields, err := statFields(pid)
	if err != nil {
		return 0, err
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}

// childrenOf are the processes pid has started.
func childrenOf(pid int) ([]int, error) {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var children []int
	for _, name := range names {
		child, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		if fields, err := statFields(child); err == nil && fields[1] == strconv.Itoa(pid) {
			children = append(children, child)
		}
	}
	return children, nil
}

// memory is a line of /proc/<pid>/status in bytes: VmRSS is what is resident, VmHWM
// the most that has been.
func (p *process) memory(name string) (int64, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("cannot find %s of process %d", name, p.cmd.Process.Pid)
}
