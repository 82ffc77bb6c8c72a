package call

import (
	"errors"
	"fmt"
	"testing"

	"dialtone/fax"
)

// TestFaxRefusals: whoever finds the limit used up, no machine free or the disk full comes
// again; a fault of ours is no busy tone.
func TestFaxRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name          string
		err           error
		status, retry int
	}{
		{"limit", &fax.LimitError{Limit: 1, Used: 1, RetryAfter: fax.Window}, 486, 3600},
		{"no machine free", fmt.Errorf("500 faxes: %w", fax.ErrBusy), 486, 60},
		{"fault", errors.New("of a test"), endInternal.status, 0},
	} {
		if o := faxRefusal(tc.err); o.status != tc.status || o.retryAfter != tc.retry {
			t.Errorf("%s: %+v", tc.name, o)
		}
	}
}
