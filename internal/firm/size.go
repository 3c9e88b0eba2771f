package firm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Size is how much one message holds where the law says nothing of it, such as with the
// firm's provider of e-mail.
type Size struct {
	Name      string `json:"name"` // no other size of the firm has it
	Megabytes int    `json:"megabytes"`
}

// Limits of a firm's sizes.
const (
	MaxSizes     = 10
	MaxSizeName  = 60 // characters
	MaxMegabytes = 1000
)

// Bytes is what a message holds: a megabyte is a million, the smaller measure.
func (s Size) Bytes() int64 { return int64(s.Megabytes) * 1_000_000 }

var (
	selectSizes = store.ForFirm(`select data from message_size where firm_id = $1`)

	putSizes = store.ForFirm(`
insert into message_size (firm_id, data) values ($1, $2)
on conflict (firm_id) do update set data = excluded.data`)
)

func sizePlace(a *act.Act) vault.Place {
	return vault.Place{Table: "message_size", Column: "data", Row: string(a.Firm())}
}

// SizesOf reads the sizes of the act's firm in their order.
func SizesOf(a *act.Act) (out []Size, err error) {
	var data []byte
	err = a.Row(selectSizes, nil, &data)
	if errors.Is(err, store.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	raw, err := box.Open(sizePlace(a), data)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("firm: sizes: %w", err)
	}
	return out, nil
}

// Sizes is [SizesOf] for who keeps them.
func (s *Service) Sizes(ctx context.Context, by authz.Actor) (out []Size, err error) {
	defer fault.Op(&err, "firm.Sizes")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmMessage); err != nil {
			return err
		}
		out, err = SizesOf(a)
		return err
	})
	return out, err
}

// ChooseSizes has the firm's sizes be these, in this order. Invalid in the fields
// "name-0", "megabytes-0" and so on; in "sizes" when there are more than [MaxSizes].
func (s *Service) ChooseSizes(ctx context.Context, by authz.Actor, chosen []Size) (err error) {
	defer fault.Op(&err, "firm.ChooseSizes")
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmMessage); err != nil {
			return err
		}
		clean, err := cleanSizes(chosen)
		if err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		raw, err := json.Marshal(clean)
		if err != nil {
			return fmt.Errorf("firm: sizes: %w", err)
		}
		if err := a.Write(putSizes, box.Seal(sizePlace(a), raw)); err != nil {
			return err
		}
		megabytes := make([]int, len(clean)) // the journal keeps no names
		for i, one := range clean {
			megabytes[i] = one.Megabytes
		}
		_, err = a.Record(by, "firm.sizes_chosen", "", string(by.Firm), map[string][]int{"megabytes": megabytes})
		return err
	})
}

// cleanSizes are the sizes as they are kept.
func cleanSizes(typed []Size) ([]Size, error) {
	if len(typed) > MaxSizes {
		return nil, fault.New(fault.Invalid, "firm.size_many", MaxSizes).In("sizes")
	}
	var wrong fault.Fields
	out, known := make([]Size, len(typed)), map[string]bool{}
	for i, one := range typed {
		name, field := fold.Name(one.Name), fmt.Sprintf("name-%d", i)
		switch key := fold.Key(name); {
		case name == "":
			wrong.Add(field, "firm.size_name_missing", i+1)
		case utf8.RuneCountInString(name) > MaxSizeName:
			wrong.Add(field, "firm.size_name_long", i+1, MaxSizeName)
		case known[key]:
			wrong.Add(field, "firm.size_name_taken", i+1)
		default:
			known[key] = true
		}
		if one.Megabytes < 1 || one.Megabytes > MaxMegabytes {
			wrong.Add(fmt.Sprintf("megabytes-%d", i), "firm.size_megabytes", i+1, MaxMegabytes)
		}
		out[i] = Size{name, one.Megabytes}
	}
	return out, wrong.Err()
}
