package door

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// ProvePage asks somebody who has signed in to show again that it is she, before
// what is grave, and keeps what she sent.
type ProvePage struct {
	ui.Base
	Action  string
	Kept    []ui.Hidden
	Current *ui.Field  // nil for who has no password
	Key     *KeyForm   // nil where no passkeys are offered
	Away    *ui.Button // shows it to who vouches for her; nil for the others
	Go      *ui.Button // she has shown it there, and goes on; nil until then
	Chooses bool       // what she sent was a file, which she chooses again
	Refused string     // what was wrong with a passkey, or empty
	Back    ui.Button
}

var proveTemplate = ui.Parse[ProvePage](files, "prove.tmpl", "passkey.tmpl")

const (
	provePath = "/account/prove"
	proveFor  = "prove-for" // the field that holds the address of what waits
	proveSee  = "prove-see" // or that of the page she goes back to
)

// Prove is what a form is answered with whose act asks for more than a session.
func (p *Pages) Prove(r *web.Request) (web.Answer, error) {
	stale := fault.New(fault.Forbidden, "fault.stale")
	what := waiting{proveFor, r.URL.Path, web.Resend}
	if r.Method == http.MethodGet { // a file: she goes on from the page of its document
		page := r.SpacePath(id.Space(r.PathValue("space")), "documents", r.PathValue("document"))
		what = waiting{proveSee, page, back}
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") { // a file does not wait: she chooses it again
		what = waiting{proveSee, r.URL.Path, back}
	}
	page, err := p.prove(r, what)
	if err != nil {
		return nil, err
	}
	page.Chooses = what.field == proveSee && r.Method == http.MethodPost
	return web.Again(proveTemplate, page, stale), nil
}

// waiting is what a proof leads to.
type waiting struct {
	field, path string
	on          func(path string) web.Answer
}

// back leads to a page, which says that she may go on.
func back(path string) web.Answer { return web.Done(path, "proven") }

// waits is what is said to wait, on our site.
func waits(r *web.Request) (waiting, bool) {
	for _, what := range []waiting{{proveFor, r.Value(proveFor), web.Resend}, {proveSee, r.Value(proveSee), back}} {
		if what.path = web.Local(what.path); what.path != "" && !strings.HasPrefix(what.path, provePath) {
			return what, true
		}
	}
	return waiting{}, false
}

func (p *Pages) prove(r *web.Request, what waiting) (ProvePage, error) {
	page := ProvePage{Action: provePath, Kept: []ui.Hidden{{Name: what.field, Value: what.path}}}
	page.Base = base(r, ui.Public, r.Printer.T("door.prove"), enterPath)
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if name == proveFor || name == proveSee || name == "current" || name == "challenge" || name == "answer" {
			continue
		}
		for _, value := range r.PostForm[name] {
			page.Kept = append(page.Kept, ui.Hidden{Name: name, Value: value})
		}
	}
	who, err := p.Accounts.Person(r.Context(), r.Session.Person)
	if err != nil {
		return page, err
	}
	if who.Password && !r.Session.Via.Vouched() {
		page.Current = &ui.Field{
			Kind: ui.Password, Name: "current", Label: r.Printer.T("door.password"), Autocomplete: "current-password", Focus: true,
		}
	}
	if page.Key = p.keyForm(r, ""); page.Key != nil {
		page.Key.Action, page.Key.Kept, page.Key.Label = provePath, page.Kept, r.Printer.T("door.prove_key")
	}
	switch {
	case r.Session.Via == authz.ViaKeycard:
		page.Away = &ui.Button{Label: r.Printer.T("door.prove_keycard"), Look: ui.Primary}
	case r.Session.Via.Vouched():
		page.Away = &ui.Button{Label: r.Printer.T("door.prove_away"), Look: ui.Primary}
	}
	page.Back = ui.Button{Label: r.Printer.T("door.prove_not"), Href: enterPath}
	return page, nil
}

// DoProve takes the proof and has the browser send again what waited for it.
func (p *Pages) DoProve(r *web.Request) (web.Answer, error) {
	what, ours := waits(r)
	if !ours {
		return nil, web.Absent()
	}
	token, session, err := p.shown(r)
	if err == nil {
		return p.begun(r, token, session, what.on(what.path)), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, late := p.prove(r, what)
	if late != nil {
		return nil, errors.Join(err, late)
	}
	if fault.Is(err, fault.Unauthenticated) || page.Current == nil {
		page.Refused = r.Printer.Fault(err)
	} else {
		correct(r, page.Current, err)
	}
	return web.Again(proveTemplate, page, err), nil
}

// shown opens a session in the place of hers, by her password or her passkey.
func (p *Pages) shown(r *web.Request) (token string, in account.Session, err error) {
	if r.Value("answer") == "" {
		return p.Accounts.Reprove(r.Context(), r.Session, r.Value("current"), from(r))
	}
	apart := from(r)
	apart.Former = "" // hers goes on when it is another's passkey
	token, in, err = p.Accounts.UsePasskey(r.Context(), r.Value("challenge"), []byte(r.Value("answer")), "", apart)
	if err != nil {
		return "", in, errors.Join(err, p.copied(r, err))
	}
	if in.Person != r.Session.Person {
		return "", in, errors.Join(fault.New(fault.Unauthenticated, "account.passkey_refused"), p.Accounts.SignOut(r.Context(), token))
	}
	return token, in, p.Accounts.SignOut(r.Context(), r.Token)
}

// copied tells her of a passkey that there are two of.
func (p *Pages) copied(r *web.Request, err error) error {
	var one *account.Cloned
	if !errors.As(err, &one) {
		return nil
	}
	return p.Lifecycle.FactorsChanged(r.Context(), one.Person, authz.ViaPasskey, lifecycle.FactorCopied)
}
