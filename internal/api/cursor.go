package api

import (
	"encoding/base64"
	"encoding/json"
	"net/url"

	"cenacle/internal/fault"
)

// maxCursor is the longest cursor that is read, in characters.
const maxCursor = 1000

// Page is what a list takes: how many, and where it goes on. A cursor is
// sealed to its list, with all that chose what is in it, and to its person: it
// cannot be read, made or taken elsewhere.
type Page struct {
	Limit  int    `query:"limit" min:"1" max:"1000" doc:"how many, 100 by default"`
	Cursor string `query:"cursor" doc:"the “next” of the page before; without it, the first page"`
}

// most is how many a page has.
func (p Page) most() int {
	if p.Limit == 0 {
		return 100
	}
	return p.Limit
}

// list is what a cursor of this request is bound to.
func (r *Request) list() string {
	chosen := url.Values{}
	for name, values := range r.URL.Query() {
		if name != "cursor" && name != "limit" {
			chosen[name] = values
		}
	}
	return r.operation.Name + "\n" + r.URL.Path + "?" + chosen.Encode()
}

func (r *Request) whose() string { return string(r.Actor.Firm) + "/" + string(r.Actor.Person) }

// next makes the cursor of what follows after.
func (r *Request) next(after any) (string, error) { return r.seal(r.list(), after) }

func (r *Request) seal(list string, after any) (string, error) {
	plain, err := json.Marshal(after)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(r.api.Keys.Seal(list, r.whose(), plain)), nil
}

// resume reads a cursor into after; none leaves it alone.
func (r *Request) resume(cursor string, after any) error { return r.unseal(r.list(), cursor, after) }

func (r *Request) unseal(list, cursor string, after any) error {
	if cursor == "" {
		return nil
	}
	wrong := fault.New(fault.Invalid, "api.cursor").In("?cursor")
	if len(cursor) > maxCursor {
		return wrong
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return wrong.Because(err)
	}
	plain, err := r.api.Keys.Open(list, r.whose(), sealed)
	if err != nil {
		return wrong.Because(err)
	}
	if err := json.Unmarshal(plain, after); err != nil {
		return wrong.Because(err)
	}
	return nil
}

// page cuts a list that was asked for with one more than it shows, and makes
// the cursor of what follows the last one shown.
func page[T, M any](r *Request, all []T, most int, after func(T) M) ([]T, string, error) {
	if len(all) <= most {
		return all, "", nil
	}
	next, err := r.next(after(all[most-1]))
	return all[:most], next, err
}
