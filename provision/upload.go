package provision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"

	"github.com/valyala/fasthttp"

	"dialtone/store"
	"dialtone/store/blob"
)

// uploadKinds name stored files, see store.Upload.
var uploadKinds = map[file]string{
	fileLocal:    "local_config",
	fileContacts: "contacts",
	fileCallLog:  "call_log",
}

var (
	errBrokenOff = errors.New("the upload broke off")
	errBusy      = errors.New("too many uploads at once")
)

// upload stores what a phone sends: the file first, then the record that names it.
func (s *Server) upload(ctx *fasthttp.RequestCtx, r *request) result {
	if ctx.Request.Header.ContentLength() > s.MaxUpload {
		return resTooLarge
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		r.detail = errBusy.Error()
		return resNoSpace
	}
	hash, size, err := s.receive(ctx)
	if err == nil {
		// The closure gets copies: were r in it, every request would live on the heap.
		device, account, kind, now := r.device.ID, r.account.ID, uploadKinds[r.file], r.now
		err = s.Store.Update(context.Background(), func(tx *store.Tx) error { // what has begun is finished
			return tx.PutUpload(device, account, kind, hash, size, now)
		})
	}
	switch {
	case err == nil:
		ctx.Response.Header.SetContentLength(0)
		return resUploaded
	case errors.Is(err, blob.ErrTooBig):
		return resTooLarge
	case errors.Is(err, store.ErrNoSpace), errors.Is(err, store.ErrOverloaded), errors.Is(err, store.ErrClosed):
		r.detail = err.Error()
		return resNoSpace
	}
	r.detail = err.Error()
	return resError
}

// receive reads the body into the file store.
func (s *Server) receive(ctx *fasthttp.RequestCtx) (blob.Hash, int64, error) {
	body := ctx.RequestBodyStream()
	if body == nil {
		body = bytes.NewReader(nil)
	}
	if boundary := ctx.Request.Header.MultipartFormBoundary(); len(boundary) > 0 {
		ctx.SetConnectionClose() // what follows the part is not read
		part, err := multipart.NewReader(body, string(boundary)).NextPart()
		if err != nil {
			return blob.Hash{}, 0, fmt.Errorf("cannot read the form: %w", err)
		}
		return s.Store.Blobs().Put(part, int64(s.MaxUpload))
	}
	hash, size, err := s.Store.Blobs().Put(body, int64(s.MaxUpload))
	if n := ctx.Request.Header.ContentLength(); err == nil && n > 0 && size != int64(n) {
		err = errBrokenOff // fasthttp ends the body where the connection ends
	}
	return hash, size, err
}

// download answers with the newest file a phone has stored.
func (s *Server) download(ctx *fasthttp.RequestCtx, r *request) result {
	u, err := s.Store.Upload(r.device.ID, uploadKinds[r.file])
	if errors.Is(err, store.ErrNotFound) {
		return resNoSuchFile
	}
	var f *served
	if err == nil {
		f, err = s.stored(u)
	}
	if err != nil {
		r.err = err
		return resError
	}
	r.served = f
	s.send(ctx, r)
	return resServed
}

func (s *Server) stored(u store.Upload) (*served, error) {
	file, err := s.Store.Blobs().Open(u.Blob)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	body, err := io.ReadAll(io.LimitReader(file, u.Size))
	if err != nil {
		return nil, fmt.Errorf("cannot read upload %q: %w", u.Blob, err)
	}
	etag := []byte(`"` + u.Blob.String()[:16] + `"`)
	return &served{body: body, etag: etag, header: newHeader(typeConfig, etag, u.Time)}, nil
}
