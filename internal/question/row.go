package question

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a question as it is stored.
type row struct {
	Question
	asked, withdrawn int64
	content, mac     []byte
}

func place(of id.Question) vault.Place {
	return vault.Place{Table: "question", Column: "content", Row: string(of)}
}

func answerPlace(of id.Entry) vault.Place {
	return vault.Place{Table: "question_answer", Column: "content", Row: string(of)}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// fields are those that the MAC of the row covers.
func (r *row) fields() []string {
	return []string{
		string(r.ID), string(r.Space), number(r.Number), string(r.Scope), string(r.Party), string(r.By), number(r.asked), number(r.withdrawn), string(r.Entry),
	}
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.Space, &r.Number, &r.Scope, &r.Party, &r.By, &r.asked, &r.withdrawn, &r.Entry, &r.content, &r.mac}
}

// insert writes a question with its lines.
func insert(a *act.Act, q Question, lines []string) error {
	box, err := a.SpaceBox(q.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		return fmt.Errorf("question: lines of %s: %w", q.ID, err)
	}
	r := row{Question: q, asked: store.Micros(q.Asked)}
	return a.Write(insertQuestion, r.ID, r.Space, r.Number, r.Scope, r.Party, r.By, r.asked, r.withdrawn, 1, r.Entry,
		box.Seal(place(r.ID), raw), box.MAC("question", r.fields()...))
}

// withdraw writes that a question was taken back.
func withdraw(a *act.Act, q Question) error {
	box, err := a.SpaceBox(q.Space)
	if err != nil {
		return err
	}
	r := row{Question: q, asked: store.Micros(q.Asked), withdrawn: store.Micros(q.Withdrawn)}
	return a.Write(updateWithdrawn, r.ID, r.withdrawn, box.MAC("question", r.fields()...))
}

// load reads one question, whoever asks.
func load(a *act.Act, of id.Question) (Question, error) {
	var r row
	err := a.Row(selectQuestion, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		err = fault.Absent()
	}
	if err != nil {
		return Question{}, err
	}
	return r.read(a)
}

// read checks a row and opens its lines, without what was answered.
func (r *row) read(a *act.Act) (Question, error) {
	q := r.Question
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return q, err
	}
	if err := box.CheckMAC(r.mac, "question", r.fields()...); err != nil {
		return q, err
	}
	q.Asked, q.Withdrawn = store.Time(r.asked), store.Time(r.withdrawn)
	raw, err := box.Open(place(r.ID), r.content)
	if err != nil {
		return q, err
	}
	var lines []string
	if err := json.Unmarshal(raw, &lines); err != nil {
		return q, fmt.Errorf("question: lines of %s: %w", r.ID, err)
	}
	for _, l := range lines {
		q.Lines = append(q.Lines, Line{Text: l})
	}
	return q, nil
}

// said is what one act answered to a question, as it is sealed.
type said struct {
	Line    int     `json:"line"`
	Text    string  `json:"text"`
	Exhibit id.Item `json:"exhibit,omitempty"`
}

// keep writes what was answered to a question, under the line of the journal that says so.
func keep(a *act.Act, q Question, by id.Person, entry id.Entry, replies []Reply) error {
	box, err := a.SpaceBox(q.Space)
	if err != nil {
		return err
	}
	all := make([]said, len(replies))
	for i, r := range replies {
		all[i] = said(r)
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("question: answers to %s: %w", q.ID, err)
	}
	at := store.Micros(a.Now)
	return a.Write(insertAnswer, entry, q.ID, q.Space, by, at, box.Seal(answerPlace(entry), raw),
		box.MAC("question_answer", answerFields(entry, q, by, at)...))
}

func answerFields(entry id.Entry, q Question, by id.Person, at int64) []string {
	return []string{string(entry), string(q.ID), string(q.Space), string(by), number(at)}
}

// answers adds what was answered to a question, the last word of each line first.
func (q *Question) answers(a *act.Act) error {
	box, err := a.SpaceBox(q.Space)
	if err != nil {
		return err
	}
	return a.Each(selectAnswers, []any{q.ID}, func(scan func(...any) error) error {
		var entry id.Entry
		var by id.Person
		var at int64
		var content, mac []byte
		if err := scan(&entry, &by, &at, &content, &mac); err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "question_answer", answerFields(entry, *q, by, at)...); err != nil {
			return err
		}
		raw, err := box.Open(answerPlace(entry), content)
		if err != nil {
			return err
		}
		var all []said
		if err := json.Unmarshal(raw, &all); err != nil {
			return fmt.Errorf("question: answers to %s: %w", q.ID, err)
		}
		for _, s := range all {
			if s.Line < 0 || s.Line >= len(q.Lines) {
				return fmt.Errorf("question: %s has no line %d", q.ID, s.Line)
			}
			l := &q.Lines[s.Line]
			l.Answers = slices.Insert(l.Answers, 0, Answer{By: by, At: store.Time(at), Text: s.Text, Exhibit: s.Exhibit, Entry: entry})
		}
		return nil
	})
}
