package clip

import (
	"encoding/binary"
	"math"

	"dialtone/internal/audio"
)

// sine is a tone of that many seconds; its peak is amplitude of full scale.
func sine(rate int, hertz, amplitude, seconds float64) []float32 {
	samples := make([]float32, int(seconds*float64(rate)))
	for i := range samples {
		samples[i] = float32(amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return samples
}

// sample encodes one sample as a WAVE file of a format has it.
func sample(tag, width int, v float32) (b []byte) {
	whole := func(bits int) int64 { return int64(math.Round(float64(v) * float64(int64(1)<<(bits-1)-1))) }
	switch {
	case tag == tagFloat && width == 4:
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(v))
	case tag == tagFloat:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(v)))
	case tag == tagULaw:
		return []byte{audio.EncodeULaw(int16(whole(16)))}
	case tag == tagALaw:
		return []byte{audio.EncodeALaw(int16(whole(16)))}
	case width == 1:
		return []byte{byte(whole(8) + 128)}
	}
	return binary.LittleEndian.AppendUint32(nil, uint32(whole(8*width)))[:width]
}

// waveFile writes the same sound into each channel.
func waveFile(tag, width, rate, channels int, sound []float32) []byte {
	var data []byte
	for _, v := range sound {
		for range channels {
			data = append(data, sample(tag, width, v)...)
		}
	}
	return riff(waveFormat(tag, width, rate, channels), data)
}

func waveFormat(tag, width, rate, channels int) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(tag))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*width))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*width))
	return binary.LittleEndian.AppendUint16(b, uint16(8*width))
}

// riff is a file of a format and its data, with a chunk nobody knows before them.
func riff(format, data []byte) []byte {
	put := func(b []byte, id string, body []byte) []byte {
		b = append(b, id...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
		b = append(b, body...)
		if len(body)%2 == 1 {
			b = append(b, 0)
		}
		return b
	}
	body := put([]byte("WAVE"), "LIST", []byte("INFOx"))
	body = put(body, "fmt ", format)
	return put(nil, "RIFF", put(body, "data", data))
}
