package t30

// Coding is how a page is coded.
type Coding uint8

// The codings of T.4 and T.6.
const (
	MH  Coding = iota // T.4 one-dimensional
	MR                // T.4 two-dimensional
	MMR               // T.6; with error correction only
)

// String is the coding's usual name.
func (c Coding) String() string { return [...]string{"MH", "MR", "MMR"}[c] }

// Resolution is the density of a page.
type Resolution uint8

// The resolutions, in dots per mm or per inch, across × down.
const (
	Standard  Resolution = iota // R8 × 3.85/mm (204 × 98 dpi)
	Fine                        // R8 × 7.7/mm (204 × 196 dpi)
	Superfine                   // R8 × 15.4/mm (204 × 391 dpi)
	R300                        // 300 × 300 dpi
	R400                        // R16 × 15.4/mm (408 × 391 dpi)
)

// String is the resolution's usual name.
func (r Resolution) String() string {
	return [...]string{"standard", "fine", "superfine", "300 dpi", "400 dpi"}[r]
}

// below is the resolution to fall back to.
func (r Resolution) below() Resolution {
	return [...]Resolution{Standard, Standard, Fine, Fine, Superfine}[r]
}

// Width is that of the paper.
type Width uint8

// The widths.
const (
	A4 Width = iota // 215 mm
	B4              // 255 mm
	A3              // 303 mm
)

// String is the paper's name.
func (w Width) String() string { return [...]string{"A4", "B4", "A3"}[w] }

// Format is what a page looks like.
type Format struct {
	Resolution Resolution
	Width      Width
}

// Pixels is the number of picture elements in a row.
func (f Format) Pixels() int {
	const r8, r300, r16 = 0, 1, 2
	density := [...]int{r8, r8, r8, r300, r16}[f.Resolution]
	return [...][3]int{{1728, 2048, 2432}, {2592, 3072, 3648}, {3456, 4096, 4864}}[density][f.Width]
}

// Code is how the far end wants a page.
type Code struct {
	Format Format
	Coding Coding
	// MinRowBits is the least length of a coded row, to be had by fill before its
	// end-of-line; 0 with error correction.
	MinRowBits int
	// ECM says that errors are corrected.
	ECM bool
	// Carrier is what the page is sent with.
	Carrier Carrier
}
