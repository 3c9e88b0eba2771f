package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// blankFirm is the file of a firm that has nothing yet, as the migrations leave it: they
// cost a tenth of a second of the processor, once instead of for each firm.
var blankFirm = sync.OnceValues(func() (file []byte, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx := context.Background() // whoever comes first works for all
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := migrate(ctx, newBare(conn), liteDialect{}, firmScope); err != nil {
		return nil, err
	}
	err = conn.Raw(func(own any) error {
		c, ok := own.(interface{ Serialize() ([]byte, error) })
		if !ok {
			return fmt.Errorf("store: %T is not written as a file", own)
		}
		file, err = c.Serialize()
		return err
	})
	return file, err
})
