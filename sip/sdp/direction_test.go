package sdp_test

import (
	"testing"

	"dialtone/sip/sdp"
)

func TestDirection(t *testing.T) {
	for d, want := range map[sdp.Direction]struct {
		name       string
		send, recv bool
		reverse    sdp.Direction
	}{
		sdp.SendRecv: {"sendrecv", true, true, sdp.SendRecv},
		sdp.SendOnly: {"sendonly", true, false, sdp.RecvOnly},
		sdp.RecvOnly: {"recvonly", false, true, sdp.SendOnly},
		sdp.Inactive: {"inactive", false, false, sdp.Inactive},
	} {
		t.Run(want.name, func(t *testing.T) {
			if d.String() != want.name || d.Send() != want.send || d.Recv() != want.recv || d.Reverse() != want.reverse {
				t.Errorf("%v: send %v, recv %v, reverse %v", d, d.Send(), d.Recv(), d.Reverse())
			}
		})
	}
}

func TestDirectionAnswer(t *testing.T) {
	const sr, so, ro, in = sdp.SendRecv, sdp.SendOnly, sdp.RecvOnly, sdp.Inactive
	for _, c := range []struct{ offer, local, want sdp.Direction }{
		{sr, sr, sr},
		{sr, so, so},
		{sr, ro, ro},
		{sr, in, in},
		{so, sr, ro},
		{so, so, in},
		{so, ro, ro},
		{so, in, in},
		{ro, sr, so},
		{ro, so, so},
		{ro, ro, in},
		{ro, in, in},
		{in, sr, in},
		{in, so, in},
		{in, ro, in},
		{in, in, in},
	} {
		if got := c.offer.Answer(c.local); got != c.want {
			t.Errorf("offer %v, local %v: answer %v, want %v", c.offer, c.local, got, c.want)
		}
	}
}
