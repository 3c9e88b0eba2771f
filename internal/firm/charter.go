package firm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Audience is whom a charter of use concerns.
type Audience string

const (
	Nobody   Audience = ""
	Team     Audience = "team"    // the firm's own people
	Outside  Audience = "outside" // clients, guests and readers
	Everyone Audience = "all"
)

// Concerns reports whether it does somebody of a role.
func (u Audience) Concerns(role authz.FirmRole) bool {
	return u == Everyone || u == Team && role.Inside() || u == Outside && !role.Inside()
}

// Charter is one version of what the firm asks of those who use it. The zero value is
// of a firm that never published one.
type Charter struct {
	Version  int64
	Audience Audience
	SHA256   [sha256.Size]byte // of the text
	By       id.Person
	At       time.Time
	Text     string // empty where only the rest was read
}

// MaxCharter is the longest text of a charter, in characters.
const MaxCharter = 40_000

// Answer is what somebody said to a version.
type Answer string

const (
	Unanswered Answer = ""
	Accepted   Answer = "accepted"
	Declined   Answer = "declined"
)

// CharterAnswer is one of them.
type CharterAnswer struct {
	Person id.Person
	Name   string
	Answer Answer
	At     time.Time
}

// charterHead is the last version as it is read beside the profile, or nothing of it.
type charterHead struct {
	version, at  *int64
	audience, by *string
	sha, mac     *[]byte
}

func (h *charterHead) dest() []any {
	return []any{&h.version, &h.audience, &h.sha, &h.by, &h.at, &h.mac}
}

func (h charterHead) open(box *vault.Box) (Charter, error) {
	if h.version == nil {
		return Charter{}, nil
	}
	c := Charter{Version: *h.version, Audience: Audience(*h.audience), By: id.Person(*h.by), At: store.Time(*h.at)}
	copy(c.SHA256[:], *h.sha)
	return c, box.CheckMAC(*h.mac, "charter", c.fields()...)
}

func (c Charter) fields() []string {
	return []string{micros(c.Version), string(c.Audience), hex.EncodeToString(c.SHA256[:]), string(c.By), micros(store.Micros(c.At))}
}

func charterPlace(version int64) vault.Place {
	return vault.Place{Table: "charter", Column: "content", Row: strconv.FormatInt(version, 10)}
}

func answerFields(version int64, of id.Person, said Answer, at int64) []string {
	return []string{micros(version), string(of), string(said), micros(at)}
}

// Bind confines an actor who has not accepted what the firm asks her to: she reads, writes
// to the firm and takes with her what is hers; see [authz.Actor.Unsigned]. It returns her
// answer, and whether there is one to give.
func Bind(a *act.Act, by *authz.Actor, p Profile) (said Answer, asked bool, err error) {
	if !p.Charter.Audience.Concerns(by.Role) {
		return Unanswered, false, nil
	}
	said, _, err = answerOf(a, p.Charter.Version, by.Person)
	by.Unsigned = said != Accepted
	return said, true, err
}

func answerOf(a *act.Act, version int64, of id.Person) (said Answer, at time.Time, err error) {
	var micros int64
	var mac []byte
	err = a.Row(selectCharterAnswer, []any{version, of}, &said, &micros, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return Unanswered, time.Time{}, nil
	}
	if err != nil {
		return Unanswered, time.Time{}, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return Unanswered, time.Time{}, err
	}
	return said, store.Time(micros), box.CheckMAC(mac, "charter_answer", answerFields(version, of, said, micros)...)
}

// Charter is the version that the firm asks for now, with its text, and what the actor
// answered to it.
func (s *Service) Charter(ctx context.Context, by authz.Actor) (c Charter, said Answer, at time.Time, err error) {
	defer fault.Op(&err, "firm.Charter")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.CharterRead); err != nil {
			return err
		}
		if c, err = charterOf(a); err != nil {
			return err
		}
		said, at, err = answerOf(a, c.Version, by.Person)
		return err
	})
	return c, said, at, err
}

// charterOf reads the last version with its text.
func charterOf(a *act.Act) (Charter, error) {
	p, err := ProfileOf(a)
	c := p.Charter
	if err != nil || c.Version == 0 {
		return c, err
	}
	var sealed []byte
	if err := a.Row(selectCharterText, []any{c.Version}, &sealed); err != nil {
		return c, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return c, err
	}
	c.Text, err = box.OpenText(charterPlace(c.Version), sealed)
	return c, err
}

// charted is what the journal keeps of a version, and of an answer to it.
type charted struct {
	Version  int64    `json:"version"`
	SHA256   string   `json:"sha256"`
	Audience Audience `json:"audience,omitempty"`
}

// Publish has those whom it concerns asked for another version, from their next visit on;
// who publishes one that concerns her has accepted it. For [Nobody] it ends the asking.
// Invalid in the fields "text" and "audience".
func (s *Service) Publish(ctx context.Context, by authz.Actor, text string, of Audience) (err error) {
	defer fault.Op(&err, "firm.Publish")
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.CharterPublish); err != nil {
			return err
		}
		text, err := charterText(text, of)
		if err != nil {
			return err
		}
		p, err := ProfileOf(a)
		if err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		c := Charter{Version: p.Charter.Version + 1, Audience: of, SHA256: sha256.Sum256([]byte(text)), By: by.Person, At: store.Time(store.Micros(a.Now))}
		err = a.Write(insertCharter, c.Version, c.Audience, c.SHA256[:], box.SealText(charterPlace(c.Version), text), c.By, store.Micros(c.At), box.MAC("charter", c.fields()...))
		if err != nil {
			return err
		}
		if _, err := a.Record(by, "charter.published", "", string(by.Firm), charted{c.Version, hex.EncodeToString(c.SHA256[:]), of}); err != nil || !of.Concerns(by.Role) {
			return err
		}
		return answer(a, by, c, Accepted)
	})
}

func charterText(text string, of Audience) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	var wrong fault.Fields
	switch {
	case of != Nobody && text == "":
		wrong.Add("text", "firm.charter_missing")
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > MaxCharter:
		wrong.Add("text", "firm.charter_long", MaxCharter)
	}
	switch of {
	case Nobody, Team, Outside, Everyone:
	default:
		wrong.Add("audience", "firm.charter_audience")
	}
	return text, wrong.Err()
}

// AnswerCharter is the actor's answer to a version, which is the last one: Conflict
// "firm.charter_changed" when another was published meanwhile. Who declined may accept
// later; who accepted has, for this version.
func (s *Service) AnswerCharter(ctx context.Context, by authz.Actor, version int64, accepts bool) (err error) {
	defer fault.Op(&err, "firm.AnswerCharter(%d, %t)", version, accepts)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.CharterAnswer); err != nil {
			return err
		}
		p, err := ProfileOf(a)
		if err != nil {
			return err
		}
		if p.Charter.Version != version || !p.Charter.Audience.Concerns(by.Role) {
			return fault.New(fault.Conflict, "firm.charter_changed")
		}
		said, _, err := answerOf(a, version, by.Person)
		if err != nil {
			return err
		}
		if said == Accepted {
			return fault.New(fault.Conflict, "firm.charter_accepted")
		}
		if said = Declined; accepts {
			said = Accepted
		}
		return answer(a, by, p.Charter, said)
	})
}

func answer(a *act.Act, by authz.Actor, to Charter, said Answer) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	now := store.Micros(a.Now)
	if err := a.Write(putCharterAnswer, to.Version, by.Person, said, now, box.MAC("charter_answer", answerFields(to.Version, by.Person, said, now)...)); err != nil {
		return err
	}
	kind := "charter.declined"
	if said == Accepted {
		kind = "charter.accepted"
	}
	_, err = a.Record(by, kind, "", string(by.Person), charted{Version: to.Version, SHA256: hex.EncodeToString(to.SHA256[:])})
	return err
}

// mostAnswers is how many a page lists.
const mostAnswers = 500

// CharterAnswers lists who answered what to the last version, the newest first and at
// most five hundred, to who administers the firm.
func (s *Service) CharterAnswers(ctx context.Context, by authz.Actor) (c Charter, out []CharterAnswer, err error) {
	defer fault.Op(&err, "firm.CharterAnswers")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.CharterSee); err != nil {
			return err
		}
		if c, err = charterOf(a); err != nil {
			return err
		}
		out, err = answersTo(a, c.Version)
		return err
	})
	return c, out, err
}

func answersTo(a *act.Act, version int64) (out []CharterAnswer, err error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	err = a.Each(selectCharterAnswers, []any{version, mostAnswers}, func(scan func(...any) error) error {
		var one CharterAnswer
		var at int64
		var mac []byte
		if err := scan(&one.Person, &one.Answer, &at, &mac); err != nil {
			return err
		}
		one.At = store.Time(at)
		out = append(out, one)
		return box.CheckMAC(mac, "charter_answer", answerFields(version, one.Person, one.Answer, at)...)
	})
	if err != nil {
		return nil, err
	}
	people := make([]id.Person, len(out))
	for i, one := range out {
		people[i] = one.Person
	}
	names, err := Names(a, people)
	for i, one := range out {
		out[i].Name = names[one.Person]
	}
	return out, err
}
