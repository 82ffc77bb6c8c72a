package tiff

import "time"

// Page describes a page of a document.
type Page struct {
	Width int // pixels
	Rows  int // 0 from the Reader if the file does not say; the Writer counts

	// Dots per inch. 0 from the Reader if the file does not say.
	XDPI, YDPI float64

	// Rows that were received badly and replaced, and the longest sequence of them. The
	// Writer takes them at EndPage.
	BadRows, WorstRun int

	// Orientation is where the first pixel belongs, 1 to 8 as in TIFF; 1 is the top left.
	// For the Reader.
	Orientation int

	Time time.Time // when the page was made; zero if unknown
}
