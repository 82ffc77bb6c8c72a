package t4

// Transcoder turns the code of a page into that of another format, in pieces. Rows that
// cannot be read are concealed, as by a Decoder.
type Transcoder struct {
	dec *Decoder
	enc *Encoder
}

// NewTranscoder returns a transcoder at the start of a page. Both formats have the same
// width.
func NewTranscoder(from, to Format) (*Transcoder, error) {
	if from.Width != to.Width {
		return nil, ErrFormat
	}
	dec, err := NewDecoder(from)
	if err != nil {
		return nil, err
	}
	enc, err := NewEncoder(to)
	if err != nil {
		return nil, err
	}
	return &Transcoder{dec, enc}, nil
}

// Append takes in code and appends that of the rows it completed. Errors are those of
// Decoder.Feed.
func (t *Transcoder) Append(dst, code []byte) ([]byte, error) {
	err := t.dec.Feed(code, t.row(&dst))
	return dst, err
}

// AppendEnd says that no more code will come and appends the end of the page. The
// transcoder is not used again before Reset.
func (t *Transcoder) AppendEnd(dst []byte) ([]byte, error) {
	err := t.dec.Finish(t.row(&dst))
	return t.enc.AppendEnd(dst), err
}

// Stats says how well the page was read so far.
func (t *Transcoder) Stats() Stats { return t.dec.Stats() }

// Reset goes to the start of a new page.
func (t *Transcoder) Reset() {
	t.dec.Reset()
	t.enc.Reset()
}

func (t *Transcoder) row(dst *[]byte) func([]byte) error {
	return func(row []byte) error {
		*dst = t.enc.AppendRow(*dst, row)
		return nil
	}
}
