package vigilance

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/sanction"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// ScreenJob has the parties of one dossier compared with the list: payload [Watch].
const ScreenJob = "vigilance.screen"

// screenedAtOnce is how many dossiers one run of [sanction.ExamineJob] looks at.
const screenedAtOnce = 100

// Against has the parties of dossiers compared with the lists of a service; without it
// nobody compares them. It is called before the service is used.
func (s *Service) Against(lists *sanction.Service) { s.lists = lists }

// Screen is the handler of [ScreenJob]. A dossier that was changed meanwhile is compared as
// it stands.
func (s *Service) Screen(ctx context.Context, of id.Firm, j outbox.Job) error {
	return s.waking(j, func(w Watch) error {
		b, err := s.list(ctx, of)
		if err != nil || b == nil {
			return err
		}
		return s.screen(ctx, of, w.Space, b)
	})
}

func (s *Service) list(ctx context.Context, of id.Firm) (*sanction.Book, error) {
	if s.lists == nil {
		return nil, nil
	}
	return s.lists.Current(ctx, of)
}

func (s *Service) used(ctx context.Context, of id.Firm) (sanction.Use, error) {
	if s.lists == nil {
		return sanction.Use{}, nil
	}
	return s.lists.InUse(ctx, of)
}

// rest says after which space the next run goes on.
type rest struct {
	After id.Space `json:"after,omitempty"`
}

// Examine is the handler of [sanction.ExamineJob]: each dossier of the firm that was not
// compared with its list yet. One that cannot be read keeps no other from being compared.
func (s *Service) Examine(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "vigilance.Examine")
	var from rest
	if err := json.Unmarshal(j.Payload, &from); err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	b, err := s.list(ctx, of)
	if err != nil || b == nil {
		return err
	}
	var in []id.Space
	err = s.office.See(ctx, of, func(a *act.Act) error {
		in = nil
		return a.Each(selectUnscreened, []any{from.After, b.SHA256, screenedAtOnce}, func(scan func(...any) error) error {
			var one id.Space
			err := scan(&one)
			in = append(in, one)
			return err
		})
	})
	if err != nil || len(in) == 0 {
		return err
	}
	var failed []error
	for _, one := range in {
		if err := s.screen(ctx, of, one, b); err != nil && !fault.Is(err, fault.NotFound) {
			failed = append(failed, fmt.Errorf("space %s: %w", one, err))
		}
	}
	if len(in) == screenedAtOnce {
		last := in[len(in)-1]
		failed = append(failed, s.office.Keep(ctx, of, func(a *act.Act) error {
			return a.Follow(sanction.ExamineJob, "after "+string(last), a.Now, rest{last})
		}))
	}
	return errors.Join(failed...)
}

// screened is what the journal keeps of a comparison.
type screened struct {
	Edition   int    `json:"edition"`
	List      string `json:"list"`
	Published string `json:"published"`
	Parties   int    `json:"parties"`
	Fresh     int    `json:"fresh"`
	Open      int    `json:"open"`
}

// screen compares the parties of the dossier of a space with a list, unless it was done. The
// search is made before the act, which looks again at who the parties are.
func (s *Service) screen(ctx context.Context, of id.Firm, in id.Space, b *sanction.Book) error {
	for {
		var parties []Party
		err := s.office.See(ctx, of, func(a *act.Act) error {
			e, err := one(a, selectLast, in)
			parties = e.parties()
			return err
		})
		if err != nil {
			return err
		}
		hits := make(map[Party][]sanction.Hit, len(parties))
		for _, p := range parties {
			hits[p] = b.Find(sanction.Party{Name: p.Name, Birth: p.Birth, Kind: p.Kind})
		}
		err = s.office.Do(ctx, of, func(a *act.Act) error { return settle(a, in, b, hits) })
		if !errors.Is(err, errMoved) {
			return same(err)
		}
	}
}

// errMoved undoes the act of keeping what was found of other parties.
var errMoved = errors.New("vigilance: the parties were changed meanwhile")

// same is nil for an act that had nothing to change.
func same(err error) error {
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}

