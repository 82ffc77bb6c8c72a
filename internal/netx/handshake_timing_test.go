package netx

import (
	"crypto/tls"
	"net"
	"testing"
)

// BenchmarkHandshake is a new connection, a byte each way and its end, client
// included, through a TLSListener and through crypto/tls alone.
func BenchmarkHandshake(b *testing.B) {
	a := newAuthority(b, "a")
	for _, kind := range keyKinds() {
		conf := ServerTLS{Profile: ProfilePhone, Files: load(b, a.issueFiles(b, kind, "p.example"))}.Config()
		for name, wrap := range map[string]func(net.Listener) net.Listener{
			"wrapped": func(l net.Listener) net.Listener { return WrapTLS(l, conf, TLSOptions{}) },
			"alone":   func(l net.Listener) net.Listener { return tls.NewListener(l, conf) },
		} {
			b.Run(string(kind)+"/"+name, func(b *testing.B) {
				plain, err := Listen(b.Context(), "127.0.0.1:0", Options{})
				if err != nil {
					b.Fatal(err)
				}
				l := wrap(plain)
				wait := echo(l)
				defer wait()
				defer l.Close()
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // not what is measured
						if err != nil {
							b.Error(err)
							return
						}
						if !alive(c) {
							b.Error("no answer")
						}
						_ = c.Close()
					}
				})
			})
		}
	}
}
