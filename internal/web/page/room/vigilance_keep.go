package room

import (
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
)

// DoKeepVigilance changes one part of the dossier.
func (p *Pages) DoKeepVigilance(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	e, err := p.Dossiers.Show(r.Context(), r.Actor, h.room.ID, 0)
	if err != nil {
		return nil, err
	}
	k := vigilance.Keeping{Space: h.room.ID, Dossier: e.Dossier}
	if k.After, err = strconv.Atoi(r.Value("after")); err != nil {
		return nil, fault.New(fault.Invalid, "fault.invalid").Because(err)
	}
	at, err := change(r, &k.Dossier)
	if err == nil {
		_, err = p.Dossiers.Keep(r.Context(), r.Actor, k)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.vigilance(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("vigilance")+"#part-"+string(at), "vigilance_kept"), nil
}

// change writes what a form says into its part of a dossier, and names the part.
func change(r *web.Request, d *vigilance.Dossier) (vigilance.Part, error) {
	switch r.Value("part") {
	case "client":
		d.Client = vigilance.Identity{Kind: vigilance.Kind(r.Value("kind")), Name: r.Value("name"), Birth: r.Value("birth"), Number: r.Value("number"), Seat: r.Value("seat")}
		if d.Client.Kind == "" {
			return "", fault.New(fault.Invalid, "vigilance.choose").In("kind")
		}
		return vigilance.OfClient, nil
	case "piece":
		d.Pieces = append(slices.Clone(d.Pieces), vigilance.Piece{
			Kind: vigilance.PieceKind(r.Value("piece")), Of: r.Value("of"), Document: id.Item(r.Value("document")), Seen: r.Value("seen"), Expires: r.Value("expires"),
		})
		return vigilance.InPieces, nil
	case "owner":
		part, err := parsedShare(r.Value("share"))
		d.Owners = append(slices.Clone(d.Owners), vigilance.Owner{
			Name: r.Value("owner"), Birth: r.Value("born"), Share: part, Control: vigilance.Control(r.Value("control")), Since: r.Value("since"), Exposed: r.Value("owner_exposed") != "",
		})
		return vigilance.InOwners, err
	case "piece-remove":
		return vigilance.InPieces, without(r, &d.Pieces)
	case "owner-remove":
		return vigilance.InOwners, without(r, &d.Owners)
	case "relation":
		d.Purpose, d.Funds, d.Exposed, d.Office = r.Value("purpose"), r.Value("funds"), vigilance.Exposure(r.Value("exposed")), r.Value("office")
		return vigilance.Relation, nil
	case "rating":
		d.Rating, d.Note, d.Review, d.Reasons = vigilance.Rating(r.Value("rating")), r.Value("note"), r.Value("review"), nil
		for _, reason := range r.Values("reason") {
			d.Reasons = append(d.Reasons, vigilance.Reason(reason))
		}
		if d.Rating == "" {
			return "", fault.New(fault.Invalid, "vigilance.choose").In("rating")
		}
		return vigilance.Rated, nil
	case "end":
		d.Ended = r.Value("ended")
		return vigilance.End, nil
	}
	return "", fault.New(fault.Invalid, "fault.invalid").In("part")
}

// without takes a row away.
func without[T any](r *web.Request, rows *[]T) error {
	row, err := strconv.Atoi(r.Value("row"))
	if err != nil || row < 0 || row >= len(*rows) {
		return fault.New(fault.Invalid, "fault.invalid").In("row").Because(err)
	}
	*rows = slices.Delete(slices.Clone(*rows), row, row+1)
	return nil
}

// parsedShare reads a part of a hundred as people write it, with two digits after a comma
// or a point, in hundredths.
func parsedShare(typed string) (int, error) {
	typed = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(typed), "%"))
	if typed == "" {
		return 0, nil
	}
	whole, rest, _ := strings.Cut(strings.Replace(typed, ",", ".", 1), ".")
	hundredths, err := strconv.ParseUint(whole+(rest + "00")[:2], 10, 16)
	if err != nil || len(rest) > 2 {
		return 0, fault.New(fault.Invalid, "vigilance.share").In("share").Because(err)
	}
	return int(hundredths), nil
}
