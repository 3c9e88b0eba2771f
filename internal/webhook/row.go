package webhook

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a webhook as it is stored, with its secrets opened.
type row struct {
	Webhook
	secret   []byte
	former   []byte // nil without one
	position int64  // what comes next to be looked at
}

// sealed is what stands in the columns.
type sealed struct {
	address, secret, former []byte
	kinds                   string
	until, created          int64
	mac                     []byte
}

func (r row) fields(c sealed) []string {
	return []string{
		string(r.ID), string(r.Owner), string(c.address), string(c.secret), string(c.former), strconv.FormatInt(c.until, 10),
		c.kinds, string(r.State), string(r.Reason), strconv.FormatInt(c.created, 10),
	}
}

func (r row) place(column string) vault.Place {
	return vault.Place{Table: "webhook", Column: column, Row: string(r.ID)}
}

// put writes the row with a statement whose arguments are, from $2 on, those of
// updateWebhook.
func (r row) put(a *act.Act, stmt store.FirmStmt, more ...any) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	c := sealed{
		address: box.SealText(r.place("address"), r.Address), secret: box.Seal(r.place("secret"), r.secret),
		former: box.Seal(r.place("former"), r.former), kinds: strings.Join(r.Kinds, " "),
		until: store.Micros(r.FormerUntil), created: store.Micros(r.Created),
	}
	args := []any{
		r.ID, r.Owner, c.address, c.secret, c.former, c.until, c.kinds, r.State, r.Reason, c.created, box.MAC("webhook", r.fields(c)...),
	}
	return a.Write(stmt, append(args, more...)...)
}

// read opens a row and checks it.
func read(box *vault.Box, scan func(...any) error) (r row, err error) {
	var c sealed
	var failing int64
	err = scan(&r.ID, &r.Owner, &c.address, &c.secret, &c.former, &c.until, &c.kinds, &r.State, &r.Reason, &c.created, &c.mac, &r.position, &failing)
	if err != nil {
		return row{}, err
	}
	if err := box.CheckMAC(c.mac, "webhook", r.fields(c)...); err != nil {
		return row{}, err
	}
	if r.Address, err = box.OpenText(r.place("address"), c.address); err != nil {
		return row{}, err
	}
	if r.secret, err = box.Open(r.place("secret"), c.secret); err != nil {
		return row{}, err
	}
	if r.former, err = box.Open(r.place("former"), c.former); err != nil {
		return row{}, err
	}
	r.Kinds = strings.Fields(c.kinds)
	r.FormerUntil, r.Created, r.FailingSince = store.Time(c.until), store.Time(c.created), store.Time(failing)
	return r, nil
}

// load reads a webhook that is not ended; the caller has decided the right.
func load(a *act.Act, of id.Webhook) (row, error) {
	box, err := a.FirmBox()
	if err != nil {
		return row{}, err
	}
	r, err := read(box, func(dest ...any) error { return a.Row(selectWebhook, []any{of}, dest...) })
	if errors.Is(err, store.ErrNoRow) || err == nil && r.State == Ended {
		return row{}, fault.Absent()
	}
	return r, err
}

// live reads the webhooks of the firm that are not ended.
func live(a *act.Act) (out []row, err error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	err = a.Each(selectLive, nil, func(scan func(...any) error) error {
		r, err := read(box, scan)
		out = append(out, r)
		return err
	})
	return out, err
}

// shown is what an actor who may keep webhooks sees of one.
func (r row) shown(a *act.Act, by authz.Actor) (Webhook, error) {
	w := r.Webhook
	if !w.FormerUntil.After(a.Now) {
		w.FormerUntil = store.Time(0)
	}
	if w.Owner != by.Person {
		w.Address = host(w.Address)
	}
	names, err := firm.Names(a, []id.Person{w.Owner})
	if err != nil {
		return Webhook{}, err
	}
	w.OwnerName = names[w.Owner]
	if err := a.Row(countWaiting, []any{w.ID}, &w.Waiting); err != nil {
		return Webhook{}, err
	}
	return w, a.Row(countFailed, []any{w.ID}, &w.Failed)
}

// host leaves out of an address what may be a secret of its receiver.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// owner is the owner as the actor she is now; refused when she may not keep
// webhooks any more.
func (r row) owner(a *act.Act) (by authz.Actor, refused bool, err error) {
	card, err := firm.ActiveCard(a, r.Owner)
	if err == nil {
		by = authz.Actor{Person: r.Owner, Firm: a.Firm(), Role: card.Role, Via: authz.ViaJob}
		err = firm.Allow(a, by, authz.FirmConnect)
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return by, true, nil
	}
	return by, false, err
}
