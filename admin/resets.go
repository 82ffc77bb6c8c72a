package admin

import (
	"errors"
	"net/http"
	"reflect"

	"dialtone/store"
	"dialtone/store/record"
)

// resetInput asks for a mail to choose another password.
type resetInput struct {
	Email string `json:"email" doc:"E-mail address."`
}

func resetOperations() []*operation {
	return []*operation{{
		method: http.MethodPost, path: "/v1/password_resets", event: "password_reset.create", open: true,
		summary: "Mails whoever has the address a link to choose another password. The answer is the same when nobody has it.",
		body:    []reflect.Type{typeOf[resetInput]()}, required: []string{"email"}, status: http.StatusAccepted, handle: handleForgotten,
	}}
}

// handleForgotten does the same work for whom it knows and for whom it doesn't: it looks
// for a relay and writes to the disk once.
func handleForgotten(c *call) (*answer, error) {
	var in resetInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	taken := &answer{status: http.StatusAccepted}
	if !c.server.guesses.mayMail(c.source, in.Email) {
		c.detail = "too many mails to that address, or asked for from there"
		return taken, nil
	}
	var err error
	if c.courier, err = c.newCourier(inviteByLink); err != nil {
		return nil, err
	}
	who, login := c.claimed(in.Email)
	a, err := c.change(func(tx *store.Tx) (effect, error) {
		e := effect{account: c.account, resource: c.resource, answer: taken}
		if who == nil || !c.courier.mailed {
			return e, nil
		}
		now, err := loadPerson(tx, who.Header().ID)
		if err != nil || login == nil && now.Kind() == record.KindUser {
			return e, nil //nolint:nilerr // nobody is told who is there
		}
		purpose, err := purposeFor(tx, now.Header().ID)
		if err != nil {
			return e, err
		}
		_, err = c.invite(tx, now, purpose)
		return e, err
	})
	if errors.Is(err, store.ErrOutboxFull) { // which would tell that somebody has the address
		c.detail = "too many mails wait already"
		return taken, nil
	}
	return a, err
}
