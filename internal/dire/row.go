package dire

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// direRow is a dire as it is stored.
type direRow struct {
	Dire
	filed, recap int64
	content, mac []byte
}

func contentPlace(d id.Dire) vault.Place {
	return vault.Place{Table: "dire", Column: "content", Row: string(d)}
}

func (r *direRow) fields() []string {
	return []string{
		string(r.ID), string(r.Space), string(r.Party), number(r.Number), number(r.Rank), string(r.By), number(r.filed), r.Missed,
		number(r.recap), r.Digest, string(r.Entry),
	}
}

func (r *direRow) dest() []any {
	return []any{&r.ID, &r.Space, &r.Party, &r.Number, &r.Rank, &r.By, &r.filed, &r.Missed, &r.recap, &r.Digest, &r.content, &r.Entry, &r.mac}
}

// open checks a row and what it says, whose lines are then without what became of them.
func (r *direRow) open(box *vault.Box) (Dire, error) {
	out := r.Dire
	if err := box.CheckMAC(r.mac, "dire", r.fields()...); err != nil {
		return out, err
	}
	raw, err := box.Open(contentPlace(r.ID), r.content)
	if err != nil {
		return out, err
	}
	if hashed(string(raw)) != r.Digest {
		return out, vault.ErrTampered
	}
	var c content
	if err := json.Unmarshal(raw, &c); err != nil {
		return out, err
	}
	out.Filed, out.Recap = store.Time(r.filed), r.recap == 1
	out.Lead, out.Exhibits, out.Recalls = c.Lead, c.Exhibits, c.Recalls
	for i, words := range c.Lines {
		out.Lines = append(out.Lines, Line{Number: int64(i + 1), Words: words})
	}
	return out, nil
}

// insert writes a dire that was filed, with its open lines.
func insert(a *act.Act, d Dire, sealed []byte) error {
	box, err := a.SpaceBox(d.Space)
	if err != nil {
		return err
	}
	r := direRow{Dire: d, filed: store.Micros(d.Filed)}
	if d.Recap {
		r.recap = 1
	}
	err = a.Write(insertDire, r.ID, r.Space, r.Party, r.Number, r.Rank, r.By, r.filed, r.Missed, r.recap, r.Digest,
		box.Seal(contentPlace(r.ID), sealed), r.Entry, box.MAC("dire", r.fields()...))
	for _, l := range d.Lines {
		if err == nil {
			err = write(a, insertLine, d, l)
		}
	}
	return err
}

// lineRow is what became of a line as it is stored.
type lineRow struct {
	Line
	of          id.Dire
	settled     int64
	digest      string
	answer, mac []byte
}

func answerPlace(of id.Dire, line int64) vault.Place {
	return vault.Place{Table: "dire_line", Column: "answer", Row: Ref{of, line}.String()}
}

func (r *lineRow) fields(in id.Space) []string {
	return []string{string(r.of), number(r.Number), string(in), string(r.State), string(r.Verdict), string(r.By), number(r.settled), r.digest, string(r.Entry)}
}

func (r *lineRow) dest() []any {
	return []any{&r.of, &r.Number, &r.State, &r.Verdict, &r.By, &r.settled, &r.digest, &r.answer, &r.Entry, &r.mac}
}

func (r *lineRow) open(box *vault.Box, in id.Space) (l Line, err error) {
	l = r.Line
	if err := box.CheckMAC(r.mac, "dire_line", r.fields(in)...); err != nil {
		return l, err
	}
	l.At = store.Time(r.settled)
	if r.digest == "" {
		return l, nil
	}
	if l.Answer, err = box.OpenText(answerPlace(r.of, r.Number), r.answer); err == nil && hashed(l.Answer) != r.digest {
		err = vault.ErrTampered
	}
	return l, err
}

// write stores where a line of a dire stands.
func write(a *act.Act, stmt store.FirmStmt, d Dire, l Line) error {
	box, err := a.SpaceBox(d.Space)
	if err != nil {
		return err
	}
	r, answer := lineRow{Line: l, of: d.ID, settled: store.Micros(l.At)}, []byte{}
	if l.Answer != "" {
		r.digest, answer = hashed(l.Answer), box.SealText(answerPlace(d.ID, l.Number), l.Answer)
	}
	return a.Write(stmt, r.of, r.Number, d.Space, r.State, r.Verdict, r.By, r.settled, r.digest, answer, r.Entry,
		box.MAC("dire_line", r.fields(d.Space)...))
}

// all reads the dires of a space, in the order of their numbers, whoever asks.
func all(a *act.Act, in id.Space) ([]Dire, error) {
	return read(a, in, selectDires, selectLinesOfIn, in)
}

// load reads one dire with its lines, whoever asks.
func load(a *act.Act, in id.Space, of id.Dire) (Dire, error) {
	found, err := read(a, in, selectDire, selectLines, of)
	if err == nil && (len(found) == 0 || found[0].Space != in) {
		err = fault.Absent()
	}
	if err != nil {
		return Dire{}, err
	}
	return found[0], nil
}

