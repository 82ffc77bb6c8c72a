package wire

import "testing"

func BenchmarkScan(b *testing.B) {
	message := []byte(register)
	var m Message
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		if err := Scan(message, &m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSkim(b *testing.B) {
	message := []byte(register)
	var m Message
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		if !Skim(message, &m) {
			b.Fatal("not skimmed")
		}
	}
}

func BenchmarkAppendResponse(b *testing.B) {
	var m Message
	if err := Scan([]byte(register), &m); err != nil {
		b.Fatal(err)
	}
	out := make([]byte, 0, 4096)
	response := Response{Status: 200, Source: testSource, Key: testKey}
	b.ReportAllocs()
	for b.Loop() {
		out = AppendResponse(out[:0], &m, &response)
	}
}

func BenchmarkEmergencyFirst(b *testing.B) {
	message := []byte(register)
	b.ReportAllocs()
	for b.Loop() {
		EmergencyFirst(message)
	}
}

func BenchmarkNextFrame(b *testing.B) {
	message := []byte(register)
	b.ReportAllocs()
	for b.Loop() {
		if n, err := NextFrame(message); n != len(message) || err != nil {
			b.Fatal(n, err)
		}
	}
}
