package account

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// DeviceLife is how long a browser that is not used is remembered.
const DeviceLife = 400 * 24 * time.Hour

var (
	selectDevice = store.ForDirectory(`select seen_at from device where hash = $1`)

	insertDevice = store.ForDirectory(`
insert into device (hash, person_id, seen_at) values ($1, $2, $3)
on conflict (hash) do update set seen_at = excluded.seen_at`)

	deleteDevicesOf = store.ForDirectory(`delete from device where person_id = $1`)

	deleteDevices = store.ForDirectory(`delete from device where seen_at < $1`)
)

// meet notes the browser that a session is opened in, and reports whether this
// person has never used it: then somebody else may have. A source that names no
// browser is met every time and remembered never. The row is found by a keyed
// hash of both, so that it says nothing and cannot be made by hand.
func (s *Service) meet(tx *store.DirectoryTx, p id.Person, from Source) (stranger bool, err error) {
	if len(from.Device) != TokenLength {
		return true, nil
	}
	hash := s.box().Lookup("device", string(p)+"/"+from.Device)
	now := s.office.Clock()
	var seen int64
	err = tx.Row(selectDevice, []any{hash}, &seen)
	if err != nil && !errors.Is(err, store.ErrNoRow) {
		return false, err
	}
	stranger = err != nil || store.Time(seen).Before(now.Add(-DeviceLife))
	err = tx.Write(insertDevice, hash, p, store.Micros(now))
	return stranger, err
}

// SignOutEverywhere ends every session of a person, on every node at once, and
// forgets her browsers: each is a stranger again.
func (s *Service) SignOutEverywhere(ctx context.Context, p id.Person) (err error) {
	defer fault.Op(&err, "account.SignOutEverywhere(%s)", p)
	return s.change(ctx, p, func(tx *store.DirectoryTx, row *identity) error {
		if err := tx.Write(deleteDevicesOf, p); err != nil {
			return err
		}
		return expel(tx, row)
	})
}
