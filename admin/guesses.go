package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"dialtone/internal/netx"
)

// Wrong logins: of one source, and for one e-mail address over all sources, a burst and
// then one each …Every.
const (
	sourceGuesses     = 20
	sourceGuessEvery  = 10 * time.Second
	addressGuesses    = 50
	addressGuessEvery = 30 * time.Second
	maxGuessed        = 10_000
	// resetMails is how many mails to choose another password one address gets at once.
	resetMails     = 3
	resetMailEvery = 10 * time.Minute
	// resetAsks is how many such mails one source asks for at once.
	resetAsks     = 10
	resetAskEvery = time.Minute
)

// guesses limits who tries passwords. Where a person has logged in before he has a limit of
// his own: he is not kept out by those who guess at his password from elsewhere, nor by
// those who share his address, as everybody behind one proxy does. A proxy on this very
// machine has no limit as a source, or one stranger would keep out all who come through it.
type guesses struct {
	key       []byte
	sources   *netx.Limiter
	addresses *netx.Limiter
	resets    *netx.Limiter
	asks      *netx.Limiter
}

func newGuesses(key []byte, now func() time.Time) *guesses {
	limiter := func(burst int, every time.Duration) *netx.Limiter {
		return netx.NewLimiter(netx.LimiterConfig{Burst: burst, Every: every, Sources: maxGuessed, Now: now})
	}
	return &guesses{
		key: key, sources: limiter(sourceGuesses, sourceGuessEvery),
		addresses: limiter(addressGuesses, addressGuessEvery),
		resets:    limiter(resetMails, resetMailEvery), asks: limiter(resetAsks, resetAskEvery),
	}
}

// allow refuses a source or an address with too many wrong guesses. usual says that the
// person has logged in from there.
func (g *guesses) allow(source netip.Addr, email string, usual bool) error {
	wait := time.Duration(0)
	switch {
	case usual && g.addresses.Exhausted(g.standIn(email, source)):
		wait = addressGuessEvery
	case usual:
		return nil
	case !source.IsLoopback() && g.sources.Exhausted(source):
		wait = sourceGuessEvery
	case g.addresses.Exhausted(g.standIn(email)):
		wait = addressGuessEvery
	default:
		return nil
	}
	return newProblem(http.StatusTooManyRequests, codeLimited, "too many wrong passwords; try again later").retry(int(wait.Seconds()))
}

// wrong counts a wrong guess.
func (g *guesses) wrong(source netip.Addr, email string) {
	g.sources.Take(source)
	g.addresses.Take(g.standIn(email))
	g.addresses.Take(g.standIn(email, source))
}

// mayMail counts a mail a source asks for to an address, false when there were enough.
func (g *guesses) mayMail(source netip.Addr, email string) bool {
	return (source.IsLoopback() || g.asks.Take(source)) && g.resets.Take(g.standIn(email))
}

// standIn is what a limiter of sources knows an e-mail address by, on its own or from some
// place: an IPv6 network that is nobody's, made of a keyed hash so that nobody can find two
// addresses with the same.
func (g *guesses) standIn(email string, from ...netip.Addr) netip.Addr {
	mac := hmac.New(sha256.New, g.key)
	mac.Write([]byte(strings.ToLower(strings.TrimSpace(email))))
	for _, a := range from {
		mac.Write(a.AsSlice())
	}
	var a [16]byte
	copy(a[:8], mac.Sum(nil))
	a[0] = 0x20
	return netip.AddrFrom16(a)
}
