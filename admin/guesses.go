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
)

// guesses limits who tries passwords. A person's own places are not kept out by those who
// guess at his password from elsewhere.
type guesses struct {
	key       []byte
	sources   *netx.Limiter
	addresses *netx.Limiter
	resets    *netx.Limiter
}

func newGuesses(key []byte, now func() time.Time) *guesses {
	limiter := func(burst int, every time.Duration) *netx.Limiter {
		return netx.NewLimiter(netx.LimiterConfig{Burst: burst, Every: every, Sources: maxGuessed, Now: now})
	}
	return &guesses{
		key: key, sources: limiter(sourceGuesses, sourceGuessEvery),
		addresses: limiter(addressGuesses, addressGuessEvery), resets: limiter(resetMails, resetMailEvery),
	}
}

// allow refuses a source or an address with too many wrong guesses. usual says that the
// person has logged in from there.
func (g *guesses) allow(source netip.Addr, email string, usual bool) error {
	wait := time.Duration(0)
	switch {
	case g.sources.Exhausted(source):
		wait = sourceGuessEvery
	case !usual && g.addresses.Exhausted(g.standIn(email)):
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
}

// mayMail counts a mail to an address, false when it has got enough of them.
func (g *guesses) mayMail(email string) bool { return g.resets.Take(g.standIn(email)) }

// standIn is what a limiter of sources knows an e-mail address by: an IPv6 network that is
// nobody's, made of a keyed hash so that nobody can find two addresses with the same.
func (g *guesses) standIn(email string) netip.Addr {
	mac := hmac.New(sha256.New, g.key)
	mac.Write([]byte(strings.ToLower(strings.TrimSpace(email))))
	var a [16]byte
	copy(a[:8], mac.Sum(nil))
	a[0] = 0x20
	return netip.AddrFrom16(a)
}
