package page

// screen turns grey into black and white, pixel by pixel from left to right, row by row.
type screen interface {
	// black decides a pixel by its ink, 0 to 255.
	black(x, ink int) bool
	// next goes to the next row.
	next()
}

// threshold is for text: what has more ink is black.
type threshold int

func (t threshold) black(_, ink int) bool { return ink >= int(t) }
func (t threshold) next()                 {}

// diffusion is for photographs: the error of a pixel goes to its neighbours that are to
// come (Floyd and Steinberg, 1976): 7/16 to the right, 3, 5 and 1 below.
type diffusion struct {
	here, below []int // errors times 16, one pixel more on either side
}

func newDiffusion() *diffusion {
	return &diffusion{make([]int, Width+2), make([]int, Width+2)}
}

func (d *diffusion) black(x, ink int) bool {
	v := ink + d.here[x+1]/16
	black := v >= 128
	if black {
		v -= 255
	}
	d.here[x+2] += 7 * v
	d.below[x] += 3 * v
	d.below[x+1] += 5 * v
	d.below[x+2] += v
	return black
}

func (d *diffusion) next() {
	d.here, d.below = d.below, d.here
	clear(d.below)
}

// histogram counts pixels by their ink.
type histogram [256]int

// An image is a photograph if of its pixels more than one in photoShare is neither
// nearly white nor nearly black. The edges of letters are fewer.
const (
	photoShare = 5
	nearWhite  = 40
	nearBlack  = 215
)

// screen chooses what suits the image.
func (h *histogram) screen() screen {
	all, between := 0, 0
	for ink, n := range h {
		all += n
		if ink > nearWhite && ink < nearBlack {
			between += n
		}
	}
	if between*photoShare > all {
		return newDiffusion()
	}
	return threshold(min(max(h.split(), bilevelThreshold), 255-bilevelThreshold))
}

// split is the ink that parts the image best into light and dark: that with the greatest
// variance between the two (Otsu, 1979).
func (h *histogram) split() int {
	var all, sum float64
	for ink, n := range h {
		all += float64(n)
		sum += float64(ink * n)
	}
	first, last, most := 128, 128, 0.0
	var light, lightSum float64
	for ink, n := range h {
		light += float64(n)
		lightSum += float64(ink * n)
		dark := all - light
		if light == 0 || dark == 0 {
			continue
		}
		apart := lightSum/light - (sum-lightSum)/dark
		switch v := light * dark * apart * apart; {
		case v > most:
			first, last, most = ink+1, ink+1, v
		case v == most:
			last = ink + 1
		}
	}
	return (first + last) / 2
}