// read opens dires by one statement and what became of their lines by another, both
// about one thing.
func read(a *act.Act, in id.Space, those, theirs store.FirmStmt, of any) (out []Dire, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(those, []any{of}, func(scan func(...any) error) error {
		var r direRow
		if err := scan(r.dest()...); err != nil {
			return err
		}
		if r.Space != in {
			return fault.Absent()
		}
		d, err := r.open(box)
		out = append(out, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	at := make(map[id.Dire]int, len(out))
	for i, d := range out {
		at[d.ID] = i
	}
	err = a.Each(theirs, []any{of}, func(scan func(...any) error) error {
		var r lineRow
		if err := scan(r.dest()...); err != nil {
			return err
		}
		i, known := at[r.of]
		if !known || r.Number < 1 || int(r.Number) > len(out[i].Lines) {
			return vault.ErrTampered
		}
		l, err := r.open(box, in)
		l.Words = out[i].Lines[r.Number-1].Words
		out[i].Lines[r.Number-1] = l
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, d := range out {
		if slices.ContainsFunc(d.Lines, func(l Line) bool { return l.State == "" }) {
			return nil, vault.ErrTampered // a line is nowhere
		}
	}
	return out, sign(a, in, out)
}

// sign names the parties and the people of dires.
func sign(a *act.Act, in id.Space, all []Dire) error {
	known, err := circle.List(a, in)
	if err != nil {
		return err
	}
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return err
	}
	var people []id.Person
	for _, d := range all {
		people = append(people, d.By)
		for _, l := range d.Lines {
			people = append(people, l.By)
		}
	}
	slices.Sort(people)
	people = slices.DeleteFunc(slices.Compact(people), func(p id.Person) bool { return p == "" })
	names, err := firm.Names(a, people)
	if err != nil {
		return err
	}
	for i := range all {
		d := &all[i]
		d.ByName = names[d.By]
		for j := range d.Lines {
			d.Lines[j].ByName = names[d.Lines[j].By]
		}
		for _, c := range known {
			switch {
			case c.ID != d.Party:
			case c.Kind == circle.Firm:
				d.House, d.Name = true, profile.Name
			default:
				d.Name = c.Name
			}
		}
	}
	return nil
}

// given gives dires to an actor by the rule: those that are not hers are left out.
func given(a *act.Act, by authz.Actor, f authz.Facts, found []Dire) (out []Dire, err error) {
	house, err := circle.HouseOf(a, f.Space)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		on := authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: d.Space, Audience: d.audience(house.All)}
		d, err := authz.Open(authz.Lock(d, on), by, authz.DireSee, f)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// dayRow is a last day as it is stored.
type dayRow struct {
	Day
	id  string
	set int64
	mac []byte
}

func (r *dayRow) fields(in id.Space) []string {
	return []string{r.id, string(in), r.Last, string(r.By), number(r.set), string(r.Entry)}
}

// dayOf is the last day of an entered space.
func dayOf(a *act.Act, in id.Space) (Day, error) {
	var r dayRow
	err := a.Row(selectDay, []any{in}, &r.id, &r.Last, &r.By, &r.set, &r.Entry, &r.mac)
	if errors.Is(err, store.ErrNoRow) {
		return Day{}, nil
	}
	if err != nil {
		return Day{}, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return Day{}, err
	}
	r.At = store.Time(r.set)
	return r.Day, box.CheckMAC(r.mac, "dire_day", r.fields(in)...)
}

func putDay(a *act.Act, in id.Space, d Day) error {
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	r := dayRow{Day: d, id: id.New[string](a.Now), set: store.Micros(d.At)}
	return a.Write(insertDay, r.id, in, r.Last, r.By, r.set, r.Entry, box.MAC("dire_day", r.fields(in)...))
}

func draftPlace(in id.Space, p id.Person) vault.Place {
	return vault.Place{Table: "dire_draft", Column: "content", Row: string(in) + "/" + string(p)}
}

func draftOf(a *act.Act, in id.Space, of id.Person) (d Draft, err error) {
	var sealed []byte
	var saved int64
	err = a.Row(selectDraft, []any{in, of}, &sealed, &saved)
	if errors.Is(err, store.ErrNoRow) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return d, err
	}
	raw, err := box.Open(draftPlace(in, of), sealed)
	if err != nil {
		return d, err
	}
	d.Saved = store.Time(saved)
	return d, json.Unmarshal(raw, &d)
}

func putDraft(a *act.Act, in id.Space, of id.Person, d Draft) error {
	if d.empty() {
		return a.Write(deleteDraft, in, of)
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	return a.Write(upsertDraft, in, of, box.Seal(draftPlace(in, of), raw), store.Micros(a.Now))
}

func answerDraftPlace(r Ref) vault.Place {
	return vault.Place{Table: "dire_answer_draft", Column: "content", Row: r.String()}
}

// drafted adds what those who answer are writing.
func drafted(a *act.Act, d *Dire) error {
	box, err := a.SpaceBox(d.Space)
	if err != nil {
		return err
	}
	return a.Each(selectAnswerDrafts, []any{d.ID}, func(scan func(...any) error) error {
		var n int64
		var sealed []byte
		if err := scan(&n, &sealed); err != nil {
			return err
		}
		raw, err := box.Open(answerDraftPlace(Ref{d.ID, n}), sealed)
		if err != nil {
			return err
		}
		var kept Answer
		if l := d.line(n); l != nil && l.State == Open {
			l.Draft = &kept
		}
		return json.Unmarshal(raw, &kept)
	})
}

func putAnswerDraft(a *act.Act, by authz.Actor, d Dire, s Settling) error {
	if s.Verdict == "" && s.Words == "" {
		return a.Write(deleteAnswerDraft, d.ID, s.Line)
	}
	raw, err := json.Marshal(s.Answer)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(d.Space)
	if err != nil {
		return err
	}
	of := Ref{d.ID, s.Line}
	return a.Write(upsertAnswerDraft, d.ID, s.Line, d.Space, by.Person, box.Seal(answerDraftPlace(of), raw), store.Micros(a.Now))
}

// civil is the day of an instant in a zone.
func civil(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }
