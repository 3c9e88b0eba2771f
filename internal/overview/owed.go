package overview

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/dire"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/question"
	"cenacle/internal/request"
	"cenacle/internal/slot"
	"cenacle/internal/store"
)

// awaited adds the answers that one side owes the other. Nobody is named: it is
// the side that owes, and a client is not told who of the firm asked first.
func awaited(a *act.Act, by authz.Actor, open store.FirmStmt, args []any, out []Wait) ([]Wait, error) {
	today := a.Now.Format(time.DateOnly)
	err := a.Each(open, args, func(scan func(...any) error) error {
		w := Wait{Kind: ToAnswer, What: item.Memo, Count: 1}
		var since, inside int64
		var author id.Person
		if err := scan(&w.Space, &w.Item, &w.By, &since, &author, &inside); err != nil {
			return err
		}
		w.Since = store.Time(since)
		w.Mine = (inside == 1) != by.Role.Inside()
		w.Late = w.By < today
		out = append(out, w)
		return nil
	})
	return out, err
}

// toAcknowledge adds, in one line for each person and space, the memos that she is
// asked to acknowledge, each until she has; the earliest of their dates, if any.
func toAcknowledge(a *act.Act, by authz.Actor, open store.FirmStmt, args []any, out []Wait) ([]Wait, error) {
	today := a.Now.Format(time.DateOnly)
	at := map[Wait]int{}
	err := a.Each(open, args, func(scan func(...any) error) error {
		w := Wait{Kind: ToAcknowledge, What: item.Memo}
		var of id.Item
		var due string
		var since int64
		if err := scan(&w.Space, &w.Who, &of, &due, &since); err != nil {
			return err
		}
		w.Mine = w.Who == by.Person
		i, known := at[w]
		if !known {
			i, at[w] = len(out), len(out)
			w.Since = store.Time(since)
			out = append(out, w)
		}
		one := &out[i]
		one.Count++
		one.Item = of // they come oldest first
		if due != "" && (one.By == "" || due < one.By) {
			one.By, one.Late = due, due < today
		}
		return nil
	})
	return out, err
}

// papers adds what is asked of people, and what waits for the firm to look at.
func papers(a *act.Act, by authz.Actor, args []any, out []Wait) ([]Wait, error) {
	found, err := request.WaitsIn(a, by, args[2].(id.Space), args[3].(id.Space))
	if err != nil {
		return nil, err
	}
	today := a.Now.Format(time.DateOnly)
	at := map[Wait]int{}
	for _, f := range found {
		w := Wait{Space: f.Space, Kind: ToHandIn, What: Papers, Who: f.Person, Mine: f.Person == by.Person}
		if f.State.Ours() {
			if !by.Role.Inside() && f.Person == by.Person {
				continue // she has done what she could
			}
			w.Kind, w.Mine = ToCheck, true
		}
		i, known := at[w]
		if !known {
			i, at[w] = len(out), len(out)
			w.Since, w.By = f.Since, f.Due
			out = append(out, w)
		}
		one := &out[i]
		one.Count += f.Count
		if f.Since.Before(one.Since) {
			one.Since = f.Since
		}
		if f.Due != "" && (one.By == "" || f.Due < one.By) {
			one.By = f.Due
		}
		if w.Kind == ToCheck {
			one.By = "" // the day was hers
		}
		one.Late = one.By != "" && one.By < today
	}
	return out, nil
}

// toChoose adds the times for a meeting that somebody is to choose among, until the day
// on which the first of them can no longer be chosen.
func toChoose(a *act.Act, by authz.Actor, args []any, out []Wait) ([]Wait, error) {
	found, err := slot.WaitsIn(a, by, args[2].(id.Space), args[3].(id.Space))
	for _, f := range found {
		out = append(out, Wait{
			Space: f.Space, Kind: ToChoose, What: Slots, Who: f.Person, Mine: f.Person == by.Person, Count: f.Count,
			Since: f.Since, By: f.Until.In(a.Now.Location()).Format(time.DateOnly),
		})
	}
	return out, err
}

// toSettle adds the lines of dires that wait for an answer. Nobody is named: it is the
// side that answers.
func toSettle(a *act.Act, by authz.Actor, args []any, out []Wait) ([]Wait, error) {
	found, err := dire.WaitsIn(a, by, args[2].(id.Space), args[3].(id.Space))
	for _, f := range found {
		out = append(out, Wait{Space: f.Space, Kind: ToSettle, What: Dires, Mine: f.Ours, Count: f.Count, Since: f.Since})
	}
	return out, err
}

// toReply adds the questions of parties of a forum that wait for their answer: to be given
// by a lawyer of the space or by who conducts the assessment.
func toReply(a *act.Act, by authz.Actor, args []any, out []Wait) ([]Wait, error) {
	found, err := question.WaitsIn(a, by, args[2].(id.Space), args[3].(id.Space))
	for _, f := range found {
		out = append(out, Wait{Space: f.Space, Kind: ToAnswer, What: Asked, Mine: f.Hers, Count: f.Count, Since: f.Since})
	}
	return out, err
}
