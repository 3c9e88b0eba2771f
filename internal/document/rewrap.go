package document

import (
	"encoding/json"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Rewrap wraps the keys of the next documents of a space after one under the key
// of the space that is in use; their bytes stay as they are. It returns how many
// keys it looked at, how many were under another key of the space, and where to go
// on: "" at the end. Nobody asks and nothing is opened.
func Rewrap(a *act.Act, in id.Space, after id.Item) (seen, moved int, next id.Item, err error) {
	defer fault.Op(&err, "document.Rewrap(%s)", in)
	var page []id.Item
	err = a.Each(selectNext, []any{in, after}, func(scan func(...any) error) error {
		var of id.Item
		err := scan(&of)
		page = append(page, of)
		return err
	})
	if err != nil || len(page) == 0 {
		return 0, 0, "", err
	}
	for _, of := range page {
		n, m, err := rewrapVersions(a, in, of)
		if err != nil {
			return seen, moved, after, err
		}
		seen, moved = seen+n, moved+m
	}
	return seen, moved, page[len(page)-1], nil
}

// rewrapVersions checks the MAC of each row before it makes another one.
func rewrapVersions(a *act.Act, in id.Space, of id.Item) (seen, moved int, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return 0, 0, err
	}
	var all []stored
	err = a.Each(selectWrapped, []any{of}, func(scan func(...any) error) error {
		var v stored
		var mac []byte
		var created int64
		if err := scan(&v.ID, &v.Number, &v.Author, &v.Size, &created, &mac, &v.blob, &v.wrapped, &v.digestHash); err != nil {
			return err
		}
		v.Created = store.Time(created)
		all = append(all, v)
		return box.CheckMAC(mac, "version", v.fields(of)...)
	})
	if err != nil {
		return 0, 0, err
	}
	for _, v := range all {
		again, err := a.Ring().Rewrap(a.Tx, in, versionPlace("key", v.ID), v.wrapped)
		if err != nil {
			return 0, 0, err
		}
		if again == nil {
			continue
		}
		v.wrapped = again
		if err := a.Write(updateWrapped, v.ID, again, box.MAC("version", v.fields(of)...)); err != nil {
			return 0, 0, err
		}
		moved++
	}
	return len(all), moved, nil
}

// RewrapArriving does the same for what is being uploaded into a space.
func RewrapArriving(a *act.Act, in id.Space) (seen, moved int, err error) {
	defer fault.Op(&err, "document.RewrapArriving(%s)", in)
	box, err := a.SpaceBox(in)
	if err != nil {
		return 0, 0, err
	}
	type arriving struct {
		id            id.Upload
		plan, wrapped []byte
	}
	var all []arriving
	err = a.Each(selectArriving, []any{in}, func(scan func(...any) error) error {
		var u arriving
		err := scan(&u.id, &u.plan, &u.wrapped)
		all = append(all, u)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	for _, u := range all {
		raw, err := box.Open(uploadPlace("plan", u.id), u.plan)
		if err != nil {
			return seen, moved, err
		}
		var p plan
		if err := json.Unmarshal(raw, &p); err != nil {
			return seen, moved, err
		}
		again, err := a.Ring().Rewrap(a.Tx, in, versionPlace("key", p.Version), u.wrapped)
		if err != nil {
			return seen, moved, err
		}
		if again == nil {
			continue
		}
		if err := a.Write(updateArriving, u.id, again); err != nil {
			return seen, moved, err
		}
		moved++
	}
	return len(all), moved, nil
}
