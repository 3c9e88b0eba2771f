package item

import (
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
)

// NoticeJob is the outbox kind of « un nouvel élément vous attend ».
const NoticeJob = "notice.item"

// Notice is the payload of a [NoticeJob]. The right to see the item is decided
// again when the mail is composed.
type Notice struct {
	Space  id.Space
	Person id.Person
	Item   id.Item
}

// quiet is how long a notice waits for others to join it, so that a burst of
// documents makes one mail.
const quiet = time.Minute

// Notify plans one notice for each person, other than the actor, whom these
// circles make a reader now. Several items within a minute make one notice.
func Notify(a *act.Act, by authz.Actor, space id.Space, it id.Item, circles []id.Circle) error {
	presences, err := circle.Presences(a, space)
	if err != nil {
		return err
	}
	told := map[id.Person]bool{by.Person: true}
	for _, p := range presences {
		if told[p.Person] || !p.Span.Covers(a.Now) || !slices.Contains(circles, p.Circle) {
			continue
		}
		told[p.Person] = true
		n := Notice{Space: space, Person: p.Person, Item: it}
		if err := a.Follow(NoticeJob, string(space)+string(p.Person), a.Now.Add(quiet), n); err != nil {
			return err
		}
	}
	return nil
}
