package door

import (
	"encoding/json"
	"net/http"

	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// KeyForm is a form that a script fills with what the browser's passkey answers;
// without script it is not shown, and nothing is lost. Template "passkey".
type KeyForm struct {
	Ask    string // where the question is fetched
	What   string // "get" or "create"
	Action string // where the answer is posted
	Next   string
	Kept   []ui.Hidden // sent along
	Label  string
	Fail   string // what is said when the browser gives none
	Wide   bool
}

const keyPath = signInPath + "/passkey"

// keyForm signs in with a passkey; nil where none are offered.
func (p *Pages) keyForm(r *web.Request, next string) *KeyForm {
	if !p.Accounts.Passkeys() {
		return nil
	}
	return &KeyForm{
		Ask: keyPath + "/ask", What: "get", Action: keyPath, Next: next, Wide: true,
		Label: r.Printer.T("door.key_use"), Fail: r.Printer.T("door.key_failed"),
	}
}

// question is what the script is given.
type question struct {
	Challenge string          `json:"challenge"`
	Options   json.RawMessage `json:"options"`
}

// DoAskKey gives the script the question for any passkey.
func (p *Pages) DoAskKey(r *web.Request) (web.Answer, error) {
	challenge, options, err := p.Accounts.AskPasskey(r.Context(), r.Source)
	if err != nil {
		return nil, err
	}
	return web.JSON(http.StatusOK, question{challenge, options}), nil
}

// DoUseKey signs in with the answer.
func (p *Pages) DoUseKey(r *web.Request) (web.Answer, error) {
	page := p.signIn(r, r.Value("next"))
	token, session, err := p.Accounts.UsePasskey(r.Context(), r.Value("challenge"), []byte(r.Value("answer")), r.Step(), from(r))
	if err == nil {
		return p.begin(r, token, session, onward(session, page.Next)), nil
	}
	if err := p.copied(r, err); err != nil {
		return nil, err
	}
	if !mended(err) {
		return nil, err
	}
	page.Refused = r.Printer.Fault(err)
	return web.Again(signInTemplate, page, err), nil
}

// DoAskNewKey gives the script the question for a new passkey.
func (p *Pages) DoAskNewKey(r *web.Request) (web.Answer, error) {
	challenge, options, err := p.Accounts.NewPasskey(r.Context(), r.Session)
	if err != nil {
		return nil, err
	}
	return web.JSON(http.StatusOK, question{challenge, options}), nil
}

// DoAddKey keeps the new passkey, under the name of the device it was made on.
func (p *Pages) DoAddKey(r *web.Request) (web.Answer, error) {
	name := device(r.UserAgent()).name(r.Printer)
	out, err := p.Accounts.AddPasskey(r.Context(), r.Session, r.Value("challenge"), []byte(r.Value("answer")), name, from(r))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return p.refuse(r, err)
	}
	if err != nil {
		return nil, err
	}
	return p.changed(r, out, lifecycle.FactorAdded, "factor_added")
}
