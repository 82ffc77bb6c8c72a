package ifp

// Indicator says which signal begins on the line.
type Indicator uint8

// The indicators (T.38 table 2). Those above LongV17At14400 came with version 1.
const (
	NoSignal Indicator = iota
	CNG
	CED
	V21Preamble
	V27At2400
	V27At4800
	V29At7200
	V29At9600
	ShortV17At7200
	LongV17At7200
	ShortV17At9600
	LongV17At9600
	ShortV17At12000
	LongV17At12000
	ShortV17At14400
	LongV17At14400
	ANSam
	V8Signal
	V34ControlAt1200
	V34Primary
	V34Retrain
	V33At12000
	V33At14400
	lastIndicator = V33At14400
)

// DataType says which modulation data goes with.
type DataType uint8

// The types of data (T.38 table 3). Those above V17Data14400 came with version 1.
const (
	V21Data DataType = iota
	V27Data2400
	V27Data4800
	V29Data7200
	V29Data9600
	V17Data7200
	V17Data9600
	V17Data12000
	V17Data14400
	V8Data
	V34PrimaryRate
	V34ControlData
	V34PrimaryData
	V33Data12000
	V33Data14400
	lastDataType = V33Data14400
)

// FieldType says what a field of a data packet is.
type FieldType uint8

// The types of fields (T.38 table 4).
const (
	HDLCData FieldType = iota
	HDLCEnd
	FCSGood
	FCSBad
	FCSGoodEnd
	FCSBadEnd
	ImageData // bits of an image or of a training check, not framed
	ImageEnd
)

// Field is one field of a data packet. Data lies in the packet it was read from.
type Field struct {
	Type FieldType
	Data []byte
}
