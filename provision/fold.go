package provision

import (
	"slices"
	"time"
)

const (
	// foldFor is how long refusals that are alike are told as one.
	foldFor = time.Minute
	// maxFolds bounds what is remembered for that.
	maxFolds = 4096
)

// fold is requests that are alike.
type fold struct {
	last  note
	count int       // since it was last told
	until time.Time // zero before it was first told
}

// folds tells the first refusal of its sort at once, and those that follow within a
// minute as one. What was served is told at once, alike requests of one batch as one.
type folds map[key]*fold

func (fs folds) add(n *note) {
	k := n.key()
	f := fs[k]
	if f == nil {
		f = &fold{}
		fs[k] = f
	}
	f.last = *n
	f.count += n.count
}

// close tells what is due, oldest first and all of it with last, and forgets what is over.
func (fs folds) close(now time.Time, last bool, tell func(*fold)) {
	crowded := len(fs) > maxFolds
	var due []*fold
	for k, f := range fs {
		first, over := f.until.IsZero(), last || crowded || !f.until.IsZero() && !now.Before(f.until)
		if f.count > 0 && (first || over) {
			due = append(due, f)
		}
		switch {
		case over || !f.last.result.refusal():
			delete(fs, k)
		case first:
			f.until = now.Add(foldFor)
		}
	}
	slices.SortFunc(due, func(a, b *fold) int { return a.last.time.Compare(b.last.time) })
	for _, f := range due {
		tell(f)
		f.count = 0
	}
}
