// Package slot proposes times for one meeting to one person, who chooses one of them,
// or says that none suits her, from her space: with a password, or by the
// link that was mailed to her and has no account behind it.
//
// A proposal is between the firm and that person; nobody else sees it. Choosing puts
// the meeting into the agenda for the circles that were said when it was proposed, by
// the one who proposed it, if she still may; the other times are then free again. It
// is answered once. It ends by itself when its last time has come.
//
// It keeps no calendar of who is free, and holds no time for her meanwhile. Start at [Service.Propose] and [Service.Choose].
package slot

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	// Most is how many times are proposed at most.
	Most = 6
	// standing is how many proposals of a space may wait for an answer.
	standing = 50
	// listed is how many are shown, the newest first.
	listed = 100
)

// State is what has become of a proposal.
type State string

const (
	Waiting   State = "waiting"
	Chosen    State = "chosen"
	Declined  State = "declined"  // none of its times suits her
	Withdrawn State = "withdrawn" // by the firm
	Expired   State = "expired"   // its last time came without an answer
)

// Proposal is times for one meeting, proposed to one person. Circles, whom the meeting
// will be for, are given to the firm's side alone.
type Proposal struct {
	ID         id.Proposal
	Space      id.Space
	Person     id.Person
	PersonName string
	By         id.Person
	ByName     string
	Made       time.Time
	Until      time.Time // when the last of its times begins
	State      State
	Words
	Circles  []id.Circle
	Times    []agenda.When
	Choice   int     // of Times, once chosen
	Event    id.Item // once chosen
	Answered time.Time
}

// Words is what is said of the meeting.
type Words struct {
	Title string `json:"title"`
	Place string `json:"place,omitempty"`
	Note  string `json:"note,omitempty"`
}

// at is the meeting at one of its times.
func (w Words) at(when agenda.When) agenda.Entry {
	return agenda.Entry{Kind: agenda.Meeting, Title: w.Title, Place: w.Place, Note: w.Note, When: when}
}

// Field is the field of one of the times in a form, from 0.
func Field(i int) string { return "time" + strconv.Itoa(i+1) }

// check cleans what is proposed and finds when the last of its times begins. What is
// wrong with one of them is said in its field.
func (n *Proposing) check(zone *time.Location, now time.Time) (until time.Time, err error) {
	var wrong fault.Fields
	entry, _, _, err := n.at(agenda.When{Day: now.In(zone).Format(time.DateOnly)}).Checked(zone)
	if of, ok := errors.AsType[fault.Fields](err); ok {
		wrong = append(wrong, of...)
	}
	n.Words = Words{entry.Title, entry.Place, entry.Note}
	for i := range n.Times {
		n.Times[i] = n.at(n.Times[i]).Clean().When
		from, _, err := n.Times[i].Span(zone)
		of, _ := errors.AsType[fault.Fields](err)
		switch {
		case len(of) > 0:
			wrong.Add(Field(i), of[0].Key, of[0].Args...)
		case !from.After(now):
			wrong.Add(Field(i), "slot.past")
		case slices.Contains(n.Times[:i], n.Times[i]):
			wrong.Add(Field(i), "slot.twice")
		}
		if from.After(until) {
			until = from
		}
	}
	if len(n.Times) == 0 || len(n.Times) > Most {
		wrong.Add(Field(0), "slot.count", Most)
	}
	return until, wrong.Err()
}
