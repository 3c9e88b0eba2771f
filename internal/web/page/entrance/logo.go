package entrance

import (
	"errors"
	"io"

	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Logos are what the pages of the firm show of it, and the form for another picture.
type Logos struct {
	Action   string
	Remove   string // where one is taken away
	Shown    []Shown
	Summary  ui.Summary
	Ground   ui.Field
	File     ui.Field
	Submit   ui.Button
	Unfolded bool
}

// Shown is one logo as it is.
type Shown struct {
	Picture ui.Picture
	Ground  string // "light" or "dark"
	Label   string
	Remove  ui.Button
}

// The pages that a logo is for, as the form says it.
const (
	onLight = "light"
	onDark  = "dark"
)

func newLogos(r *web.Request, b ui.Base, ground string) Logos {
	l := Logos{
		Action: r.FirmPath("entrance", "logo"), Remove: r.FirmPath("entrance", "logo", "remove"),
		Ground: ui.Field{Kind: ui.Radios, Name: "ground", Label: b.T("entrance.logo.ground"), Columns: 2},
		File:   ui.Field{Kind: ui.File, Name: "file", Label: b.T("entrance.logo.file"), Hint: b.T("entrance.logo.file_hint"), Accept: "image/png,image/jpeg,image/webp,image/gif"},
		Submit: ui.Button{Label: b.T("entrance.logo.submit")},
	}
	now := web.LogoOf(r.Firm.ID, r.Firm.Logos)
	for _, one := range []struct {
		ground  string
		picture *ui.Picture
	}{{onLight, now.Light}, {onDark, now.Dark}} {
		l.Ground.Options = append(l.Ground.Options, ui.Option{
			Value: one.ground, Label: b.T("entrance.logo." + one.ground), Note: b.T("entrance.logo.note." + one.ground), Chosen: one.ground == ground,
		})
		if one.picture != nil {
			l.Shown = append(l.Shown, Shown{
				*one.picture, one.ground, b.T("entrance.logo." + one.ground), ui.Button{Label: b.T("entrance.logo.remove"), Small: true, Name: "ground", Value: one.ground},
			})
		}
	}
	return l
}

// DoShowLogo has the firm's pages show a picture.
func (p *Pages) DoShowLogo(r *web.Request) (web.Answer, error) {
	ground, picture, err := sent(r)
	if err == nil {
		err = p.Firms.ShowLogo(r.Context(), r.Actor, ground == onDark, picture)
	}
	if err == nil {
		return web.Done(r.FirmPath("entrance"), "logo_shown"), nil
	}
	if !mended(err) && !fault.Is(err, fault.TooLarge) {
		return nil, err
	}
	page, unread := p.list(r)
	if unread != nil {
		return nil, unread
	}
	l := newLogos(r, page.Base, ground)
	l.Unfolded, l.Summary = true, ui.Refuse(r.Printer, err).Mark(&l.Ground, &l.File)
	page.Logos = l
	return web.Again(listPage, page, err), nil
}

// DoHideLogo has them show it no longer.
func (p *Pages) DoHideLogo(r *web.Request) (web.Answer, error) {
	if err := p.Firms.HideLogo(r.Context(), r.Actor, r.Value("ground") == onDark); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("entrance"), "logo_hidden"), nil
}

// sent reads the form of a logo: what it is for, and its picture.
func sent(r *web.Request) (ground string, picture []byte, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "firm.logo_missing").In("file").Because(err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return ground, picture, grounded(ground)
		}
		if err != nil {
			return ground, nil, fault.New(fault.Invalid, "firm.logo_unreadable").In("file").Because(err)
		}
		raw, err := io.ReadAll(io.LimitReader(part, firm.MaxLogo+1))
		switch {
		case err != nil:
			return ground, nil, fault.New(fault.Invalid, "firm.logo_unreadable").In("file").Because(err)
		case part.FormName() == "ground":
			ground = string(raw[:min(len(raw), len(onLight))])
		case part.FormName() == "file":
			picture = raw
		}
	}
}

// grounded refuses a form that does not say what its picture is for.
func grounded(ground string) error {
	if ground != onLight && ground != onDark {
		return fault.New(fault.Invalid, "firm.logo_ground").In("ground")
	}
	return nil
}
