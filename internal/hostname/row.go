package hostname

import (
	"encoding/hex"
	"errors"
	"strconv"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	putName = store.ForDirectory(`
insert into hostname (firm_id, hash, name, state, since, mac) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, hash) do update set name = excluded.name, state = excluded.state, since = excluded.since, mac = excluded.mac`)

	selectNames = store.ForDirectory(`
select firm_id, hash, name, state, since, mac from hostname where firm_id = $1 order by since desc, hash`)

	// What the hosts of requests are compared with: a firm that was closed is at no name.
	selectAll = store.ForDirectory(`
select h.firm_id, h.hash, h.name, h.state, h.since, h.mac from hostname h join firm f on f.id = h.firm_id
where h.state <> 'claimed' and f.state = 'open' order by h.firm_id, h.hash`)

	selectOthers = store.ForDirectory(`
select firm_id, hash, name, state, since, mac from hostname
where hash = $1 and firm_id <> $2 and state <> 'claimed'`)

	deleteClaims = store.ForDirectory(`delete from hostname where firm_id = $1 and state = 'claimed'`)

	deleteRested = store.ForDirectory(`delete from hostname where state = 'former' and since <= $1`)

	deleteStale = store.ForDirectory(`delete from hostname where state = 'claimed' and since <= $1`)
)

// row is a name of a firm as it is stored.
type row struct {
	Name
	firm id.Firm
	hash []byte
}

func hashOf(box *vault.Box, name string) []byte { return box.Lookup("hostname", name) }

func place(of id.Firm, hash []byte) vault.Place {
	return vault.Place{Table: "hostname", Column: "name", Row: string(of) + "/" + hex.EncodeToString(hash)}
}

func (r row) fields(sealed []byte) []string {
	return []string{string(r.firm), string(r.hash), string(sealed), string(r.State), strconv.FormatInt(store.Micros(r.Since), 10)}
}

// put writes a name of a firm over what it was to it before.
func put(tx *store.DirectoryTx, box *vault.Box, of id.Firm, n Name) error {
	r := row{Name: n, firm: of, hash: hashOf(box, n.Name)}
	sealed := box.SealText(place(of, r.hash), n.Name)
	return tx.Write(putName, of, r.hash, sealed, n.State, store.Micros(n.Since), box.MAC("hostname", r.fields(sealed)...))
}

// each reads the rows of a query, checked and opened.
func each(tx *store.DirectoryTx, box *vault.Box, query store.DirectoryStmt, args ...any) ([]row, error) {
	rows, altered, err := readable(tx, box, query, args...)
	return rows, errors.Join(err, altered)
}

// readable is each for many firms at once: one row that was altered by hand is left out,
// and keeps no other firm from being reached.
func readable(tx *store.DirectoryTx, box *vault.Box, query store.DirectoryStmt, args ...any) (out []row, altered, err error) {
	err = tx.Each(query, args, func(scan func(...any) error) error {
		var r row
		var sealed, mac []byte
		var since int64
		if err := scan(&r.firm, &r.hash, &sealed, &r.State, &since, &mac); err != nil {
			return err
		}
		r.Since = store.Time(since)
		bad := box.CheckMAC(mac, "hostname", r.fields(sealed)...)
		if bad == nil {
			r.Name.Name, bad = box.OpenText(place(r.firm, r.hash), sealed)
		}
		if bad != nil {
			altered = errors.Join(altered, bad)
			return nil
		}
		out = append(out, r)
		return nil
	})
	return out, altered, err
}
