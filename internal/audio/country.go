package audio

import (
	"strings"
	"time"
)

// country is what the lines of a country sound like.
type country struct{ dial, ringBack, busy, congestion Tone }

// countries are tone plans by ISO 3166 code (ITU-T E.180 supplement 2). The empty code is
// for all others: 425 Hz, as E.180 section 4 recommends.
var countries = map[string]country{
	"": {
		dial:       Tone{on(1000, 425)},
		ringBack:   Tone{on(1000, 425), off(4000)},
		busy:       Tone{on(500, 425), off(500)},
		congestion: Tone{on(250, 425), off(250)},
	},
	"US": northAmerica,
	"CA": northAmerica,
	"FR": {
		dial:       Tone{on(1000, 440)},
		ringBack:   Tone{on(1500, 440), off(3500)},
		busy:       Tone{on(500, 440), off(500)},
		congestion: Tone{on(250, 440), off(250)},
	},
	"GB": {
		dial:       Tone{on(1000, 350, 450)},
		ringBack:   Tone{on(400, 400, 450), off(200), on(400, 400, 450), off(2000)},
		busy:       Tone{on(375, 400), off(375)},
		congestion: Tone{on(400, 400), off(350), on(225, 400), off(525)},
	},
	"DE": {
		dial:       Tone{on(1000, 425)},
		ringBack:   Tone{on(1000, 425), off(4000)},
		busy:       Tone{on(480, 425), off(480)},
		congestion: Tone{on(240, 425), off(240)},
	},
	"ES": {
		dial:       Tone{on(1000, 425)},
		ringBack:   Tone{on(1500, 425), off(3000)},
		busy:       Tone{on(200, 425), off(200)},
		congestion: Tone{on(200, 425), off(200), on(200, 425), off(200), on(200, 425), off(600)},
	},
}

var northAmerica = country{
	dial:       Tone{on(1000, 350, 440)},
	ringBack:   Tone{on(2000, 440, 480), off(4000)},
	busy:       Tone{on(500, 480, 620), off(500)},
	congestion: Tone{on(250, 480, 620), off(250)},
}

// Dial is the continuous tone that asks for digits; it may be repeated every second.
func Dial(code string) Tone { return plan(code).dial }

// RingBack is what a caller hears while the other side rings. The country is an ISO 3166
// code of two letters; one without a plan of its own gets the recommended tones.
func RingBack(code string) Tone { return plan(code).ringBack }

// Busy is what a caller hears when the other side is on a call.
func Busy(code string) Tone { return plan(code).busy }

// Congestion is what a caller hears when the call cannot be put through.
func Congestion(code string) Tone { return plan(code).congestion }

func plan(code string) country {
	if p, ok := countries[strings.ToUpper(code)]; ok {
		return p
	}
	return countries[""]
}

// toneLevel is how loud each frequency of a plan's tone is, dBm0.
const toneLevel = -19

// on sounds frequencies in Hz for milliseconds.
func on(milliseconds int, first float64, second ...float64) Step {
	s := Step{Level: toneLevel, Duration: time.Duration(milliseconds) * time.Millisecond}
	s.Hertz[0] = first
	copy(s.Hertz[1:], second)
	return s
}

// off is silent for milliseconds.
func off(milliseconds int) Step {
	return Step{Duration: time.Duration(milliseconds) * time.Millisecond}
}
