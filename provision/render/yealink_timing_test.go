package render

import (
	"strconv"
	"testing"

	"dialtone/store/record"
)

// busyT46U has two lines and a key of its own on every position.
func busyT46U(tb testing.TB) *Phone {
	p := phone(tb, "T46U", 2)
	for position := 3; position <= p.Model.LineKeys; position++ {
		p.add(0, position, record.ButtonSpeedDial, strconv.Itoa(1000+position))
	}
	return p
}

func BenchmarkAppendYealink(b *testing.B) {
	w90 := phone(b, "W90DM", 0)
	w90.Handsets = handsets(20)
	modules := busyT46U(b)
	modules.Modules = 3
	raw := busyT46U(b)
	raw.Settings.Raw = map[string]string{"phone_setting.ring_type": "Ring3.wav"}
	for _, bb := range []struct {
		name string
		p    *Phone
	}{
		{"T46U", busyT46U(b)},
		{"T46U with three modules", modules},
		{"T46U with raw parameters", raw},
		{"T88W", phone(b, "T88W", 1)},
		{"W90DM with 20 handsets", w90},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = Append(buf[:0], bb.p); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

// TestAllocations bounds what a render into a large enough buffer allocates: nothing that grows with the file.
func TestAllocations(t *testing.T) {
	p := busyT46U(t)
	buf, err := Append(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	const most = 8
	if n := testing.AllocsPerRun(100, func() { buf, _ = Append(buf[:0], p) }); n > most {
		t.Errorf("%v allocations, want at most %d", n, most)
	}
}
