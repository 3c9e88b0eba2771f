package door

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/skip2/go-qrcode"

	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/totp"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// AppPage adds an application that shows codes: its secret as a picture and in
// letters, and a field for the first code.
type AppPage struct {
	ui.Base
	Picture   QR
	Secret    ui.Hash // for typing, or for an application on this very device
	Challenge string
	Code      ui.Field
	Next      string // page of ours from which she was led here, or empty
}

// QR is a picture of black squares: an SVG path in a box.
type QR struct{ Box, Path string }

var appTemplate = ui.Parse[AppPage](files, "app.tmpl")

// DoNewApp makes a secret and shows it on the one page that ever does.
func (p *Pages) DoNewApp(r *web.Request) (web.Answer, error) {
	challenge, secret, err := p.Accounts.NewTOTP(r.Context(), r.Session)
	if err != nil {
		return p.refuse(r, err)
	}
	page, err := p.app(r, challenge, secret)
	if err != nil {
		return nil, err
	}
	return web.Show(appTemplate, page), nil
}

func (p *Pages) app(r *web.Request, challenge string, secret totp.Secret) (page AppPage, err error) {
	person, err := p.Accounts.Person(r.Context(), r.Session.Person)
	if err != nil {
		return page, err
	}
	here, err := url.Parse(r.Absolute("/"))
	if err != nil {
		return page, err
	}
	page = AppPage{Base: accountBase(r, person, r.Printer.T("door.app")), Challenge: challenge, Next: web.Local(r.Value("next"))}
	uri := secret.URI(here.Hostname(), person.Email)
	page.Secret = ui.Hash{Label: r.Printer.T("door.app_secret"), Value: grouped(secret.Text())}
	if page.Picture, err = picture(uri); err != nil {
		return page, err
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: factorsFor(page.Next), Label: r.Printer.T("door.factors")})
	page.Code = ui.Field{Kind: ui.Code, Name: "code", Label: r.Printer.T("door.app_code"), Hint: r.Printer.T("door.app_code_hint"), Length: maxCode}
	return page, nil
}

// grouped writes a secret so that an eye finds its place again.
func grouped(text string) string {
	var b strings.Builder
	for i, c := range text {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// picture draws a text as a QR code, with its quiet border.
func picture(text string) (QR, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return QR{}, fmt.Errorf("door: QR code: %w", err)
	}
	rows := code.Bitmap()
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if n := x - start; n > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", start, y, n, n)
			}
		}
	}
	return QR{Box: fmt.Sprintf("0 0 %d %d", len(rows), len(rows)), Path: path.String()}, nil
}

// DoAddApp takes the first code; from then on a code is asked for.
func (p *Pages) DoAddApp(r *web.Request) (web.Answer, error) {
	challenge := r.Value("challenge")
	out, secret, err := p.Accounts.AddTOTP(r.Context(), r.Session, challenge, r.Value("code"), r.Printer.T("door.app_name"), from(r))
	if fault.Is(err, fault.Invalid) {
		page, broken := p.app(r, challenge, secret)
		if broken != nil {
			return nil, broken
		}
		correct(r, &page.Code, err)
		return web.Again(appTemplate, page, err), nil
	}
	if err != nil {
		return p.refuse(r, err)
	}
	return p.changed(r, out, lifecycle.FactorAdded, "factor_added")
}
