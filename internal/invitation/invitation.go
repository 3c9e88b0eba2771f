// Package invitation is the links that bring people in without an account: one
// random token in a mail, for one person, used once. A link either opens one
// space, or lets a colleague choose her password.
//
// It refuses to keep a token: the database holds a keyed hash, and the clear
// text exists in the mail alone, which is why a link is issued by the job that
// sends it. Nothing that looks at a link ([Service.Peek]) changes it; using it
// is a gesture of its own. A link gives no right: whoever uses it must still be
// an active member, and a lost or used link is renewed to its person's mailbox
// and nowhere else.
//
// Start at [Issue] and [Service.Use].
package invitation

import (
	"errors"
	"strconv"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

const (
	// SpaceLife is how long a link that opens a space may wait for its gesture.
	SpaceLife = 14 * 24 * time.Hour
	// PasswordLife is the same for a link that chooses a password.
	PasswordLife = 7 * 24 * time.Hour
)

// State is what has become of a link.
type State string

const (
	Valid   State = "valid"
	Used    State = "used"
	Expired State = "expired" // or replaced by a newer one
	Unknown State = "unknown" // never issued, or no longer its person's
)

// Notice is the payload of the job "notice.link": a new link for one person.
// An empty Space asks for one that chooses a password.
type Notice struct {
	Space  id.Space  `json:"space"`
	Person id.Person `json:"person"`
}

// link is a row, checked. Instants are as stored, so that they can be signed.
type link struct {
	hash                   []byte
	id                     id.Link
	space                  id.Space
	person                 id.Person
	created, expires, used int64
}

func (l link) fields() []string {
	return []string{
		string(l.hash), string(l.id), string(l.space), string(l.person),
		number(l.created), number(l.expires), number(l.used),
	}
}

func (l link) state(now time.Time) State {
	switch {
	case l.used != 0:
		return Used
	case store.Micros(now) >= l.expires:
		return Expired
	}
	return Valid
}

// Issue makes a link for a person and voids her older ones for the same space;
// an empty space makes one that chooses a password. It returns the token, which
// is kept nowhere. The caller has decided that she is a member.
func Issue(a *act.Act, by authz.Actor, space id.Space, person id.Person) (token string, err error) {
	if err := Void(a, space, person); err != nil {
		return "", err
	}
	life := SpaceLife
	if space == "" {
		life = PasswordLife
	}
	token = account.NewToken()
	box, err := a.FirmBox()
	if err != nil {
		return "", err
	}
	l := link{
		hash: box.Lookup("access_link", token), id: id.New[id.Link](a.Now), space: space, person: person,
		created: store.Micros(a.Now), expires: store.Micros(a.Now.Add(life)),
	}
	err = a.Write(insertLink, l.hash, l.id, l.space, l.person, l.created, l.expires, l.used, box.MAC("access_link", l.fields()...))
	if err != nil {
		return "", err
	}
	_, err = a.Record(by, "link.issued", space, string(l.id), map[string]any{"person": person, "expires": store.Time(l.expires)})
	return token, err
}

// patience is how long the mail with an unused link speaks for what comes after
// it.
const patience = 24 * time.Hour

// Waits reports whether a link to a space, issued before an instant and less
// than a day ago, lies unused in a person's mailbox. She has been told that
// something awaits her, and that link leads to it: another mail would tell her
// nothing, and void the link she has.
func Waits(a *act.Act, space id.Space, person id.Person, before time.Time) (bool, error) {
	waits := false
	err := a.Each(selectUnused, []any{space, person, store.Micros(a.Now)}, func(scan func(...any) error) error {
		l, err := read(a, scan)
		if issued := store.Time(l.created); issued.Before(before) && issued.After(a.Now.Add(-patience)) {
			waits = true
		}
		return err
	})
	return waits, err
}

// Path is the place of a link on our site.
func Path(of id.Firm, space id.Space, token string) string {
	if space == "" {
		return "/p/" + string(of) + "/" + token
	}
	return "/l/" + string(of) + "/" + token
}

// Void ends the unused links of a person for a space: they are expired from
// now on.
func Void(a *act.Act, space id.Space, person id.Person) error {
	var open []link
	err := a.Each(selectUnused, []any{space, person, store.Micros(a.Now)}, func(scan func(...any) error) error {
		l, err := read(a, scan)
		open = append(open, l)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range open {
		was := l
		l.expires = store.Micros(a.Now)
		if _, err := rewrite(a, was, l); err != nil {
			return err
		}
	}
	return nil
}

// find returns the link of a token, whatever its state; fault.Absent when none
// was ever issued.
func find(a *act.Act, token string) (link, error) {
	if len(token) != account.TokenLength {
		return link{}, fault.Absent()
	}
	box, err := a.FirmBox()
	if err != nil {
		return link{}, err
	}
	l, err := read(a, func(dest ...any) error {
		return a.Row(selectLink, []any{box.Lookup("access_link", token)}, dest...)
	})
	if errors.Is(err, store.ErrNoRow) {
		return link{}, fault.Absent().Because(err)
	}
	return l, err
}

func read(a *act.Act, scan func(...any) error) (link, error) {
	var l link
	var mac []byte
	if err := scan(&l.hash, &l.id, &l.space, &l.person, &l.created, &l.expires, &l.used, &mac); err != nil {
		return link{}, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return link{}, err
	}
	return l, box.CheckMAC(mac, "access_link", l.fields()...)
}

// consume uses a valid link up. Of those who try at the same time one succeeds.
func consume(a *act.Act, l link) error {
	switch l.state(a.Now) {
	case Used:
		return gone("invitation.used")
	case Expired:
		return gone("invitation.expired")
	}
	next := l
	next.used = store.Micros(a.Now)
	n, err := rewrite(a, l, next)
	if err == nil && n == 0 {
		return gone("invitation.used")
	}
	return err
}

func gone(key string) error { return fault.New(fault.Gone, key) }

// rewrite changes an unused row that is still as it was read.
func rewrite(a *act.Act, was, is link) (int64, error) {
	box, err := a.FirmBox()
	if err != nil {
		return 0, err
	}
	return a.Exec(updateLink, was.hash, was.expires, is.expires, is.used, box.MAC("access_link", is.fields()...))
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
