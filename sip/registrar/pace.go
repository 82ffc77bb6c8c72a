package registrar

import (
	"context"
	"time"
)

// enoughWaiting is how many updates are worth a commit at once.
const enoughWaiting = 256

// pace holds back a commit that would follow the one before too soon: what a commit
// costs however little is in it is then shared by more updates.
type pace struct {
	gather time.Duration // from one commit to the next
	enough chan struct{} // capacity 1; told when there are enoughWaiting
	timer  *time.Timer
	began  time.Time // the last commit
}

func newPace(gather time.Duration) pace {
	p := pace{gather: gather, enough: make(chan struct{}, 1), timer: time.NewTimer(0)}
	p.timer.Stop()
	return p
}

// filled is told how many updates wait.
func (p *pace) filled(waiting int) {
	if waiting != enoughWaiting {
		return
	}
	select {
	case p.enough <- struct{}{}:
	default:
	}
}

// wait returns when it is time to commit: at once after a while without.
func (p *pace) wait(ctx context.Context) {
	if left := p.gather - time.Since(p.began); left > 0 && left <= p.gather {
		p.timer.Reset(left)
		select {
		case <-p.timer.C:
		case <-p.enough:
		case <-ctx.Done():
		}
		p.timer.Stop()
	}
	p.began = time.Now()
	select {
	case <-p.enough: // what was told belongs to this commit
	default:
	}
}
