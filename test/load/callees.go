package load

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"dialtone/internal/udpio"
)

// register binds every callee to the callees' socket.
func (g *Callers) register(ctx context.Context) error {
	for i, a := range g.Callees {
		if err := g.bind(ctx, i, a); err != nil {
			return err
		}
	}
	return nil
}

// bind registers one callee, in two steps.
func (g *Callers) bind(ctx context.Context, i int, a Account) error {
	authorization := ""
	for seq := 1; seq <= 3; seq++ {
		callID := fmt.Sprintf("bind%d.%d@%s.invalid", i, seq, g.id)
		got := make(chan int, 1)
		g.mu.Lock()
		g.bound[callID] = got
		g.mu.Unlock()
		b := fmt.Appendf(nil, "REGISTER sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bKb%[8]s.%[3]d.%[4]d;rport\r\nMax-Forwards: 70\r\n"+
			"From: <sip:%[5]s@%[1]s>;tag=b%[3]d\r\nTo: <sip:%[5]s@%[1]s>\r\nCall-ID: %[6]s\r\nCSeq: %[4]d REGISTER\r\n"+
			"Contact: <sip:%[5]s@%[2]s>\r\nExpires: 3600\r\n%[7]sContent-Length: 0\r\n\r\n", a.Domain, g.far, i, seq, a.User, callID, authorization, g.id)
		g.write(g.in, []udpio.Packet{{Data: b, Peer: g.Target}})
		select {
		case status := <-got:
			if status == 200 {
				return nil
			}
			g.mu.Lock()
			authorization = g.authorization(a, g.challenge)
			g.mu.Unlock()
		case <-time.After(5 * time.Second):
			return fmt.Errorf("cannot register %q: no answer", a.User)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("cannot register %q: %w", a.User, ErrBound)
}

// authorization answers the challenge of a 401. The lock is held.
func (g *Callers) authorization(a Account, v []byte) string {
	realm, nonce := string(parameter(v, "realm=")), string(parameter(v, "nonce="))
	uri := "sip:" + a.Domain
	var ha1 [32]byte
	g.hashes.secret(&ha1, a.User, []byte(realm), a.Password)
	g.hashes.text = append(g.hashes.text[:0], "REGISTER:"+uri...)
	g.hashes.hash(&g.hashes.ha2)
	g.hashes.text = fmt.Appendf(g.hashes.text[:0], "%s:%s:00000001:c0ffee:auth:%s", ha1[:], nonce, g.hashes.ha2[:])
	g.hashes.hash(&g.hashes.res)
	return fmt.Sprintf("Authorization: Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q, algorithm=MD5, cnonce=\"c0ffee\", qop=auth, nc=00000001\r\n",
		a.User, realm, nonce, uri, g.hashes.res[:])
}

// called takes a message on the callees' socket: the answer to a REGISTER, or a request
// of a call, answered at once.
func (g *Callers) called(m []byte, send func([]byte)) {
	if status, ok := statusOf(m); ok {
		g.mu.Lock()
		defer g.mu.Unlock()
		callID := string(headerOf(m, "Call-ID"))
		if got := g.bound[callID]; got != nil && status >= 200 {
			delete(g.bound, callID)
			g.challenge = append(g.challenge[:0], headerOf(m, "WWW-Authenticate")...)
			got <- status
		}
		return
	}
	method, _, _ := bytes.Cut(m, []byte(" "))
	switch string(method) {
	case "INVITE":
		send(g.answerCall(m, 180, "Ringing", ""))
		b := g.answerCall(m, 200, "OK", callSDP)
		send(b)
		g.mu.Lock()
		if callID := string(headerOf(m, "Call-ID")); g.unacked != nil && g.unacked[callID] == nil {
			g.unacked[callID] = g.again.add(g.in, b, time.Since(g.start))
		}
		g.mu.Unlock()
	case "ACK":
		g.mu.Lock()
		g.unacked[string(headerOf(m, "Call-ID"))].settle()
		g.mu.Unlock()
	default:
		send(g.answerCall(m, 200, "OK", ""))
	}
}

// answerCall writes an answer to a request of a call.
func (g *Callers) answerCall(m []byte, status int, reason, body string) []byte {
	b := make([]byte, 0, 1024+len(body))
	b = fmt.Appendf(b, "SIP/2.0 %d %s\r\n", status, reason)
	var user []byte
	for rest := m; len(rest) > 0; {
		var line []byte
		if line, rest, _ = bytes.Cut(rest, crlf); len(line) == 0 {
			break
		}
		for _, name := range []string{"Via", "Record-Route", "From", "Call-ID", "CSeq"} {
			if _, is := value(line, name); is {
				b = append(append(b, line...), crlf...)
			}
		}
		if v, is := value(line, "To"); is {
			b = append(b, line...)
			if !bytes.Contains(v, []byte("tag=")) {
				b = append(b, ";tag=answered"...)
			}
			b = append(b, crlf...)
			_, user, _ = bytes.Cut(v, []byte("sip:"))
			user, _, _ = bytes.Cut(user, []byte("@"))
		}
	}
	b = fmt.Appendf(b, "Contact: <sip:%s@%s>\r\n", user, g.far)
	if body != "" {
		b = append(b, "Content-Type: application/sdp\r\n"...)
	}
	return fmt.Appendf(b, "Content-Length: %d\r\n\r\n%s", len(body), body)
}
