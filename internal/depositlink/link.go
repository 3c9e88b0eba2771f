// Package depositlink is the links by which one person, named, hands papers in
// without an account and without entering the space: as often as she likes,
// until the link expires or is revoked.
//
// A link is a letter box, not a door. Whoever holds it may deposit under the
// name it bears, close that deposit and keep its receipt; she reads no document,
// no memo, nor who else is in the space. What it gives is the pass of an actor
// ([Service.Enter]), so that package authz refuses the rest like everything
// else. It gives nothing that its person has lost: she must still be a client or
// a guest of the space.
//
// It refuses to keep a token: the database holds a keyed hash, and the token is
// made by the job that mails it, to its person's mailbox and nowhere else.
//
// Start at [Service.Make] and [Service.Enter].
package depositlink

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
	// Life is how long a link stands unless its maker says otherwise, and
	// MaxLife the longest that she may say.
	Life    = 14 * 24 * time.Hour
	MaxLife = 90 * 24 * time.Hour

	maxStanding = 100 // links of one space
	listed      = 200
)

// NoticeJob mails a link to its person.
const NoticeJob = "notice.deposit-link"

// Notice is the payload of [NoticeJob].
type Notice struct {
	Space  id.Space       `json:"space"`
	Person id.Person      `json:"person"`
	Link   id.DepositLink `json:"link"`
}

// State is what has become of a link.
type State string

const (
	Standing State = "standing"
	Expired  State = "expired"
	Revoked  State = "revoked"
)

// Link is one link. Request is the only paper it is for, or empty.
type Link struct {
	ID         id.DepositLink
	Space      id.Space
	Person     id.Person
	PersonName string
	Request    id.Ask
	By         id.Person
	Made       time.Time
	Expires    time.Time
	State      State
}

// Answers refuses what comes by the link in answer to a request that it was not made
// for, even one of the same name and the same person: absent. What comes without a
// request is nobody's answer.
func (l Link) Answers(of id.Ask) error {
	if l.Request != "" && of != "" && of != l.Request {
		return fault.Absent()
	}
	return nil
}

// row is a link as it is stored. Instants are as stored, so that they can be
// signed.
type row struct {
	hash                   []byte
	link                   Link
	made, expires, revoked int64
}

func (r row) fields() []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	l := r.link
	return []string{
		string(l.ID), string(r.hash), string(l.Space), string(l.Person), string(l.Request), string(l.By),
		number(r.made), number(r.expires), number(r.revoked),
	}
}

// scan reads a row and checks it.
func scan(a *act.Act, into func(...any) error) (r row, err error) {
	var mac []byte
	l := &r.link
	if err := into(&l.ID, &r.hash, &l.Space, &l.Person, &l.Request, &l.By, &r.made, &r.expires, &r.revoked, &mac); err != nil {
		return r, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return r, err
	}
	l.Made, l.Expires, l.State = store.Time(r.made), store.Time(r.expires), Standing
	switch {
	case r.revoked != 0:
		l.State = Revoked
	case store.Micros(a.Now) >= r.expires:
		l.State = Expired
	}
	return r, box.CheckMAC(mac, "deposit_link", r.fields()...)
}

func read(a *act.Act, stmt store.FirmStmt, key any) (row, error) {
	r, err := scan(a, func(dest ...any) error { return a.Row(stmt, []any{key}, dest...) })
	if errors.Is(err, store.ErrNoRow) {
		return row{}, fault.Absent().Because(err)
	}
	return r, err
}

// write keeps what became of a row: its token's hash, its end.
func write(a *act.Act, r row) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	return a.Write(updateLink, r.link.ID, r.hash, r.expires, r.revoked, box.MAC("deposit_link", r.fields()...))
}

// Path is the place of a link on our site.
func Path(of id.Firm, token string) string { return "/d/" + string(of) + "/" + token }

// Waits says, for the job that mails a link, whether it still stands.
func Waits(a *act.Act, of id.DepositLink) error {
	r, err := read(a, selectLink, of)
	if err == nil && r.link.State != Standing {
		err = fault.Absent()
	}
	return err
}

// Issue gives a standing link a fresh token, which is kept nowhere; the one
// before opens nothing any more.
func Issue(a *act.Act, by authz.Actor, of id.DepositLink) (token string, err error) {
	r, err := read(a, selectLink, of)
	if err != nil {
		return "", err
	}
	if r.link.State != Standing {
		return "", fault.Absent()
	}
	box, err := a.FirmBox()
	if err != nil {
		return "", err
	}
	token = account.NewToken()
	r.hash = box.Lookup("deposit_link", token)
	if err := write(a, r); err != nil {
		return "", err
	}
	_, err = a.Record(by, "depositlink.sent", r.link.Space, string(of), named{r.link.Person, r.link.Expires})
	return token, err
}

// named is what the journal keeps of a link: for whom, until when.
type named struct {
	Person  id.Person `json:"person"`
	Expires time.Time `json:"expires"`
}

var (
	insertLink = store.ForFirm(`
insert into deposit_link (firm_id, id, hash, space_id, person_id, request_id, made_by, made_at, expires_at, revoked_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)

	selectLink = store.ForFirm(`
select id, hash, space_id, person_id, request_id, made_by, made_at, expires_at, revoked_at, mac
from deposit_link where firm_id = $1 and id = $2`)

	selectHash = store.ForFirm(`
select id, hash, space_id, person_id, request_id, made_by, made_at, expires_at, revoked_at, mac
from deposit_link where firm_id = $1 and hash = $2`)

	selectSpace = store.ForFirm(`
select id, hash, space_id, person_id, request_id, made_by, made_at, expires_at, revoked_at, mac
from deposit_link where firm_id = $1 and space_id = $2 order by id desc limit $3`)

	updateLink = store.ForFirm(`
update deposit_link set hash = $3, expires_at = $4, revoked_at = $5, mac = $6 where firm_id = $1 and id = $2`)
)
