package main

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// rows measures what cannot be left out of an act: the rows that it leaves, written
// again into a copy of the firm as it was before, as barely as the bare server writes
// its own. Nobody is asked who she is, nothing is decided, sealed, read or sent.
func (b *bench) rows(ctx context.Context) error {
	const acts = 800
	room := b.world.Small.Rooms["deposit"]
	documents := "/api/v1/spaces/" + string(room.ID) + "/documents?circle=" + string(room.House.Client)
	for _, one := range []struct {
		what string
		do   func(client, i int) error
	}{
		{"memo", func(client, i int) error { return b.memo(ctx, client, i) }},
		{"file of 50 KB", func(_, i int) error {
			name := fmt.Sprintf(`attachment; filename="Justificatif %d.pdf"`, i)
			_, err := b.tool.send(ctx, documents, "application/octet-stream", name, bytes.NewReader(b.paper(i)), paperSize)
			return err
		}},
	} {
		before, err := b.snapshot(ctx, one.what+" before")
		if err != nil {
			return err
		}
		if _, err := crowd(8, acts, one.do); err != nil {
			return err
		}
		after, err := b.snapshot(ctx, one.what+" after")
		if err != nil {
			return err
		}
		if err := b.writeAgain(one.what, before, after, acts); err != nil {
			return err
		}
	}
	return nil
}

// snapshot copies the file of the small firm once the server is quiet.
func (b *bench) snapshot(ctx context.Context, name string) (string, error) {
	if err := b.quiet(ctx); err != nil {
		return "", err
	}
	db, err := openSession(filepath.Join(b.world.Dir, "firms", string(b.world.Small.ID), "firm.db"))
	if err != nil {
		return "", err
	}
	to := filepath.Join(b.dir, name+".db")
	_, err = db.run("vacuum into ?", to)
	return to, errors.Join(err, db.conn.Close())
}

// left are the rows that acts left in a table.
type left struct {
	table string
	rows  [][]driver.Value
}

// writeAgain writes the rows that are in after and not in before into two copies of
// before: all of them, and all but those that only the search needs.
func (b *bench) writeAgain(what, before, after string, acts int) error {
	raw, err := os.ReadFile(before)
	if err != nil {
		return err
	}
	for _, some := range []struct {
		said string
		skip func(table string) bool
	}{
		{" in all", func(string) bool { return false }},
		{" but for the search", func(table string) bool { return strings.HasPrefix(table, "search_") }},
	} {
		again := before + some.said // each its own: statements that are kept keep the log of a file
		if err := os.WriteFile(again, raw, 0o600); err != nil {
			return err
		}
		db, err := openSession(again)
		if err != nil {
			return err
		}
		all, err := db.difference(after)
		all = slices.DeleteFunc(all, func(l left) bool { return some.skip(l.table) })
		var n int
		for _, l := range all {
			n += len(l.rows)
		}
		self := meter{os.Getpid()}
		began, measured := self.processor()
		if err := errors.Join(err, measured, db.replay(all, acts/8)); err != nil {
			return errors.Join(err, db.conn.Close())
		}
		ended, err := self.processor()
		if err := errors.Join(err, db.conn.Close()); err != nil {
			return err
		}
		b.sheet.add(figure{what: what + ": rows that stay" + some.said, got: float64(n) / float64(acts)})
		b.sheet.add(figure{what: what + ": these written again, processor", unit: "ms", got: ms(ended-began) / float64(acts)})
	}
	return nil
}

// difference reads the rows that another file of the same tables has and this one has not.
func (s *session) difference(other string) (all []left, err error) {
	if _, err := s.run("attach ? as other", other); err != nil {
		return nil, err
	}
	err = s.each("select name from main.sqlite_schema where type = 'table' and name not like 'sqlite_%'", func(v []driver.Value) error {
		all = append(all, left{table: fmt.Sprint(v[0])})
		return nil
	})
	for i := range all {
		l := &all[i]
		found := s.each(`select * from other."`+l.table+`" except select * from main."`+l.table+`"`, func(v []driver.Value) error {
			l.rows = append(l.rows, slices.Clone(v))
			return nil
		})
		err = errors.Join(err, found)
	}
	return all, err
}

// replay writes rows in so many commits.
func (s *session) replay(all []left, commits int) error {
	for c := range commits {
		if _, err := s.run("begin immediate"); err != nil {
			return err
		}
		for _, l := range all {
			some := l.rows[len(l.rows)*c/commits : len(l.rows)*(c+1)/commits]
			if len(some) == 0 {
				continue
			}
			text := `insert or replace into main."` + l.table + `" values (?` + strings.Repeat(", ?", len(some[0])-1) + ")"
			for _, row := range some {
				if _, err := s.run(text, row...); err != nil {
					return fmt.Errorf("%s: %w", l.table, err)
				}
			}
		}
		if _, err := s.run("commit"); err != nil {
			return err
		}
	}
	return nil
}
