package audio

// From one law to the other, byte by byte: the code whose interval holds the decoded value.
var (
	ulawToALaw = func() (table [256]byte) {
		for i := range table {
			table[i] = EncodeALaw(ulawLinear[i])
		}
		return table
	}()
	alawToULaw = func() (table [256]byte) {
		for i := range table {
			table[i] = EncodeULaw(alawLinear[i])
		}
		return table
	}()
)

func appendTable(dst, frame []byte, table *[256]byte) []byte {
	for _, b := range frame {
		dst = append(dst, table[b])
	}
	return dst
}
