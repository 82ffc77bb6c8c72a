package tiff

// tag names a field of an image file directory (TIFF 6.0 section 8, 10 and 11).
type tag uint16

const (
	tagSubfileType     tag = 254
	tagWidth           tag = 256
	tagLength          tag = 257
	tagBitsPerSample   tag = 258
	tagCompression     tag = 259
	tagPhotometric     tag = 262
	tagFillOrder       tag = 266
	tagStripOffsets    tag = 273
	tagOrientation     tag = 274
	tagSamples         tag = 277
	tagRowsPerStrip    tag = 278
	tagStripByteCounts tag = 279
	tagXResolution     tag = 282
	tagYResolution     tag = 283
	tagT4Options       tag = 292
	tagT6Options       tag = 293
	tagResolutionUnit  tag = 296
	tagPageNumber      tag = 297
	tagSoftware        tag = 305
	tagDateTime        tag = 306
	tagTileWidth       tag = 322
	tagBadFaxLines     tag = 326
	tagCleanFaxData    tag = 327
	tagWorstFaxLines   tag = 328 // ConsecutiveBadFaxLines
)

// Types of a field.
const (
	typeByte     = 1
	typeASCII    = 2
	typeShort    = 3
	typeLong     = 4
	typeRational = 5
)

// Values of fields.
const (
	reducedImage  = 1 // of SubfileType: a bit
	onePageOfMany = 2

	compressionNone     = 1
	compressionRLE      = 2 // MH without end-of-line codes
	compressionT4       = 3
	compressionT6       = 4
	compressionPackBits = 32773

	whiteIsZero = 0
	blackIsZero = 1

	t4TwoDimensional = 1 // of T4Options: bits
	t4AlignedEOL     = 4

	unitInch       = 2
	unitCentimetre = 3

	linesRegenerated = 1 // of CleanFaxData: bad lines were replaced
)

const (
	headerBytes = 8
	entryBytes  = 12
	version     = 42
)
