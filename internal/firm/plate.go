package firm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Plate is what stands at the door of a firm, for everybody to read: a page for a
// firm without a site, or behind the link of one that has. Open says that the page is
// there, whoever vouches for people at it.
type Plate struct {
	Open     bool   `json:"-"`
	Accent   string `json:"accent,omitempty"`   // "#1d4b4f"; empty for that of the house
	Notice   string `json:"notice,omitempty"`   // who publishes it, as the law wants (LCEN art. 6)
	Mediator string `json:"mediator,omitempty"` // of consumers (C. consom. art. L616-1)
}

// MaxPlate is the longest text of a plate, in characters.
const MaxPlate = 4000

var (
	selectPlate = store.ForFirm(`select open, data, mac from firm_plate where firm_id = $1`)

	putPlate = store.ForFirm(`
insert into firm_plate (firm_id, open, data, mac) values ($1, $2, $3, $4)
on conflict (firm_id) do update set open = $2, data = $3, mac = $4`)
)

func platePlace(a *act.Act) vault.Place {
	return vault.Place{Table: "firm_plate", Column: "data", Row: string(a.Firm())}
}

func plateFields(open bool, data []byte) []string {
	return []string{strconv.FormatBool(open), string(data)}
}

// PlateOf reads the plate of the act's firm: the zero plate when it has none.
func PlateOf(a *act.Act) (p Plate, err error) {
	var open int64
	var data, mac []byte
	err = a.Row(selectPlate, nil, &open, &data, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return Plate{}, nil
	}
	if err != nil {
		return Plate{}, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return Plate{}, err
	}
	if err := box.CheckMAC(mac, "firm_plate", plateFields(open == 1, data)...); err != nil {
		return Plate{}, err
	}
	raw, err := box.Open(platePlace(a), data)
	if err != nil {
		return Plate{}, err
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return Plate{}, fmt.Errorf("firm: plate: %w", err)
	}
	p.Open = open == 1
	return p, nil
}

// Plate is [PlateOf] for who keeps it.
func (s *Service) Plate(ctx context.Context, by authz.Actor) (p Plate, err error) {
	defer fault.Op(&err, "firm.Plate")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmDoor); err != nil {
			return err
		}
		p, err = PlateOf(a)
		return err
	})
	return p, err
}

// Hang puts a plate at the door. Faults: Invalid by field ("accent", "notice",
// "mediator"); a page that is open has both texts.
func (s *Service) Hang(ctx context.Context, by authz.Actor, p Plate) (err error) {
	defer fault.Op(&err, "firm.Hang")
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmDoor); err != nil {
			return err
		}
		p, err := p.clean()
		if err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		raw, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("firm: plate: %w", err)
		}
		data := box.Seal(platePlace(a), raw)
		if err := a.Write(putPlate, p.Open, data, box.MAC("firm_plate", plateFields(p.Open, data)...)); err != nil {
			return err
		}
		_, err = a.Record(by, "firm.plate_changed", "", string(by.Firm), map[string]any{"open": p.Open})
		return err
	})
}

// clean is the plate as it is kept.
func (p Plate) clean() (Plate, error) {
	var wrong fault.Fields
	for _, one := range []struct {
		field string
		text  *string
	}{{"notice", &p.Notice}, {"mediator", &p.Mediator}} {
		*one.text = strings.TrimSpace(strings.ReplaceAll(*one.text, "\r\n", "\n"))
		switch {
		case p.Open && *one.text == "":
			wrong.Add(one.field, "firm."+one.field+"_missing")
		case !utf8.ValidString(*one.text) || utf8.RuneCountInString(*one.text) > MaxPlate:
			wrong.Add(one.field, "firm.plate_long", MaxPlate)
		}
	}
	p.Accent = strings.ToLower(strings.TrimSpace(p.Accent))
	if p.Accent != "" {
		switch light, ok := luminance(p.Accent); {
		case !ok:
			wrong.Add("accent", "firm.accent_bad")
		case contrast(light) < leastContrast:
			wrong.Add("accent", "firm.accent_light")
		}
	}
	return p, wrong.Err()
}

// leastContrast is that of the firm's colour on white. At night it is mixed with
// white, and white words on it have 4.5 to 1 then still.
const leastContrast = 7

// contrast is that of white on a colour (WCAG 2.2, 1.4.3).
func contrast(luminance float64) float64 { return 1.05 / (luminance + 0.05) }

// luminance is how light a colour is, from 0 to 1 (WCAG 2.2); false for a text that is
// none in the form #rrggbb.
func luminance(colour string) (float64, bool) {
	if len(colour) != 7 || colour[0] != '#' {
		return 0, false
	}
	rgb, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		return 0, false
	}
	part := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0), true
}
