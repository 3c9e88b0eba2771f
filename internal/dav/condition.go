package dav

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/id"
)

// preconditions refuses a change of what is no longer, or already, what the
// client believes (RFC 9110, 13.1).
func (r *request) preconditions(n *drive.Node) error {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	etag := ""
	if n != nil {
		etag = n.ETag
	}
	if match != "" && (n == nil || match != "*" && !has(match, etag)) ||
		none != "" && n != nil && (none == "*" || has(none, etag)) {
		return changed()
	}
	return nil
}

// exact reports whether the request is for one version and no other.
func (r *request) exact() bool {
	match := r.Header.Get("If-Match")
	return match != "" && match != "*"
}

func changed() error { return fault.New(fault.Precondition, "drive.changed") }

// has reports whether a list of entity tags names one; "*" names any.
func has(list, etag string) bool {
	if list == "" || etag == "" {
		return false
	}
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for t := range strings.SplitSeq(list, ",") {
		if strings.TrimPrefix(strings.TrimSpace(t), "W/") == etag {
			return true
		}
	}
	return false
}

// maxConditions is how many conditions an If header may have.
const maxConditions = 200

// list is one list of conditions of an If header (RFC 4918, 10.4): all must
// hold of the resource it is tagged with.
type list struct {
	tag   string // address, "" for that of the request
	conds []cond
}

type cond struct {
	not   bool
	token string // a state token, or
	etag  string // an entity tag
}

var errIf = errors.New("dav: unreadable If header")

// parseIf reads an If header.
func parseIf(s string) (lists []list, err error) {
	p := ifParser{rest: s}
	tag, count := "", 0
	for {
		switch p.next() {
		case 0:
			if len(lists) == 0 {
				return nil, errIf
			}
			return lists, nil
		case '<':
			if tag, err = p.until('>'); err != nil {
				return nil, err
			}
		case '(':
			l := list{tag: tag}
			if l.conds, err = p.conditions(); err != nil {
				return nil, err
			}
			if count += len(l.conds); count > maxConditions {
				return nil, errIf
			}
			lists = append(lists, l)
		default:
			return nil, errIf
		}
	}
}

type ifParser struct{ rest string }

// next skips white space and returns the byte that follows without taking it.
func (p *ifParser) next() byte {
	p.rest = strings.TrimLeft(p.rest, " \t")
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

// until takes a text between the byte it stands on and end.
func (p *ifParser) until(end byte) (string, error) {
	i := strings.IndexByte(p.rest[1:], end)
	if i <= 0 {
		return "", errIf
	}
	text := p.rest[1 : 1+i]
	p.rest = p.rest[i+2:]
	return text, nil
}

// conditions takes a list in brackets.
func (p *ifParser) conditions() (out []cond, err error) {
	p.rest = p.rest[1:]
	not := false
	for {
		c := cond{not: not}
		switch p.next() {
		case ')':
			p.rest = p.rest[1:]
			if len(out) == 0 || not {
				return nil, errIf
			}
			return out, nil
		case 'N', 'n':
			if not || len(p.rest) < 3 || !strings.EqualFold(p.rest[:3], "Not") {
				return nil, errIf
			}
			p.rest, not = p.rest[3:], true
			continue
		case '<':
			c.token, err = p.until('>')
		case '[':
			c.etag, err = p.until(']')
		default:
			return nil, errIf
		}
		if err != nil || len(out) == maxConditions {
			return nil, errIf
		}
		out, not = append(out, c), false
	}
}

// demanded evaluates the If header: one of its lists must hold.
func (r *request) demanded() error {
	header := strings.Join(r.Header.Values("If"), " ")
	if header == "" || r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == "PROPFIND" {
		return nil
	}
	lists, err := parseIf(header)
	if err != nil {
		return malformed(err)
	}
	seen := map[string]drive.Node{}
	for _, l := range lists {
		n, known := seen[l.tag]
		if !known {
			if n, err = r.state(l.tag); err != nil {
				return err
			}
			seen[l.tag] = n
		}
		if l.holds(n) {
			return nil
		}
	}
	return changed()
}

// state is what a tag of an If header stands for; the zero Node when the actor
// sees nothing there.
func (r *request) state(tag string) (drive.Node, error) {
	p := r.path
	if tag != "" {
		u, err := url.Parse(tag)
		if err != nil {
			return drive.Node{}, malformed(err)
		}
		if p, err = r.at(u); fault.Is(err, fault.NotFound) {
			return drive.Node{}, nil
		} else if err != nil {
			return drive.Node{}, err
		}
	}
	n, err := r.dav.Drives.Look(r.Context(), r.actor, p)
	if fault.Is(err, fault.NotFound) {
		return drive.Node{}, nil
	}
	return n, err
}

func (l list) holds(n drive.Node) bool {
	return !slices.ContainsFunc(l.conds, func(c cond) bool {
		return c.not == c.true(n)
	})
}

func (c cond) true(n drive.Node) bool {
	if c.token == "" {
		return n.ETag != "" && strings.TrimPrefix(c.etag, "W/") == n.ETag
	}
	return slices.ContainsFunc(n.Locks, func(l drive.Lock) bool { return l.Token != "" && lockToken(l.Token) == c.token })
}

// tokens are the locks that the request says to hold: those its If header
// names anywhere.
func (r *request) tokens() (out []id.Lock) {
	lists, err := parseIf(strings.Join(r.Header.Values("If"), " "))
	if err != nil {
		return nil // what is unreadable was refused before
	}
	for _, l := range lists {
		for _, c := range l.conds {
			if t, err := tokenOf(c.token); err == nil {
				out = append(out, t)
			}
		}
	}
	return out
}

// tokenOf reads a lock token of ours.
func tokenOf(text string) (id.Lock, error) {
	rest, ours := strings.CutPrefix(text, tokenPrefix)
	if !ours {
		return "", id.ErrMalformed
	}
	return id.Parse[id.Lock](rest)
}

// transfer runs a COPY or MOVE.
func (r *request) transfer(w *front.Writer, shallow bool, do func(context.Context, authz.Actor, drive.Transfer) (bool, error)) error {
	to, err := r.destination()
	if err != nil {
		return err
	}
	overwrite := r.Header.Get("Overwrite")
	if overwrite != "" && !strings.EqualFold(overwrite, "T") && !strings.EqualFold(overwrite, "F") {
		return malformed(errors.New("dav: Overwrite"))
	}
	created, err := do(r.Context(), r.actor, drive.Transfer{
		From: r.path, To: to, Overwrite: !strings.EqualFold(overwrite, "F"), Shallow: shallow,
		Reason: r.printer.T("drive.reason"), Guard: r.guard(),
	})
	if err != nil {
		return err
	}
	if created {
		w.Header().Set("Location", href(to, false))
	}
	w.WriteHeader(made(created))
	return nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
