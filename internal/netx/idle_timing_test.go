package netx

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// Set for the process that plays the clients of BenchmarkIdleTLS.
const (
	idleAddr    = "NETX_IDLE_ADDR"
	idleVersion = "NETX_IDLE_VERSION"
	idleConns   = 2000
)

// TestIdleClients is no test but the clients of BenchmarkIdleTLS.
func TestIdleClients(t *testing.T) {
	addr := os.Getenv(idleAddr)
	if addr == "" {
		t.Skip("runs for a benchmark")
	}
	version, err := strconv.ParseUint(os.Getenv(idleVersion), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{InsecureSkipVerify: true, MaxVersion: uint16(version)} //nolint:gosec // not what is measured
	for range idleConns {
		c, err := tls.Dial("tcp", addr, conf)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if !alive(c) {
			t.Fatal("no answer")
		}
	}
	fmt.Println("connected")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark is done
}

// BenchmarkIdleTLS measures what an idle connection keeps in memory, a reading
// goroutine with a buffer of 16 bytes included: heap, stacks and all.
func BenchmarkIdleTLS(b *testing.B) {
	a := newAuthority(b, "a")
	for _, kind := range keyKinds() {
		cert := load(b, a.issueFiles(b, kind, "p.example"))
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			b.Run(string(kind)+"/"+tls.VersionName(version), func(b *testing.B) {
				for range b.N {
					b.ReportMetric(idleMemory(b, cert, version), "B/conn")
				}
			})
		}
	}
}

func idleMemory(b *testing.B, cert *Certificate, version uint16) float64 {
	plain, err := Listen(b.Context(), "127.0.0.1:0", Options{})
	if err != nil {
		b.Fatal(err)
	}
	l := WrapTLS(plain, ServerTLS{Profile: ProfilePhone, Files: cert}.Config(), TLSOptions{})
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				var buf [16]byte
				for {
					n, err := c.Read(buf[:])
					if err != nil {
						return
					}
					if _, err = c.Write(buf[:n]); err != nil {
						return
					}
				}
			})
		}
	})
	defer l.Close()
	before := inUse()
	cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestIdleClients$") //nolint:gosec // this test
	cmd.Env = append(os.Environ(), idleAddr+"="+l.Addr().String(), idleVersion+"="+strconv.Itoa(int(version)))
	stdin, errIn := cmd.StdinPipe()
	stdout, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		b.Fatal(errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "connected\n" {
		b.Fatalf("%s %v", line, err)
	}
	after := inUse()
	_ = stdin.Close()
	_ = cmd.Wait()
	return float64(after-before) / idleConns
}

func inUse() uint64 {
	for range 3 {
		runtime.GC() // shrinks stacks, too
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse + m.MSpanInuse
}
