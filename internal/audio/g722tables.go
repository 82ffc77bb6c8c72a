package audio

// The tables of G.722: quantiser decision levels and outputs, what a code does to the
// scale, and the filter that splits the bands.
var (
	// lowLevels bound the magnitude of the lower band's 60 levels (Table 14, Q6).
	lowLevels = [30]int32{
		0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023,
		1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
	}
	// low6 are the outputs of the lower band's 6-bit codes (QM6).
	low6 = [64]int32{
		-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
		-7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
		24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
		4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
	}
	// low4 are the outputs of the same codes without their two least bits (QM4), which
	// drive the adaptation.
	low4 = [16]int32{
		0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
	}
	// lowWeights is what a 4-bit code adds to the scale (WL by RL42).
	lowWeights = [16]int32{
		-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60,
	}
	high2       = [4]int32{-7408, -1616, 7408, 1616} // QM2
	highWeights = [4]int32{798, -214, 798, -214}     // WH by RH2

	// scaleMantissa is 2048·2^(i/32) (ILB).
	scaleMantissa = [32]int32{
		2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
		2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
	}
	// quadrature are the 24 taps of the filter that splits the bands, symmetric (Table 11).
	quadrature = [24]int32{
		3, -11, -11, 53, 12, -156, 32, 362, -210, -805, 951, 3876, 3876, 951, -805, -210, 362, 32, -156, 12, 53, -11, -11, 3,
	}
)

// Limits of the scale factors, and the decision level of the higher band.
const (
	lowScaleLimit  = 18432
	highScaleLimit = 22528
	highLevel      = 564
	lowShift       = 8
	highShift      = 10
)
