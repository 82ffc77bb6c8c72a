package transcribe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of one request.
const (
	requestTime = 10 * time.Minute
	maxAnswer   = 4 << 20
)

// endpoint is the address requests go to: the one given, or below it.
func endpoint(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("cannot use transcription service %q: not an absolute http or https address", address)
	}
	switch path := strings.TrimSuffix(u.Path, "/"); {
	case path == "":
		u.Path = "/v1/audio/transcriptions"
	case strings.HasSuffix(path, "/v1"):
		u.Path = path + "/audio/transcriptions"
	}
	return u.String(), nil
}

// refusal is an answer that is no text.
type refusal struct {
	status int
	text   string
}

// Error says what the service answered.
func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the service answered %d %s", r.status, r.text))
}

// final says whether it is of no use to ask again.
func (r *refusal) final() bool {
	switch r.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// ours says whether the configuration is to blame.
func (r *refusal) ours() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}

// client asks the service.
type client struct {
	http              *http.Client
	url, model, agent string
	key               func() (string, error)
}

// text is what the service answers.
type text struct {
	Text     *string `json:"text"`
	Language string  `json:"language"`
}

// transcribe sends one WAV file of so many bytes.
func (c *client) transcribe(ctx context.Context, name string, wav io.Reader, size int64) (text, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, err := c.request(ctx, name, wav, size)
	if err != nil {
		return text{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return text{}, fmt.Errorf("cannot reach the service: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return text{}, fmt.Errorf("cannot read the service's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return text{}, &refusal{resp.StatusCode, complaint(b)}
	}
	var got text
	if err := json.Unmarshal(b, &got); err != nil || got.Text == nil {
		return text{}, errors.New("the service's answer is no transcription")
	}
	return got, nil
}

// request is the form, its length known.
func (c *client) request(ctx context.Context, name string, wav io.Reader, size int64) (*http.Request, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	err := errors.Join(w.WriteField("model", c.model), w.WriteField("response_format", "json"))
	if err == nil {
		_, err = w.CreateFormFile("file", name)
	}
	if err != nil {
		return nil, err
	}
	head := form.Len()
	if err := w.Close(); err != nil {
		return nil, err
	}
	b := form.Bytes()
	body := io.MultiReader(bytes.NewReader(b[:head]), wav, bytes.NewReader(b[head:]))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(b)) + size
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("User-Agent", c.agent)
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	return req, nil
}

// complaint is what an answer says went wrong, cut short: OpenAI's error.message, or
// the beginning of a text.
func complaint(b []byte) string {
	var said struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	message := string(b)
	if json.Unmarshal(b, &said) == nil && said.Error.Message != "" {
		message = said.Error.Message
	}
	const most = 200
	message = strings.ToValidUTF8(strings.Join(strings.Fields(message), " "), "\uFFFD")
	if len(message) > most {
		message = strings.ToValidUTF8(message[:most], "") + "…"
	}
	return message
}
