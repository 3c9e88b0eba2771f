package lifecycle

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/mail"
)

// What one mail carries at most. In a mail, bytes grow by a third: 7 MB stay below
// the 10 MB that nearly every mailbox takes. What does not fit is behind the link, as
// everything is.
const (
	MostEnclosed = 5
	EnclosedSize = 7_000_000
)

// enclosing is what the journal keeps of the files that a mail carries.
type enclosing struct {
	Documents []document.Enclosed `json:"documents"`
	Level     circle.Level        `json:"level"`
}

// Encloser gives the bytes of what a mail may carry; [document.Service] is one.
type Encloser interface {
	Enclosable(a *act.Act, by authz.Actor, of id.Item) (document.Enclosed, error)
	Enclose(ctx context.Context, by authz.Actor, e document.Enclosed) (document.Enclosure, error)
}

// enclosable adds to what a mail names the documents that it may carry, as far as they
// fit, oldest first.
func (p post) enclosable(a *act.Act, by authz.Actor, t *titled) error {
	if t.Level != circle.Enclosed {
		return nil
	}
	var size int64
	for _, of := range t.Items {
		one, err := p.files.Enclosable(a, by, of)
		if fault.Is(err, fault.NotFound) {
			continue // no document, or one that does not take this way
		}
		if err != nil {
			return err
		}
		if len(t.enclosed) < MostEnclosed && size+one.Size <= EnclosedSize {
			t.enclosed, size = append(t.enclosed, one), size+one.Size
		}
	}
	return nil
}

// enclose reads what was found, less what may not leave any more.
func (p post) enclose(ctx context.Context, by authz.Actor, found []document.Enclosed) (map[document.Enclosed]mail.File, error) {
	files := map[document.Enclosed]mail.File{}
	for _, e := range found {
		f, err := p.files.Enclose(ctx, by, e)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[e] = mail.File{Name: f.Name, Media: f.Media, Data: f.Data}
	}
	return files, nil
}

// say is the notice with what it names and carries.
func (t titled) say(said mail.Notice, files map[document.Enclosed]mail.File) mail.Titled {
	out := mail.Titled{Notice: said, Titles: t.titles}
	for _, e := range t.enclosed {
		out.Files = append(out.Files, files[e])
	}
	return out
}

// lighten is a notice whose files its mailbox refused, without them; the journal says
// that they did not arrive.
func (p post) lighten(ctx context.Context, by authz.Actor, e errand, said mail.Notice) (mail.Notice, bool, error) {
	t, titled := said.(mail.Titled)
	if !titled || len(t.Files) == 0 {
		return said, false, nil
	}
	t.Files = nil
	err := p.office.Do(ctx, by.Firm, func(a *act.Act) error {
		_, err := a.Record(authz.Actor{Person: by.Person, Firm: by.Firm, Via: authz.ViaEnclosed}, "notice.lightened", e.space, string(by.Person), nil)
		return err
	})
	return t, true, err
}
