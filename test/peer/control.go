package peer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Event is something baresip reports over its control port.
type Event struct {
	Class     string `json:"class"`      // register, call, …
	Type      string `json:"type"`       // REGISTER_OK, REGISTER_FAIL, CALL_ESTABLISHED, …
	Param     string `json:"param"`      // for REGISTER_FAIL the status and reason
	Account   string `json:"accountaor"` // sip:user@domain
	Direction string `json:"direction"`  // of a call: incoming, outgoing
	Peer      string `json:"peeruri"`
}

// answered is baresip's answer to a command.
type answered struct {
	OK    bool   `json:"ok"`
	Data  string `json:"data"`
	Token string `json:"token"`
}

// maxNetstring bounds what baresip may send at once, in bytes.
const maxNetstring = 1 << 20

// writeNetstring writes "LEN:text,".
func writeNetstring(w io.Writer, text []byte) error {
	_, err := fmt.Fprintf(w, "%d:%s,", len(text), text)
	return err
}

// readNetstring reads one.
func readNetstring(r *bufio.Reader) ([]byte, error) {
	length, err := r.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(length[:len(length)-1])
	if err != nil || n < 0 || n > maxNetstring {
		return nil, fmt.Errorf("cannot read netstring length %q", length)
	}
	text := make([]byte, n+1)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	if text[n] != ',' {
		return nil, errors.New("cannot read netstring: no comma at its end")
	}
	return text[:n], nil
}

// listen sorts what baresip says on its control port, until it closes it.
func listen(r io.Reader, events *Record[Event], answers *Record[answered]) error {
	in := bufio.NewReader(r)
	for {
		text, err := readNetstring(in)
		if err != nil {
			return err
		}
		var kind struct{ Event, Response bool }
		var event Event
		var answer answered
		if err := errors.Join(json.Unmarshal(text, &kind), json.Unmarshal(text, &event), json.Unmarshal(text, &answer)); err != nil {
			return fmt.Errorf("cannot read %q: %w", text, err)
		}
		if kind.Event {
			events.add(event)
		}
		if kind.Response {
			answers.add(answer)
		}
	}
}
