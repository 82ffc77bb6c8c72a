package recording

import "encoding/binary"

// Two channels of 16 bits.
const (
	channels   = 2
	frameBytes = 2 * channels
	headerSize = 44
)

// wavHeader is that of a RIFF WAVE file of linear samples with so many bytes of sound.
func wavHeader(rate int, sound int64) []byte {
	b := make([]byte, 0, headerSize)
	b = binary.LittleEndian.AppendUint32(append(b, "RIFF"...), uint32(headerSize-8+sound))
	b = binary.LittleEndian.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // linear
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(frameBytes*rate))
	b = binary.LittleEndian.AppendUint16(b, frameBytes)
	b = binary.LittleEndian.AppendUint16(b, 16)
	return binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(sound))
}
