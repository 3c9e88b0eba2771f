package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
)

// witness is a head that somebody knows: the operator gave it, or it stands in
// another backup of the shelf.
type witness struct {
	checkpoint string
	given      bool
}

// witnesses gathers the signed heads that somebody knows, by firm.
func (r Restoring) witnesses(ctx context.Context, m Manifest) (map[id.Firm][]witness, error) {
	out := map[id.Firm][]witness{}
	made, _, err := folders(ctx, r.From)
	if err != nil {
		return nil, err
	}
	for _, name := range made {
		if other, err := read(ctx, r.From, name); err == nil { // a damaged one tells nothing
			other.testify(out, false)
		}
	}
	for _, raw := range r.Witness {
		var other Manifest
		if json.Unmarshal(raw, &other) == nil && other.Format == manifestFormat {
			other.testify(out, true)
			continue
		}
		f, checkpoint, err := testimony(raw)
		if err == nil && !slices.ContainsFunc(m.Firms, func(known Firm) bool { return known.ID == f }) {
			err = fmt.Errorf("of the firm %s, which the backup does not have", f)
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "backup.witness").Because(err)
		}
		out[f] = append(out[f], witness{checkpoint, true})
	}
	return out, nil
}

// testimony reads a receipt or a checkpoint.
func testimony(raw []byte) (id.Firm, string, error) {
	checkpoint, err := journal.Checkpoint(bytes.TrimLeft(raw, " \t\r\n"))
	if err != nil {
		return "", "", err
	}
	f, err := journal.FirmOf(checkpoint)
	return f, checkpoint, err
}

func (m Manifest) testify(to map[id.Firm][]witness, given bool) {
	for _, f := range m.Firms {
		if f.Head.Size > 0 {
			to[f.ID] = append(to[f.ID], witness{f.Head.Checkpoint, given})
		}
	}
}
