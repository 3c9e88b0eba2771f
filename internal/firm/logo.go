package firm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
	"cenacle/internal/worker"
)

// MaxLogo is how many bytes of a picture are taken to draw a logo from.
const MaxLogo = 4 << 20

// Logo is the size of one, in pixels: what the pages of a firm need to show it. The zero
// value is none.
type Logo struct{ Width, Height int64 }

// Logos are those of a firm, for light pages and for dark ones; a firm may have either.
type Logos struct{ Light, Dark Logo }

var (
	selectLogo = store.ForFirm(`
select picture, width, height, mac from firm_logo where firm_id = $1 and dark = $2`)

	putLogo = store.ForFirm(`
insert into firm_logo (firm_id, dark, picture, width, height, mac) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, dark) do update
set picture = excluded.picture, width = excluded.width, height = excluded.height, mac = excluded.mac`)

	deleteLogo = store.ForFirm(`delete from firm_logo where firm_id = $1 and dark = $2`)
)

func logoPlace(of id.Firm, dark int64) vault.Place {
	return vault.Place{Table: "firm_logo", Column: "picture", Row: fmt.Sprint(of, " ", dark)}
}

func logoFields(dark int64, picture []byte, l Logo) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{number(dark), string(picture), number(l.Width), number(l.Height)}
}

func darkness(dark bool) int64 {
	if dark {
		return 1
	}
	return 0
}

// logoRow is what stands of a logo beside the profile, or nothing. It is believed for the
// size alone: the picture is checked where it is opened.
type logoRow struct{ width, height *int64 }

func (r *logoRow) dest() []any { return []any{&r.width, &r.height} }

func (r logoRow) logo() Logo {
	if r.width == nil {
		return Logo{}
	}
	return Logo{*r.width, *r.height}
}

// Draws has logos drawn by draw, which is given what somebody sent and answers with a PNG,
// or with [worker.ErrUnreadable]; without it no picture can be read. It is called before
// the service is used.
func (s *Service) Draws(draw func(ctx context.Context, sent []byte) ([]byte, error)) { s.draw = draw }

// Picture is a logo of a firm, as PNG, for everybody who asks. Absent without one.
func (s *Service) Picture(ctx context.Context, of id.Firm, dark bool) (picture []byte, err error) {
	defer fault.Op(&err, "firm.Picture(%s)", of)
	err = s.office.See(ctx, of, func(a *act.Act) error {
		var sealed, mac []byte
		var l Logo
		err := a.Row(selectLogo, []any{darkness(dark)}, &sealed, &l.Width, &l.Height, &mac)
		if err != nil {
			return absent(err)
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "firm_logo", logoFields(darkness(dark), sealed, l)...); err != nil {
			return err
		}
		picture, err = box.Open(logoPlace(of, darkness(dark)), sealed)
		return err
	})
	return picture, err
}

// ShowLogo has the pages of the firm show a logo, for dark pages or for the others, drawn
// anew from a picture that somebody sent: a reader shut in looks at it, and nothing of the
// file is kept. Faults in the field "file": Invalid for what is no picture that can be
// read, TooLarge beyond [MaxLogo].
func (s *Service) ShowLogo(ctx context.Context, by authz.Actor, dark bool, sent []byte) (err error) {
	defer fault.Op(&err, "firm.ShowLogo")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error { return mayShow(a, by) })
	if err != nil {
		return err
	}
	drawn, l, err := s.drawn(ctx, sent)
	if err != nil {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := mayShow(a, by); err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		d := darkness(dark)
		sealed := box.Seal(logoPlace(by.Firm, d), drawn)
		if err := a.Write(putLogo, d, sealed, l.Width, l.Height, box.MAC("firm_logo", logoFields(d, sealed, l)...)); err != nil {
			return err
		}
		_, err = a.Record(by, "firm.logo_changed", "", string(by.Firm), map[string]any{"dark": dark, "shown": true})
		return err
	})
}

func mayShow(a *act.Act, by authz.Actor) error { return Allow(a, by, authz.FirmDoor) }

// drawn is the logo that comes of what was sent.
func (s *Service) drawn(ctx context.Context, sent []byte) ([]byte, Logo, error) {
	switch {
	case len(sent) == 0:
		return nil, Logo{}, fault.New(fault.Invalid, "firm.logo_missing").In("file")
	case len(sent) > MaxLogo:
		return nil, Logo{}, fault.New(fault.TooLarge, "firm.logo_large").In("file")
	}
	if s.draw == nil {
		return nil, Logo{}, fault.New(fault.Invalid, "firm.logo_unreadable").In("file")
	}
	drawn, err := s.draw(ctx, sent)
	if errors.Is(err, worker.ErrUnreadable) {
		return nil, Logo{}, fault.New(fault.Invalid, "firm.logo_unreadable").In("file").Because(err)
	}
	if err != nil {
		return nil, Logo{}, err
	}
	shape, err := png.DecodeConfig(bytes.NewReader(drawn)) // ours: a child wrote it
	return drawn, Logo{Width: int64(shape.Width), Height: int64(shape.Height)}, err
}

// HideLogo has the pages of the firm show it no longer. One that is not there is fault.Absent.
func (s *Service) HideLogo(ctx context.Context, by authz.Actor, dark bool) (err error) {
	defer fault.Op(&err, "firm.HideLogo")
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmDoor); err != nil {
			return err
		}
		n, err := a.Exec(deleteLogo, darkness(dark))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Absent()
		}
		_, err = a.Record(by, "firm.logo_changed", "", string(by.Firm), map[string]any{"dark": dark, "shown": false})
		return err
	})
}
