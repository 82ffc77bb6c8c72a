package stack

import "testing"

// deep needs a stack of about n KB.
func deep(n int) byte {
	var frame [1 << 10]byte
	frame[n&1023] = byte(n)
	if n == 0 {
		return frame[0]
	}
	return deep(n-1) + frame[n&1023]
}

func BenchmarkGoroutine(b *testing.B) {
	for name, start := range map[string]func(){"as it is": func() {}, "grown": func() { Grow() }} {
		b.Run(name, func(b *testing.B) {
			done := make(chan byte)
			for range b.N {
				go func() {
					start()
					done <- deep(9)
				}()
				<-done
			}
		})
	}
}

func TestGrow(t *testing.T) {
	if Grow() != 0 {
		t.Error("the room is not empty")
	}
}
