package doctor

import (
	"time"

	"cenacle/internal/keycard"
)

// keycards looks at the files by which people's own keys are judged: while a list is
// missing or old, none of its issuer's opens anything.
func (e *examination) keycards() {
	k := e.config.Keycard
	if !k.On() {
		return
	}
	all, err := keycard.NewChecker(k.Files(), k.OIDs(), e.Clock).Standings()
	if err != nil {
		e.add("keycard", Error, "keycard_unread", cause(err))
		return
	}
	now, fine := e.Clock(), true
	for _, one := range all {
		switch left := one.Until.Sub(now); {
		case now.After(one.Ends):
			e.add("keycard", Error, "keycard_issuer_over", one.Name, one.Ends)
		case one.Lists == 0:
			e.add("keycard", Error, "keycard_list_none", one.Name)
		case left <= 0:
			e.add("keycard", Error, "keycard_list_old", one.Name, one.Until)
		case left < soonList:
			e.add("keycard", Warning, "keycard_list_soon", one.Name, left.Round(time.Minute))
		default:
			continue
		}
		fine = false
	}
	if fine {
		e.add("keycard", Fine, "keycard_fine", int64(len(all)))
	}
}

// soonList is before the end of a list; who publishes one does so well before.
const soonList = 12 * time.Hour
