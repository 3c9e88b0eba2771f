package desk

import (
	"encoding/hex"
	"strconv"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/overview"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Journal is the firm's own acts. What is done inside a space is in the journal
// of that space, for its members.
type Journal struct {
	ui.Base
	Entries []Line
	More    *ui.More
	Head    *Head // nil before anything is signed
}

// Line is one entry in words.
type Line struct {
	Act      string
	At       string
	Position string // in the tree, from 0; empty while it waits for one
	Hash     string // the first bytes of its leaf, enough to tell two entries apart
}

// Head is the latest signed state.
type Head struct {
	Size int
	At   string
	Root ui.Hash
}

const (
	entries   = 50
	shortHash = 6 // bytes of a leaf that a line shows
)

var journalPage = ui.Parse[Journal](files, "journal.tmpl")

// Journal shows what was done to the firm itself, the latest first.
func (p *Pages) Journal(r *web.Request) (web.Answer, error) {
	q := overview.JournalQuery{Limit: entries + 1}
	if before := r.URL.Query().Get("before"); before != "" {
		var err error
		if q.Before, err = id.Parse[id.Entry](before); err != nil {
			return nil, fault.Absent().Because(err)
		}
	}
	found, err := p.Overview.Journal(r.Context(), r.Actor, q)
	if err != nil {
		return nil, err
	}
	head, err := p.Overview.Head(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	b := frame(r, r.Printer.T("desk.journal.title"))
	b.Section = "journal"
	return web.Show(journalPage, newJournal(b, found, head)), nil
}

func newJournal(b ui.Base, found []overview.Entry, head journal.Head) Journal {
	page := Journal{Base: b}
	if len(found) > entries {
		found = found[:entries]
		page.More = &ui.More{Href: "?before=" + string(found[entries-1].ID), List: "entries"}
	}
	for _, e := range found {
		line := Line{Act: act(b, e), At: b.DateTime(e.At), Hash: hex.EncodeToString(e.Leaf[:shortHash])}
		if e.Position >= 0 {
			line.Position = strconv.FormatInt(e.Position, 10)
		}
		page.Entries = append(page.Entries, line)
	}
	if head.Size > 0 {
		page.Head = &Head{
			Size: int(head.Size), At: b.DateTime(head.At),
			Root: ui.Hash{Label: b.T("desk.journal.root"), Value: hex.EncodeToString(head.Root[:])},
		}
	}
	return page
}

// act is an entry in one sentence; a kind without a sentence is shown as it is.
func act(b ui.Base, e overview.Entry) string {
	key := "desk.act." + e.Kind
	if !b.Has(key) {
		return e.Kind
	}
	actor := someone(b, e.ActorName)
	if e.ForName != "" {
		actor = b.T("room.acts_for", actor, e.ForName)
	}
	return b.T(key, actor, someone(b, e.AboutName))
}

func someone(b ui.Base, name string) string {
	if name == "" {
		return b.T("desk.someone")
	}
	return name
}
