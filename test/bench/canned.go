package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"

	"github.com/valyala/fasthttp"
)

// serveCanned is the floor of the provisioning rows: the daemon's HTTP library
// answering every request with the same bytes and headers.
func serveCanned(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("canned", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address")
	file := flags.String("file", "", "file to answer with")
	etag := flags.String("etag", "", "its entity tag")
	modified := flags.String("modified", "", "its Last-Modified")
	kind := flags.String("kind", "", "its Content-Type")
	buffer := flags.Int("buffer", 0, "its write buffer in bytes; 0 is the library's")
	control := flags.String("control", "", "its Cache-Control")
	if err := flags.Parse(args); err != nil {
		return err
	}
	body, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %q: %w", *listen, err)
	}
	srv := &fasthttp.Server{
		NoDefaultServerHeader: true,
		WriteBufferSize:       *buffer,
		Handler: func(ctx *fasthttp.RequestCtx) {
			h := &ctx.Response.Header
			h.SetContentType(*kind)
			h.Set(fasthttp.HeaderCacheControl, *control)
			h.Set(fasthttp.HeaderETag, *etag)
			h.Set(fasthttp.HeaderLastModified, *modified)
			ctx.Response.SetBodyRaw(body)
		},
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return errors.Join(srv.Shutdown(), <-served)
	}
}
