package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// rows measures what cannot be left out of an act: the rows that it leaves, written
// again into a copy of the firm as it was before, as barely as the bare server writes
// its own. Nobody is asked who she is, nothing is decided, sealed, read or sent.
func (b *bench) rows(ctx context.Context) error {
	const acts = 800
	for _, one := range []struct {
		what string
		do   func(client, i int) error
	}{
		{"memo", func(client, i int) error { return b.memo(ctx, client, i) }},
		{"file of 50 KB", func(_, i int) error { _, err := b.file(ctx, "7", i); return err }},
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
	all, err := difference(before, after)
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(slices.Clone(all), func(l left) bool { return strings.HasPrefix(l.table, "search_") })
	for _, one := range []struct {
		said string
		rows []left
	}{{" in all", all}, {" but for the search", own}} {
		to := before + one.said
		if err := os.WriteFile(to, raw, 0o600); err != nil {
			return err
		}
		spent, err := replay(to, one.rows, acts/8)
		if err != nil {
			return err
		}
		n := 0
		for _, l := range one.rows {
			n += len(l.rows)
		}
		b.sheet.add(figure{what: what + ": rows that stay" + one.said, got: float64(n) / float64(acts)})
		b.sheet.add(figure{what: what + ": these written again, processor", unit: "ms", got: ms(spent) / float64(acts)})
	}
	return nil
}

// difference reads the rows that one file has and an earlier one of the same tables has not.
func difference(before, after string) (all []left, err error) {
	db, err := openSession(before)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.conn.Close()) }()
	if _, err := db.run("attach ? as later", after); err != nil {
		return nil, err
	}
	err = db.each("select name from main.sqlite_schema where type = 'table' and name not like 'sqlite_%'", func(v []driver.Value) error {
		all = append(all, left{table: fmt.Sprint(v[0])})
		return nil
	})
	for i := 0; i < len(all) && err == nil; i++ {
		l := &all[i]
		err = db.each(`select * from later."`+l.table+`" except select * from main."`+l.table+`"`, func(v []driver.Value) error {
			l.rows = append(l.rows, slices.Clone(v))
			return nil
		})
	}
	return all, err
}

// replay writes rows into a file in so many commits, and returns the processor it took.
func replay(to string, all []left, commits int) (spent time.Duration, err error) {
	db, err := openSession(to)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.conn.Close()) }()
	self := meter{os.Getpid()}
	began, err := self.processor()
	for c := 0; c < commits && err == nil; c++ {
		err = db.commit(all, c, commits)
	}
	if err != nil {
		return 0, err
	}
	ended, err := self.processor()
	return ended - began, err
}

// commit writes one of so many parts of each table's rows.
func (s *session) commit(all []left, part, parts int) error {
	if _, err := s.run("begin immediate"); err != nil {
		return err
	}
	for _, l := range all {
		some := l.rows[len(l.rows)*part/parts : len(l.rows)*(part+1)/parts]
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
	_, err := s.run("commit")
	return err
}
