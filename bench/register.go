package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/store"

	"golang.org/x/sync/errgroup"
)

// register notes in which spaces words stand, of what was filed: for many spaces
// at once, which the job of the product does for one document, and in the order in
// which they were opened.
func (e *estate) register(ctx context.Context, s *server.Server) error {
	by := e.Firm.Lawyer.Actor
	var all []space.Space
	for page := (space.Page{Limit: 1000}); ; {
		some, err := s.Spaces.List(ctx, by, page)
		if err != nil {
			return err
		}
		if all = append(all, some...); len(some) < page.Limit {
			break
		}
		last := some[len(some)-1]
		page.Changed, page.After = last.Changed, last.ID
	}
	slices.SortFunc(all, func(x, y space.Space) int { return cmp.Compare(x.ID, y.ID) })
	for some := range slices.Chunk(all[e.Worded:], 200) {
		texts := make([][]letter, len(some))
		work, inner := errgroup.WithContext(ctx)
		work.SetLimit(4)
		for i, sp := range some {
			work.Go(func() (err error) {
				texts[i], err = e.letters(inner, s, sp.ID)
				return err
			})
		}
		if err := work.Wait(); err != nil {
			return err
		}
		if err := s.Office.Keep(ctx, e.Firm.ID, func(a *act.Act) error { return enter(a, some, texts) }); err != nil {
			return err
		}
		e.Worded += len(some)
		if err := e.save(); err != nil {
			return err
		}
		fmt.Printf("%s: words of %d spaces, load %s\n", e, e.Worded, load())
	}
	return nil
}

// letters reads what is in a space.
func (e *estate) letters(ctx context.Context, s *server.Server, of id.Space) ([]letter, error) {
	docs, err := s.Documents.List(ctx, e.Firm.Lawyer.Actor, document.ListQuery{Space: of, Limit: 1000})
	if err != nil {
		return nil, err
	}
	all := make([]letter, len(docs))
	for i, d := range docs {
		r, err := s.Documents.Read(ctx, e.Firm.ID, d.ID)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r.Reader)
		if err := errors.Join(err, r.Reader.Close()); err != nil {
			return nil, err
		}
		all[i] = letter{of: d.ID, title: d.Title, text: string(text)}
	}
	return all, nil
}

func enter(a *act.Act, in []space.Space, texts [][]letter) error {
	var all []search.Words
	for i, of := range texts {
		for _, l := range of {
			all = append(all, search.Words{Space: in[i].ID, Item: l.of, Title: l.title, Contents: l.text})
			if _, err := a.Exec(updateWorded, l.of); err != nil {
				return err
			}
		}
	}
	return document.Register(a, 0, all...)
}

var updateWorded = store.ForFirm(`
update version set worded = 3 where firm_id = $1 and id = (select version_id from document where firm_id = $1 and id = $2)`)
