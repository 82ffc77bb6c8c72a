package badger

import (
	"testing"

	"dialtone/store/kv"
)

// One synced transaction after the other, of 1 and of 512 small records.
func BenchmarkUpdate(b *testing.B) {
	for name, writes := range map[string]int{"1 write": 1, "512 writes": 512} {
		b.Run(name, func(b *testing.B) {
			e := mustOpen(b, Options{Dir: b.TempDir()})
			defer mustClose(b, e)
			key, value := make([]byte, 24), make([]byte, 300)
			key[0] = 'k'
			n := 0
			for b.Loop() {
				err := e.Update(func(t kv.Txn) error {
					for range writes {
						n++
						key[1], key[2], key[3] = byte(n>>16), byte(n>>8), byte(n)
						if err := t.Put(key, value); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*writes)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}
