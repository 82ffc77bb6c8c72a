// Package tune is the music of those who have none of their own: a calm piece for a soft
// electric piano over held chords, composed for this product and played by it. It is
// nobody else's work, and free as the product is.
package tune

import "math"

// Rate is the rate of the samples, in Hz.
const Rate = 16000

// The piece has a beat of 42 frames of 20 ms, about 71 a minute, and four to the bar.
const (
	beat = 42 * Rate / 50
	bar  = 4 * beat
)

// chord is what sounds for a bar: MIDI notes, the lowest first.
type chord [4]int

// score is the piece, a bar a chord; its end leads to its beginning.
var score = [...]chord{
	{60, 64, 67, 71}, // C major seventh
	{57, 64, 67, 72}, // A minor seventh
	{53, 65, 69, 72}, // F
	{55, 62, 67, 71}, // G
	{60, 64, 67, 74}, // C with the ninth
	{52, 64, 67, 71}, // E minor
	{53, 65, 69, 76}, // F major seventh
	{55, 65, 69, 74}, // G eleventh
	{57, 64, 69, 72}, // A minor
	{52, 62, 67, 71}, // E minor seventh
	{53, 60, 69, 72}, // F
	{60, 64, 67, 76}, // C
	{50, 65, 69, 72}, // D minor seventh
	{57, 64, 67, 72}, // A minor seventh
	{53, 65, 67, 74}, // F with the ninth
	{55, 62, 65, 71}, // G seventh
}

// figures are the orders in which a bar's notes are played, an eighth each; the upper
// ones are an octave higher, -1 is a rest.
var figures = [...][8]int{
	{0, 2, 5, 3, 6, 3, 5, 2},
	{0, 2, 3, 5, 7, 5, 3, -1},
	{0, 3, 2, 5, 3, 6, 5, 3},
	{0, 2, 5, 7, 6, 5, -1, 3},
}

// Samples plays the piece once, 54 seconds at Rate; the end leads to the beginning
// without a break. It is the same every time.
func Samples() []float32 {
	p := make(player, len(score)*bar)
	for n, c := range score {
		start := n * bar
		for _, note := range c[1:] {
			p.hold(start, note)
		}
		p.strike(start, c[0], 0.5)
		for i, step := range figures[n%len(figures)] {
			if step < 0 {
				continue
			}
			strength := 0.30 + 0.10*math.Cos(float64(i)*math.Pi/2)
			p.strike(start+i*beat/2, c[step%4]+12*(step/4), strength)
		}
	}
	p.hall()
	return p
}

// player is one round of the piece; what goes beyond its end comes in at its beginning.
type player []float32

// hertz is the frequency of a MIDI note.
func hertz(note int) float64 { return 440 * math.Pow(2, float64(note-69)/12) }

// strike plays a note of the piano: partials that fade, the higher the faster.
func (p player) strike(at, note int, strength float64) {
	const inaudible = 1e-4
	f := hertz(note)
	for _, partial := range [...]struct{ ratio, level, seconds float64 }{{1, 1, 0.9}, {2, 0.35, 0.5}, {3, 0.12, 0.25}, {7, 0.04, 0.08}} {
		w := newWave(f * partial.ratio)
		fade := math.Exp(-1 / (partial.seconds * Rate))
		level := strength * partial.level
		for i, place := 0, at; level > inaudible; i++ {
			attack := min(float64(i)/(0.006*Rate), 1)
			p[place] += float32(level * attack * w.next())
			level *= fade
			place = p.after(place)
		}
	}
}

// after is the place that follows one.
func (p player) after(place int) int {
	if place++; place == len(p) {
		return 0
	}
	return place
}

// hold lets a note of the chords swell and go over a bar and a half, by three voices not
// quite together.
func (p player) hold(at, note int) {
	const length = bar + bar/2
	swell := newWave(Rate / float64(2*length))
	voices := [3]wave{newWave(hertz(note) * 0.9985), newWave(hertz(note)), newWave(hertz(note) * 1.0017)}
	overtone := newWave(hertz(note) * 2.001)
	for i, place := 0, at; i < length; i++ {
		level := swell.next()
		sum := voices[0].next() + voices[1].next() + voices[2].next() + 0.7*overtone.next()
		p[place] += float32(0.035 * level * level * sum)
		place = p.after(place)
	}
}

// wave is a sine by recurrence: y(n) = 2·cos(ω)·y(n-1) - y(n-2).
type wave struct{ k, y1, y2 float64 }

func newWave(hertz float64) wave {
	w := 2 * math.Pi * hertz / Rate
	return wave{k: 2 * math.Cos(w), y2: -math.Sin(w)}
}

func (w *wave) next() float64 {
	y := w.y1
	w.y1, w.y2 = w.k*w.y1-w.y2, w.y1
	return y
}

// hall puts the piece into a room: damped echoes of several lengths.
func (p player) hall() {
	wet := make([]float32, len(p))
	for _, delay := range [...]int{475, 593, 657, 699} { // samples: 30 to 44 ms
		line := make([]float32, delay)
		damped, at := float32(0), 0
		echo := func(v float32) float32 {
			damped += (line[at] - damped) * 0.6
			line[at] = v + 0.78*damped
			v = line[at]
			if at++; at == delay {
				at = 0
			}
			return v
		}
		for _, v := range p[len(p)-2*Rate:] { // what is in the room at the beginning is the end
			echo(v)
		}
		for i, v := range p {
			wet[i] += echo(v)
		}
	}
	for i, v := range wet {
		p[i] += 0.06 * v
	}
}
