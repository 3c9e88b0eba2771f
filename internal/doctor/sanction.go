package doctor

import (
	"context"

	"cenacle/internal/sanction"
)

// sanctions looks at the list of frozen assets of the installation: that it is fetched,
// where the operator has it fetched, and not old, where there is one.
func (e *examination) sanctions(ctx context.Context) {
	if e.ring == nil {
		return // said of the database or of the key
	}
	d, box, address := e.store.Directory(), e.ring.Directory(), e.config.Sanction.Address
	f, err := sanction.FetchingOf(ctx, d, box, address)
	var published string
	var stale bool
	if err == nil {
		published, stale, err = sanction.Published(ctx, d, box, e.Clock(), e.config.Sanction.StaleDays)
	}
	switch {
	case err != nil:
		e.add("sanctions", Error, "sanctions_unread", cause(err))
	case f.Failure != "":
		e.add("sanctions", Error, "sanctions_unfetched", string(f.Failure), f.Since)
	case stale && published != "":
		e.add("sanctions", Warning, "sanctions_stale", published)
	case f.On && f.Tried.IsZero():
		e.add("sanctions", Warning, "sanctions_waiting")
	case f.On:
		e.add("sanctions", Fine, "sanctions_fine", published)
	}
}
