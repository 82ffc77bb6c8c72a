package call

import (
	"time"

	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// stream is the media of one leg: a [media.Stream], or a test's.
type stream interface {
	RemoteOffer(b []byte) error
	Answer(o media.AnswerOptions) ([]byte, error)
	Offer(o media.OfferOptions) ([]byte, error)
	RemoteAnswer(b []byte) error
	Rollback()
	Local() []byte
	Codecs() []sdp.Codec
	Codec() (sdp.Codec, bool)
	Held() bool
	Talks() bool
	Kind() media.Kind
	OfferedT38() (sdp.T38, bool)
	T38() (sdp.T38, bool)
	Play(s media.Source)
	Stop()
	SendDTMF(digits string) error
	Stats() media.Stats
	Record(t *media.Tap)
	ListenForFax(within time.Duration)
	Terminate(receive func([]byte))
	SendDatagram(b []byte)
	Leave()
	Close()
}

// sounds is where streams come from.
type sounds interface {
	open(o media.Options) (stream, error)
	join(a, b stream) error
	tape(c media.TapeConfig) *media.Tape
}

// engine gives streams of a real engine.
type engine struct{ *media.Engine }

func (e engine) open(o media.Options) (stream, error) {
	s, err := e.NewStream(o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (e engine) tape(c media.TapeConfig) *media.Tape { return e.NewTape(c) }

func (e engine) join(a, b stream) error {
	return media.Join(a.(*media.Stream), b.(*media.Stream))
}
