package t4

// Stats is how well a page could be read.
type Stats struct {
	Rows     int  // handed out, concealed ones included
	BadRows  int  // concealed: they repeat the row before
	WorstRun int  // the longest sequence of concealed rows
	Ended    bool // the code that ends a page was seen

	run int // concealed rows since the last good one
}

func (s *Stats) good() {
	s.Rows++
	s.run = 0
}

func (s *Stats) concealed() {
	s.Rows++
	s.BadRows++
	s.run++
	s.WorstRun = max(s.WorstRun, s.run)
}