// settle keeps what was found of the parties of a dossier, and tells who answers for the
// space of what is new.
func settle(a *act.Act, in id.Space, b *sanction.Book, hits map[Party][]sanction.Hit) error {
	e, err := one(a, selectLast, in)
	if err != nil {
		return err
	}
	was, err := screeningOf(a, in)
	if err != nil {
		return err
	}
	parties := e.parties()
	if e.Number == 0 || was.done(parties, b.SHA256) || was.At.IsZero() && len(parties) == 0 {
		return errSame
	}
	for _, p := range parties {
		if _, known := hits[p]; !known {
			return errMoved
		}
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	next, fresh := was.next(parties, b.List, hits, func(p Party, number int) string {
		return hex.EncodeToString(box.Lookup("vigilance.likeness", fmt.Sprintf("%q %d", p, number)))
	}, a.Now)
	if err := putScreening(a, in, next); err != nil {
		return err
	}
	said := screened{e.Number, b.SHA256, b.Published, len(parties), fresh, next.Open()}
	if _, err := a.Record(authz.Actor{Person: e.By, Firm: a.Firm(), Via: authz.ViaJob}, "vigilance.screened", in, string(in), said); err != nil || fresh == 0 {
		return err
	}
	sp, err := space.Load(a, in)
	if err != nil {
		return err
	}
	return a.Follow(NoticeJob, string(in)+strconv.Itoa(e.Number)+b.SHA256, a.Now, Notice{Watch{in, e.Number}, sp.Lead})
}

// Deciding is what a lawyer says of a likeness: Undecided takes back what was said.
type Deciding struct {
	Space    id.Space
	Likeness string
	Verdict  Verdict
	Reason   string
}

// decided is what the journal keeps of it.
type decided struct {
	Likeness string  `json:"likeness"`
	Verdict  Verdict `json:"verdict"`
}

// Decide rules a likeness out or confirms it: a lawyer's act, with its reason. Absent for
// one that is not there; faults in the fields "verdict" and "why".
func (s *Service) Decide(ctx context.Context, by authz.Actor, d Deciding) (err error) {
	defer fault.Op(&err, "vigilance.Decide(%s)", d.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, d.Space, authz.VigilanceKeep); err != nil {
			return err
		}
		is, err := screeningOf(a, d.Space)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(is.Lines, func(l Likeness) bool { return l.ID == d.Likeness })
		if at < 0 {
			return fault.Absent()
		}
		if err := d.check(); err != nil {
			return err
		}
		line := &is.Lines[at]
		if line.Verdict == d.Verdict && line.Reason == d.Reason {
			return errSame
		}
		line.Decision = Decision{Verdict: d.Verdict, Reason: d.Reason, By: by.Person, At: a.Now}
		if err := putScreening(a, d.Space, is); err != nil {
			return err
		}
		_, err = a.Record(by, "vigilance.likeness_decided", d.Space, string(d.Space), decided{d.Likeness, d.Verdict})
		return err
	})
	return same(err)
}

func (d *Deciding) check() error {
	var wrong fault.Fields
	d.Reason = strings.TrimSpace(d.Reason)
	switch d.Verdict {
	case Undecided:
		d.Reason = ""
	case RuledOut, Confirmed:
		if d.Reason == "" {
			wrong.Add("why", "vigilance.why_missing")
		}
	default:
		wrong.Add("verdict", "vigilance.choose")
	}
	if !utf8.ValidString(d.Reason) || utf8.RuneCountInString(d.Reason) > maxText {
		wrong.Add("why", "vigilance.long", maxText)
	}
	return wrong.Err()
}

func screeningPlace(in id.Space) vault.Place {
	return vault.Place{Table: "vigilance_screening", Column: "content", Row: string(in)}
}

func screeningFields(in id.Space, list string, open, at int64) []string {
	return []string{string(in), list, strconv.FormatInt(open, 10), strconv.FormatInt(at, 10)}
}

// screeningOf is the last comparison of a space's dossier. The caller has decided the right.
func screeningOf(a *act.Act, in id.Space) (out Screening, err error) {
	var list string
	var open, at int64
	var content, mac []byte
	err = a.Row(selectScreening, []any{in}, &list, &open, &at, &content, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return out, err
	}
	if err := box.CheckMAC(mac, "vigilance_screening", screeningFields(in, list, open, at)...); err != nil {
		return out, err
	}
	raw, err := box.Open(screeningPlace(in), content)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("vigilance: screening of %s: %w", in, err)
	}
	return out, nil
}

func putScreening(a *act.Act, in id.Space, s Screening) error {
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	raw, err := s.encode()
	if err != nil {
		return err
	}
	open, at := int64(s.Open()), store.Micros(s.At)
	return a.Write(upsertScreening, in, s.List, open, at, box.Seal(screeningPlace(in), raw), box.MAC("vigilance_screening", screeningFields(in, s.List, open, at)...))
}

// soon is when the parties of an edition that changed them are compared.
func (s *Service) soon(a *act.Act, in id.Space, number int, parts []Part, at time.Time) error {
	if s.lists == nil || !slices.ContainsFunc(parts, func(p Part) bool { return p == OfClient || p == InOwners || p == End }) {
		return nil
	}
	return a.Follow(ScreenJob, string(in)+strconv.Itoa(number), at, Watch{in, number})
}
