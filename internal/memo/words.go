package memo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/search"
	"cenacle/internal/store"
)

// WordsJob makes the new memos of a space findable by their words.
const WordsJob = "memo.words"

const (
	learn  = 50          // memos of one transaction
	mend   = 200         // spaces that a sweep has learnt
	breath = time.Second // in which others may be written, to be learnt in one transaction
)

type wording struct{ Space id.Space }

var (
	selectUnworded = store.ForFirm(`
select m.id, m.thread_id, t.subject, m.body
from memo m cross join thread t
where m.firm_id = $1 and m.space_id = $2 and m.worded < 2 and t.firm_id = $1 and t.id = m.thread_id
order by m.id limit $3`)

	updateWorded = store.ForFirm(`update memo set worded = 2 where firm_id = $1 and id = $2`)

	// The spaces in which some memo is not found by its words yet, or by the lists of an
	// earlier program alone.
	selectUnlearnt = store.ForFirm(`
select space_id from memo where firm_id = $1 and worded < 2 group by space_id order by space_id limit $2`)
)

// findable has the new memos of a space learnt, a moment after the commit: what is
// written while such a job waits is learnt with it.
func findable(a *act.Act, of id.Space) error {
	return a.Follow(WordsJob, string(of), a.Now.Add(breath), wording{of})
}

// Words is the handler of [WordsJob]: keyed hashes of words are kept, and none of
// them. Nobody has read anything by that.
func (s *Service) Words(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "memo.Words")
	var w wording
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("memo: payload of %s: %w", WordsJob, err)
	}
	for n := learn; n == learn; {
		err := s.office.Keep(ctx, of, func(a *act.Act) (err error) {
			n, err = s.learnSome(a, w.Space)
			return err
		})
		if fault.Is(err, fault.NotFound) {
			return nil // the key of the space is destroyed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// learnSome indexes the next memos of a space and says how many.
func (s *Service) learnSome(a *act.Act, of id.Space) (int, error) {
	box, err := a.SpaceBox(of)
	if err != nil {
		return 0, err
	}
	var all []id.Item
	var words []search.Words
	err = a.Each(selectUnworded, []any{of, learn}, func(scan func(...any) error) error {
		var m id.Item
		var thread id.Thread
		var subject, body []byte
		if err := scan(&m, &thread, &subject, &body); err != nil {
			return err
		}
		w := search.Words{Space: of, Item: m, Spoken: true}
		if w.Title, err = box.OpenText(subjectPlace(thread), subject); err != nil {
			return err
		}
		w.Contents, err = box.OpenText(bodyPlace(m), body)
		all, words = append(all, m), append(words, w)
		return err
	})
	if err != nil || len(all) == 0 {
		return 0, err
	}
	for i, m := range all {
		if err := search.IndexSpoken(a.Tx, box, of, m, words[i].Title, words[i].Contents); err != nil {
			return 0, err
		}
		if err := a.Write(updateWorded, m); err != nil {
			return 0, err
		}
	}
	whole, err := a.FirmBox()
	if err != nil {
		return 0, err
	}
	return len(all), search.Register{Tx: a.Tx, Firm: whole, Boxes: a.SpaceBoxes, Most: s.listed, Begin: true}.Note(words...)
}

// unlearnt are spaces in which some memo is not found by its words yet.
func unlearnt(a *act.Act, most int) (out []id.Space, err error) {
	err = a.Each(selectUnlearnt, []any{most}, func(scan func(...any) error) error {
		var of id.Space
		err := scan(&of)
		out = append(out, of)
		return err
	})
	return out, err
}

// backfill has learnt what no job is on its way for: what an earlier program wrote.
func (s *Service) backfill(ctx context.Context, firm id.Firm) error {
	return s.office.Keep(ctx, firm, func(a *act.Act) error {
		all, err := unlearnt(a, mend)
		if err != nil {
			return err
		}
		for _, of := range all {
			if err := findable(a, of); err != nil {
				return err
			}
		}
		return nil
	})
}
