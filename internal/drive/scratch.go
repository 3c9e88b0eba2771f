package drive

import (
	"encoding/json"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// sort says what a row of scratch is.
type sort string

const (
	scratchFile   sort = "file"
	scratchFolder sort = "folder"
	empty         sort = "empty"  // announced without bytes; a minute later it is an empty document
	aside         sort = "aside"  // a document under another name, while a program saves it anew
	coming        sort = "coming" // its bytes arrive
	gone          sort = "gone"   // its bytes are to be removed
)

// row is one person's scratch in one place.
type row struct {
	id      id.Scratch
	kind    sort
	plan    plan
	body    []byte
	blob    id.Blob
	wrapped []byte
	size    int64
	made    time.Time
	touched time.Time
}

// plan is what a row stands for. It is sealed whole.
type plan struct {
	Name     string     `json:"name"`
	Document id.Item    `json:"document,omitempty"` // of which it is the empty next version, or which is set aside
	Version  id.Version `json:"version,omitempty"`  // that was current when it was set aside
	Shelf    string     `json:"shelf,omitempty"`    // where it was set aside from; "" once it has been saved anew
	From     string     `json:"from,omitempty"`     // under which name
}

// shelfHash and placeHash find the scratch of one person in one folder.
func shelfHash(box *vault.Box, p id.Person, shelf string) []byte {
	return box.Lookup("drive.shelf", string(p)+"/"+shelf)
}

func placeHash(box *vault.Box, p id.Person, shelf, name string) []byte {
	return box.Lookup("drive.place", string(p)+"/"+shelf+"/"+name)
}

func scratchPlace(column string, of id.Scratch) vault.Place {
	return vault.Place{Table: "drive_scratch", Column: column, Row: string(of)}
}

// waits reports whether a document is set aside by the row and hidden until it
// is saved anew, brought back, or ten minutes have passed.
func (r *row) waits(now time.Time) bool {
	return r.kind == aside && r.plan.Shelf != "" && now.Before(r.made.Add(keepAside))
}

// scan reads a row and opens its plan.
func (r *row) scan(box *vault.Box, scan func(...any) error) error {
	var sealed []byte
	var made, touched int64
	if err := scan(&r.id, &r.kind, &sealed, &r.body, &r.blob, &r.wrapped, &r.size, &made, &touched); err != nil {
		return err
	}
	r.made, r.touched = store.Time(made), store.Time(touched)
	raw, err := box.Open(scratchPlace("plan", r.id), sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, &r.plan)
}

// rows reads scratch with a statement.
func rows(a *act.Act, of id.Space, stmt store.FirmStmt, args ...any) (out []row, err error) {
	box, err := a.SpaceBox(of)
	if err != nil {
		return nil, err
	}
	err = a.Each(stmt, append([]any{of}, args...), func(scan func(...any) error) error {
		var r row
		err := r.scan(box, scan)
		out = append(out, r)
		return err
	})
	return out, err
}

// put writes a new row at a place, where whatever was is gone.
func (v *visit) put(in place, r *row) error {
	if err := v.admit(in.space, r.size); err != nil {
		return err
	}
	box, err := v.a.SpaceBox(in.space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(r.plan)
	if err != nil {
		return err
	}
	if r.id == "" {
		r.id = id.New[id.Scratch](v.a.Now)
	}
	shelf, at := shelfHash(box, v.by.Person, in.shelf()), placeHash(box, v.by.Person, in.shelf(), r.plan.Name)
	if r.kind == coming {
		shelf, at = []byte(r.id), []byte(r.id)
	} else if err := v.vacate(in, r.plan.Name); err != nil {
		return err
	}
	body := box.Seal(scratchPlace("body", r.id), r.body)
	if r.wrapped == nil {
		r.wrapped = []byte{}
	}
	return v.a.Write(insertScratch, r.id, in.space, v.by.Person, at, shelf, r.kind,
		box.Seal(scratchPlace("plan", r.id), raw), body, r.blob, r.wrapped, r.size, store.Micros(v.a.Now))
}

// admit keeps one person from filling the house with what is no document.
func (v *visit) admit(of id.Space, size int64) error {
	var count, used int64
	if err := v.a.Row(countScratch, []any{of, v.by.Person}, &count, &used); err != nil {
		return err
	}
	if count >= maxScratch || used+size > maxScratchSize {
		return fault.New(fault.NoSpace, "drive.scratch_full")
	}
	return nil
}

// vacate makes room at a place of scratch.
func (v *visit) vacate(in place, name string) error {
	there, err := v.rowAt(in, name)
	if err != nil || there == nil {
		return err
	}
	return v.drop(there)
}

// drop makes a row absent; the bytes of its blob go next.
func (v *visit) drop(r *row) error {
	if r.blob == "" {
		return v.a.Write(deleteScratch, r.id)
	}
	v.removed = append(v.removed, *r)
	return v.a.Write(updateGone, r.id, []byte(r.id))
}

// settle gives a row a place and a plan.
func (v *visit) settle(in place, r *row) error {
	box, err := v.a.SpaceBox(in.space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(r.plan)
	if err != nil {
		return err
	}
	at := placeHash(box, v.by.Person, in.shelf(), r.plan.Name)
	return v.a.Write(updatePlace, r.id, at, shelfHash(box, v.by.Person, in.shelf()), r.kind,
		box.Seal(scratchPlace("plan", r.id), raw), r.size, store.Micros(v.a.Now))
}

// replan writes what a row stands for from now on.
func (v *visit) replan(of id.Space, r *row) error {
	box, err := v.a.SpaceBox(of)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(r.plan)
	if err != nil {
		return err
	}
	return v.a.Write(updatePlan, r.id, box.Seal(scratchPlace("plan", r.id), raw))
}

// rowAt is the scratch of the actor under a name, or nil.
func (v *visit) rowAt(in place, name string) (*row, error) {
	box, err := v.a.SpaceBox(in.space)
	if err != nil {
		return nil, err
	}
	found, err := rows(v.a, in.space, selectScratch, placeHash(box, v.by.Person, in.shelf(), name))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// asides are the documents that programs of the actor have set aside, and that
// are hidden from her drive meanwhile.
func (v *visit) asides(of id.Space) ([]row, error) {
	found, err := rows(v.a, of, selectAsides, v.by.Person, store.Micros(v.a.Now.Add(-keepAside)))
	if err != nil {
		return nil, err
	}
	waiting := found[:0]
	for _, r := range found {
		if r.waits(v.a.Now) {
			waiting = append(waiting, r)
		}
	}
	return waiting, nil
}

// ref names the bytes of a scratch file that has a blob.
func (r *row) ref(f id.Firm, of id.Space) blob.Ref {
	return blob.Ref{Firm: f, Space: of, Document: id.Item(r.id), Version: id.Version(r.id), Blob: r.blob}
}
