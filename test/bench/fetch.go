package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Goals of a configuration served from the cache, in CPU time.
const (
	goalOfFloor = 1.15
	goalOfPeer  = 1.1
	// goalAllocations allows for what the daemon does beside the requests.
	goalAllocations = 0.5
)

// tunedBuffer takes a whole answer, which then leaves in one system call.
const tunedBuffer = 16 << 10

// warmUp is how many requests come before a server is measured.
const warmUp = 2000

// candidate is one server that answers the same request with the same bytes.
type candidate struct {
	name    string
	address string
	process *process
}

// fetch measures a phone fetching its configuration over a connection it keeps.
func (b *bench) fetch() error {
	dir := filepath.Join(b.scratch, "fetch")
	one, err := furnish(b.ctx, dir, shape{accounts: 1, phones: 100})
	if err != nil {
		return err
	}
	d, _, err := b.startDaemon(dir)
	if err != nil {
		return err
	}
	defer d.stop()
	file := filepath.Join(b.scratch, "config")
	header, body, err := download("http://"+d.provision+one.path(), file)
	if err != nil {
		return err
	}
	canned, err := b.startCanned("canned", file, header, 0)
	if err != nil {
		return err
	}
	defer canned.process.stop()
	tuned, err := b.startCanned("tuned", file, header, tunedBuffer)
	if err != nil {
		return err
	}
	defer tuned.process.stop()
	nginx, err := b.startNginx("nginx", one.path(), body, false)
	if err != nil {
		return err
	}
	defer nginx.process.stop()
	stale, err := b.startNginx("stale", one.path(), body, true)
	if err != nil {
		return err
	}
	defer stale.process.stop()
	all := []candidate{canned, nginx, {"ours", d.provision, d.process}, tuned, stale}
	for _, c := range all {
		if _, err := b.send(c, one.path(), file, warmUp); err != nil {
			return err
		}
	}
	for round := range b.rounds {
		if err := b.fetchRound(d, all, one.path(), file); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
		slices.Reverse(all)
	}
	b.reportFetch(len(body))
	return nil
}

// fetchRound gives every candidate its turn.
func (b *bench) fetchRound(d *daemon, all []candidate, path, file string) error {
	for _, c := range all {
		mallocs, err := b.mallocs(d, c)
		if err != nil {
			return err
		}
		before, err := c.process.cpu()
		if err != nil {
			return err
		}
		got, err := b.send(c, path, file, b.requests)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		after, err := c.process.cpu()
		if err != nil {
			return err
		}
		n := float64(got.Requests)
		b.report.sample("fetch "+c.name+" cpu µs", microseconds(after-before)/n)
		b.report.sample("fetch "+c.name+" requests/s", n/got.Wall.Seconds())
		if c.process != d.process {
			continue
		}
		once, err := b.mallocs(d, c)
		if err != nil {
			return err
		}
		twice, err := b.mallocs(d, c)
		if err != nil {
			return err
		}
		b.report.sample("fetch ours allocations", (once-mallocs-(twice-once))/n)
	}
	return nil
}

// mallocs is how often the daemon has allocated, 0 for the other candidates. Asking
// allocates, too.
func (b *bench) mallocs(d *daemon, c candidate) (float64, error) {
	if c.process != d.process {
		return 0, nil
	}
	return b.metric(d, "go_memstats_mallocs_total")
}

// send has the load generator make requests, in a process of its own.
func (b *bench) send(c candidate, path, file string, requests int) (got loadResult, err error) {
	return b.generate("fetch", c, path, file, requests)
}

// generate runs one of the load generators.
func (b *bench) generate(how string, c candidate, path, file string, requests int, more ...string) (got loadResult, err error) {
	self, err := os.Executable()
	if err != nil {
		return got, err
	}
	args := append([]string{
		how, "-address", c.address, "-path", path, "-file", file, "-conns", strconv.Itoa(b.conns), "-requests", strconv.Itoa(requests),
	}, more...)
	cmd := exec.CommandContext(b.ctx, self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return got, fmt.Errorf("cannot fetch from %s: %w", c.name, err)
	}
	return got, json.Unmarshal(out, &got)
}

// download gets what a phone gets, and keeps the body in a file.
func download(url, file string) (http.Header, []byte, error) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: secureClient(tls.CurveP256), DisableKeepAlives: true}}
	resp, err := client.Get(url) //nolint:noctx // of this machine
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("cannot fetch a configuration: %s", resp.Status)
	}
	return resp.Header, body, os.WriteFile(file, body, 0o600)
}

// startCanned starts a floor.
func (b *bench) startCanned(name, file string, h http.Header, buffer int) (candidate, error) {
	c := candidate{name: name}
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	if c.address, err = freeAddress(); err != nil {
		return c, err
	}
	c.process, err = start(b.ctx, nil, self, "canned", "-listen", c.address, "-file", file, "-etag", h.Get("ETag"),
		"-modified", h.Get("Last-Modified"), "-kind", h.Get("Content-Type"), "-control", h.Get("Cache-Control"),
		"-buffer", strconv.Itoa(buffer))
	if err != nil {
		return c, err
	}
	if err := c.process.ready(b.ctx, func() bool { return answers("http://" + c.address + "/") }); err != nil {
		c.process.stop()
		return c, err
	}
	return c, nil
}

// freeAddress is an address of this machine nobody listens on.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

func (b *bench) reportFetch(size int) {
	r := &b.report
	cpu := func(name string) string { return fmt.Sprintf("%.1f µs", r.median("fetch "+name+" cpu µs")) }
	rate := func(name string) string { return fmt.Sprintf("%.0f/s", r.median("fetch "+name+" requests/s")) }
	ofPeer, ofFloor := r.ratio("fetch ours cpu µs", "fetch nginx cpu µs"), r.ratio("fetch ours cpu µs", "fetch canned cpu µs")
	r.add(row{
		Work: fmt.Sprintf("GET of a configuration, cached, keep-alive, %.1f KB: CPU", float64(size)/1000),
		Ours: cpu("ours"), Peer: cpu("nginx") + " nginx", Floor: cpu("canned") + " canned fasthttp",
		Ratio: fmt.Sprintf("%.2f peer, %.2f floor", ofPeer, ofFloor),
		Goal:  fmt.Sprintf("≤ %.2f peer, ≤ %.2f floor", goalOfPeer, goalOfFloor), Met: met(ofPeer <= goalOfPeer, ofFloor <= goalOfFloor),
	})
	r.add(row{
		Work: "– beside a canned answer that leaves in one write: CPU", Ours: cpu("ours"), Floor: cpu("tuned") + " canned fasthttp, tuned",
		Ratio: fmt.Sprintf("%.2f floor", r.ratio("fetch ours cpu µs", "fetch tuned cpu µs")),
	})
	r.add(row{
		Work: "– beside nginx that may serve what is a minute old: CPU", Ours: cpu("ours"), Peer: cpu("stale") + " nginx, open_file_cache",
		Ratio: fmt.Sprintf("%.2f peer", r.ratio("fetch ours cpu µs", "fetch stale cpu µs")),
	})
	r.add(row{
		Work: fmt.Sprintf("– answered over %d connections, load on the same cores", b.conns),
		Ours: rate("ours"), Peer: rate("nginx"), Floor: rate("canned"),
	})
	allocations := r.median("fetch ours allocations")
	r.add(row{
		Work: "– allocations, whole process", Ours: fmt.Sprintf("%.2f", allocations),
		Goal: "0", Met: met(allocations < goalAllocations),
	})
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
