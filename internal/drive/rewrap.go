package drive

import (
	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var (
	selectWrapped = store.ForFirm(`
select id, key from drive_scratch where firm_id = $1 and space_id = $2 and blob_id <> '' and kind <> 'gone'`)

	updateWrapped = store.ForFirm(`update drive_scratch set key = $3 where firm_id = $1 and id = $2`)
)

// Rewrap wraps the keys of what network drives keep in a space for a while under
// the key of the space that is in use. It returns how many keys it looked at, and
// how many were under another.
func Rewrap(a *act.Act, in id.Space) (seen, moved int, err error) {
	defer fault.Op(&err, "drive.Rewrap(%s)", in)
	keys := map[id.Scratch][]byte{}
	err = a.Each(selectWrapped, []any{in}, func(scan func(...any) error) error {
		var of id.Scratch
		var wrapped []byte
		err := scan(&of, &wrapped)
		keys[of] = wrapped
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	for of, wrapped := range keys {
		again, err := a.Ring().Rewrap(a.Tx, in, scratchPlace("key", of), wrapped)
		if err != nil {
			return seen, moved, err
		}
		if again == nil {
			continue
		}
		if err := a.Write(updateWrapped, of, again); err != nil {
			return seen, moved, err
		}
		moved++
	}
	return len(keys), moved, nil
}
